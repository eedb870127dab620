"""Telling people what they should know."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from fedirec.accounts.boundaries import away
from fedirec.accounts.codes import digest_of
from fedirec.accounts.models import Account, Notification
from fedirec.accounts.notices import ALWAYS, WISHES, Notice
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db import execute, fetch_objects
from fedirec.db.tables import json_of, marks, table_of

GATHERING: Final = timedelta(minutes=5)
"""How long a notice waits for others before it is told by mail."""
PAUSE: Final = timedelta(hours=1)
"""Between two letters with notices to one person."""


async def notify(
    account_actor: Actor,
    kind: Notice | str,
    actor: Actor | None,
    subject_uri: str,
    url: str,
    details: Mapping[str, Any] | None = None,
) -> None:
    """The member whose actor is `account_actor` has been told once that `actor` did `kind` to `subject_uri`.

    Nothing happens when it is nobody of ours, when they did it themselves, or when the member keeps away from them.
    `url` is the page to look at; `details["title"]` fills the sentence. Meant for the transaction of what happened.
    """
    await notify_actors([account_actor], Notice(kind), actor, subject_uri, url, details)


async def notify_actors(
    actors: Iterable[Actor],
    kind: Notice,
    actor: Actor | None,
    subject_uri: str,
    url: str,
    details: Mapping[str, Any] | None = None,
) -> None:
    """As `notify`, for the members whose actors are among `actors`."""
    told = sorted({each.id for each in actors if each.is_local} - ({actor.id} if actor else set()))
    if told:
        sql = f"SELECT * FROM account WHERE actor_id IN ({marks(told)})"  # noqa: S608  (only placeholders)
        await notify_all(await fetch_objects(Account, sql, *told), kind, actor, subject_uri, url, details)


async def notify_all(
    accounts: Collection[Account],
    kind: Notice,
    actor: Actor | None,
    subject_uri: str,
    url: str,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Each of `accounts` that wants to hear of it has been told once that `actor` did `kind` to `subject_uri`."""
    told = [account for account in accounts if kind not in WISHES or kind not in (account.unwanted or ())]
    if not told:
        return
    at, cause = now(), actor.uri if actor else ""
    columns = {
        "kind": kind.value,
        "actor_id": actor.id if actor else None,
        "subject_uri": subject_uri,
        "url": url,
        "details": json.dumps(dict(details or {})),
        "created_at": at,
    }
    table = table_of(
        account_id="integer",
        kind="text",
        actor_id="integer",
        subject_uri="text",
        url="text",
        details="json",
        dedupe_key="text",
        created_at="moment",
        mail_at="moment",
    )
    await execute(
        f"""
        INSERT INTO notification
               (account_id, kind, actor_id, subject_uri, url, details, dedupe_key, created_at, mail_at)
        SELECT n.account_id, n.kind, n.actor_id, n.subject_uri, n.url, n.details, n.dedupe_key, n.created_at, n.mail_at
          FROM {table} AS n WHERE {_is_near(kind, actor)} ON CONFLICT DO NOTHING
        """,  # noqa: S608  (only the shape of the placeholder is put in)
        json_of(
            {
                **columns,
                "account_id": account.id,
                "dedupe_key": digest_of(f"{account.id}\n{kind.value}\n{cause}\n{subject_uri}"),
                "mail_at": _mail_at(account, kind, at=at),
            }
            for account in told
        ),
        *((now(),) if _may_be_away(kind, actor) else ()),
    )


def _mail_at(account: Account, kind: Notice, *, at: datetime) -> datetime | None:
    """From when on it is told by mail too: not before others can join it, nor soon after the last letter."""
    if account.mail_to is None or (kind if kind in WISHES else ALWAYS) not in (account.mailed or ()):
        return None
    last = account.notices_mailed_at
    return at + GATHERING if last is None else max(at + GATHERING, last + PAUSE)


def _may_be_away(kind: Notice, actor: Actor | None) -> bool:
    """Whether it depends on how people stand with each other; what everybody is always told does not."""
    return actor is not None and kind in WISHES


def _is_near(kind: Notice, actor: Actor | None) -> str:
    """What holds in SQL for a notification `n` to somebody who does not keep away from whom it comes from, and for whom
    they are not quiet.
    """
    if not _may_be_away(kind, actor):
        return "true"
    heard = "true"
    if actor is not None and actor.is_quiet:
        heard = """EXISTS (SELECT 1 FROM account told JOIN follow heard ON heard.follower_id = told.actor_id
                            WHERE told.id = n.account_id AND heard.target_id = n.actor_id
                              AND heard.accepted_at IS NOT NULL)"""
    return f"""{heard} AND NOT EXISTS (SELECT 1 FROM account told JOIN actor cause ON cause.id = n.actor_id
                            WHERE told.id = n.account_id AND {away("told.actor_id", "?", "cause")})"""  # noqa: S608


async def mark_read(account: Account, *, up_to: int | None = None, only: Collection[int] | None = None) -> None:
    """Somebody has seen what they were told: up to the notification with the id `up_to`, or `only` some of them."""
    unread = Notification.filter(account_id=account.id, read_at=None)
    if only is not None:
        unread = unread.filter(id__in=list(only))
    if up_to is not None:
        unread = unread.filter(id__lte=up_to)
    await unread.update(read_at=now())
