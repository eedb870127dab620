"""What pages and other packages ask about the people of this instance."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, TypeVar

from tortoise.expressions import Q
from tortoise.models import Model
from tortoise.queryset import QuerySet

from fedirec.accounts.boundaries import away, away_from
from fedirec.accounts.codes import digest_of
from fedirec.accounts.models import (
    Account,
    AuditEvent,
    Invitation,
    Notification,
    RecoveryCode,
    Session,
    Token,
)
from fedirec.accounts.notices import WISHES
from fedirec.accounts.permissions import Permission, Role, Scope, may
from fedirec.accounts.viewer import Viewer
from fedirec.activitypub.models import Actor, Instance
from fedirec.clock import now
from fedirec.db.rows import fetch_tuples, row_at
from fedirec.db.tables import moment_of
from fedirec.errors import NotFound

PAGE: Final = 30
"""Rows of a page of anything here."""
MAX_LISTED: Final = 100
"""Rows of the short lists that have no pages: one person's sessions, tokens, invitations."""
ACTIVE: Final = "active"
PENDING: Final = "pending"
SUSPENDED: Final = "suspended"
INSTANCE_ID: Final = 1
_SESSION: Final = """
    SELECT s.id, s.used_at, s.account_id, c.actor_id FROM session s JOIN account c ON c.id = s.account_id
     WHERE s.digest = ? AND s.expires_at > ? AND c.state = ?
"""
_ABOUT_PEOPLE: Final = "', '".join(WISHES)
_UNREAD: Final = f"""
    SELECT 1 FROM notification n LEFT JOIN actor cause ON cause.id = n.actor_id
     WHERE n.account_id = ? AND n.read_at IS NULL
       AND (n.actor_id IS NULL OR n.kind NOT IN ('{_ABOUT_PEOPLE}') OR NOT {away("?", "?", "cause")}) LIMIT 1
"""  # noqa: S608  (only constants are spliced in)

Row = TypeVar("Row", bound=Model)


async def get_instance() -> Instance:
    """The row about this instance. Raises NotFound before the first start."""
    instance = await Instance.get_or_none(id=INSTANCE_ID)
    if instance is None:
        raise NotFound("This instance has not been set up yet.")
    return instance


async def find_account(name: str, *, host: str) -> Account | None:
    """The account with that name, whatever its state, with its actor."""
    return await Account.get_or_none(actor__handle=name, actor__host=host).select_related("actor")


async def find_account_of(actor: Actor) -> Account | None:
    """The account whose actor is `actor`, if it is a member's."""
    return await Account.get_or_none(actor_id=actor.id)


async def get_account(name: str, *, host: str) -> Account:
    """The account with that name, whatever its state, with its actor. Raises NotFound."""
    account = await find_account(name, host=host)
    if account is None:
        raise NotFound("There is nobody called %(name)s here.", blanks={"name": name})
    return account


def name_of(account: Account) -> str:
    """What `get_member_or_guest` finds an account by, which comes with its actor: a name, or a guest's handle."""
    actor = account.actor
    return actor.handle if actor.is_local else f"{actor.handle}@{actor.host}"


async def get_member_or_guest(name: str, *, host: str) -> Account:
    """The account of a member of that name, or of a guest with that handle, with its actor. Raises NotFound."""
    handle, _, elsewhere = name.partition("@")
    return await get_account(handle, host=elsewhere.lower() or host)


async def find_session_viewer(secret: str) -> Viewer | None:
    """Who is signed in with the session cookie `secret`, if it is good for anything."""
    for session_id, used_at, account_id, actor_id in await fetch_tuples(_SESSION, digest_of(secret), now(), ACTIVE):
        account, actor, seen_at = await row_at(Account, account_id), await row_at(Actor, actor_id), moment_of(used_at)
        if account is not None and actor is not None and seen_at is not None:
            account.actor = actor
            return Viewer(account=account, actor=actor, session_id=session_id, seen_at=seen_at)
    return None


async def find_token_viewer(secret: str) -> Viewer | None:
    """Whose bearer token `secret` is, if it is good for anything."""
    token = await Token.get_or_none(digest=digest_of(secret), revoked_at=None, account__state=ACTIVE).select_related(
        "account__actor"
    )
    if token is None:
        return None
    scopes = frozenset(Scope(scope) for scope in token.scopes.split())
    return Viewer(
        account=token.account,
        actor=token.account.actor,
        scopes=scopes,
        token_id=token.id,
        seen_at=token.used_at or token.created_at,
    )


async def sessions_of(account: Account) -> list[Session]:
    """The browsers that are signed in, the most recently used first."""
    return await Session.filter(account_id=account.id, expires_at__gt=now()).order_by("-used_at").limit(MAX_LISTED)


async def has_recovery_codes(account: Account) -> bool:
    """Whether a recovery code is left that was not used."""
    return await RecoveryCode.exists(account_id=account.id, used_at=None)


async def tokens_of(account: Account) -> list[Token]:
    """The bearer tokens that work, the newest first."""
    return await Token.filter(account_id=account.id, revoked_at=None).order_by("-id").limit(MAX_LISTED)


async def invitations_of(account: Account) -> list[Invitation]:
    """The invitations that somebody made and that still let people in, the newest first."""
    return (
        await Invitation.filter(inviter_id=account.id, uses_left__gt=0, expires_at__gt=now())
        .order_by("-id")
        .limit(MAX_LISTED)
    )


async def find_invitation(secret: str) -> Invitation | None:
    """The invitation behind a link, if it still lets somebody in."""
    return await Invitation.get_or_none(digest=digest_of(secret), uses_left__gt=0, expires_at__gt=now()).select_related(
        "inviter__actor"
    )


async def members(*, before: int | None = None, words: str = "", limit: int = PAGE) -> tuple[list[Account], int | None]:
    """A page of accounts that are not waiting, the newest first, and where the next page starts if there is one."""
    found = Account.exclude(state=PENDING)
    if before is not None:
        found = found.filter(id__lt=before)
    if words:
        found = found.filter(Q(actor__handle__icontains=words) | Q(actor__name__icontains=words))
    return _page(await found.order_by("-id").limit(limit + 1).select_related("actor"), limit)


async def pending_sign_ups(*, after: int | None = None, limit: int = PAGE) -> tuple[list[Account], int | None]:
    """A page of people who wait for an answer, the longest waiting first, and where the next page starts."""
    waiting = Account.filter(state=PENDING)
    if after is not None:
        waiting = waiting.filter(id__gt=after)
    return _page(await waiting.order_by("id").limit(limit + 1).select_related("actor"), limit)


async def notifications_of(
    account: Account,
    *,
    before: int | None = None,
    unread_only: bool = False,
    kinds: Collection[str] = (),
    limit: int = PAGE,
) -> tuple[list[Notification], int | None]:
    """A page of what somebody was told, the newest first, and where the next page starts if there is one.

    With `kinds`, only those of these kinds.
    """
    told = await _near(Notification.filter(account_id=account.id), account)
    if kinds:
        told = told.filter(kind__in=list(kinds))
    if unread_only:
        told = told.filter(read_at=None)
    if before is not None:
        told = told.filter(id__lt=before)
    return _page(await told.order_by("-id").limit(limit + 1).select_related("actor"), limit)


async def _near(told: QuerySet[Notification], account: Account) -> QuerySet[Notification]:
    """Those of `told` that do not come from whom `account` keeps away from."""
    kept = await away_from(await account.actor)
    if kept.actors:
        told = told.filter(Q(kind__not_in=list(WISHES)) | Q(actor_id__not_in=list(kept.actors)))
    if kept.hosts:
        told = told.filter(Q(kind__not_in=list(WISHES)) | Q(actor__host__not_in=list(kept.hosts)))
    return told


async def waiting_for_mail(account: Account, *, limit: int) -> list[Notification]:
    """What `account`, which comes with its actor, is to be told by mail and has not read, the newest first."""
    told = Notification.filter(account_id=account.id, read_at=None, mail_at__not_isnull=True)
    return await (await _near(told, account)).order_by("-id").limit(limit).select_related("actor")


async def has_unread(account: Account) -> bool:
    """Whether there is something that somebody has not seen yet."""
    return bool(await fetch_tuples(_UNREAD, account.id, account.actor_id, now()))


async def audit_events(
    *, before: int | None = None, subject_uri: str | None = None, limit: int = PAGE
) -> tuple[list[AuditEvent], int | None]:
    """A page of what those who run things here did, the newest first, and where the next page starts."""
    events = AuditEvent.all()
    if subject_uri:
        events = events.filter(subject_uri=subject_uri)
    if before is not None:
        events = events.filter(id__lt=before)
    return _page(await events.order_by("-id").limit(limit + 1), limit)


async def those_who_may(permission: Permission) -> list[Account]:
    """The active members whose role has `permission`, with their actors: who is told when something needs doing."""
    roles = [role.value for role in Role if may(role, permission)]
    return await Account.filter(state=ACTIVE, role__in=roles).order_by("id").limit(MAX_LISTED).select_related("actor")


def _page(rows: list[Row], size: int) -> tuple[list[Row], int | None]:
    return rows[:size], int(rows[size - 1].pk) if len(rows) > size else None
