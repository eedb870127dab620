"""The owner of the token: profile, password, sessions, tokens, invitations, notifications."""

from __future__ import annotations

from fedirec.accounts.actions.invitations import create_invitation, withdraw_invitation
from fedirec.accounts.actions.notifications import mark_read
from fedirec.accounts.actions.passwords import change_password, prove_presence, renew_recovery_codes
from fedirec.accounts.actions.profile import choose_notices, edit_defaults, edit_preferences, edit_profile
from fedirec.accounts.actions.sessions import end_session, end_sessions
from fedirec.accounts.actions.tokens import create_token, revoke_token
from fedirec.accounts.models import Account
from fedirec.accounts.models import Notification as NotificationRow
from fedirec.accounts.notices import SENTENCES, WISHES, Notice
from fedirec.accounts.permissions import Permission, Scope
from fedirec.accounts.queries import has_unread, invitations_of, notifications_of, sessions_of, tokens_of
from fedirec.activitypub.models import Actor
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.paging import piece_with, read_row, size_of
from fedirec.api.shapes.accounts import (
    Defaults,
    Invitation,
    InvitationMade,
    Invitations,
    Me,
    NewInvitation,
    NewToken,
    NoticesWanted,
    Notification,
    Notifications,
    NotificationsQuery,
    PasswordChange,
    Preferences,
    Presence,
    ProfileChange,
    ReadUpTo,
    RecoveryCodes,
    Session,
    Sessions,
    Token,
    TokenMade,
    Tokens,
)
from fedirec.api.shapes.people import show_person
from fedirec.errors import Invalid, NotFound
from fedirec.remix.licences import CHOICES, find_licence
from fedirec.remix.queries.records import files_of
from fedirec.web.language import gettext as _


async def show_me(call: Call) -> Me:
    viewer = call.viewer
    account = await Account.get(id=viewer.account.id).select_related("actor")
    return Me(
        person=show_person(call, account.actor),
        role=viewer.role.value,
        scopes=[scope.value for scope in Scope if scope in viewer.scopes],
        about=account.about,
        locale=account.locale,
        timezone=account.timezone,
        default_licence=account.licence,
        default_visibility=account.visibility,
        notices_wanted=[kind.value for kind in WISHES if kind.value not in (account.unwanted or ())],
        has_unread=await has_unread(account),
    )


async def change_profile(call: Call) -> Me:
    change = call.sent(ProfileChange)
    icon = None
    if change.icon is not None:
        icon = (await files_of(call.actor, [change.icon])).get(change.icon)
        if icon is None:
            raise NotFound("That file is not there any more.", field="icon")
    await edit_profile(
        call.uris,
        call.viewer.account,
        name=call.actor.name if change.name is None else change.name,
        about=call.viewer.account.about if change.about is None else change.about,
        icon=icon,
        without_icon=change.without_icon,
    )
    return await show_me(call)


async def change_preferences(call: Call) -> Me:
    wanted = call.sent(Preferences)
    await edit_preferences(call.viewer.account, locale=wanted.locale, timezone=wanted.timezone)
    return await show_me(call)


async def change_defaults(call: Call) -> Me:
    wanted = call.sent(Defaults)
    if wanted.licence is not None and find_licence(wanted.licence) not in CHOICES:
        raise Invalid("Please choose a licence.", field="licence")
    await edit_defaults(call.viewer.account, licence=wanted.licence, visibility=wanted.visibility)
    return await show_me(call)


async def change_notices(call: Call) -> Me:
    wanted = set(call.sent(NoticesWanted).kinds)
    await choose_notices(call.viewer.account, [kind for kind in WISHES if kind.value in wanted])
    return await show_me(call)


async def set_password(call: Call) -> None:
    wanted = call.sent(PasswordChange)
    await change_password(
        call.viewer.account, old=wanted.present, new=wanted.password, attempts=call.request.state["attempts"]
    )


async def prove(call: Call) -> None:
    """A person sits there; hashing takes a thread."""
    attempts = call.request.state["attempts"]
    await prove_presence(call.viewer.account, call.sent(Presence).present, attempts=attempts, field="present")


async def renew_codes(call: Call) -> RecoveryCodes:
    return RecoveryCodes(codes=await renew_recovery_codes(call.viewer.account))


async def list_sessions(call: Call) -> Sessions:
    rows = await sessions_of(call.viewer.account)
    return Sessions(
        items=[Session(id=row.id, browser=row.browser, since=row.created_at, used_at=row.used_at) for row in rows]
    )


async def end_one_session(call: Call) -> None:
    await end_session(call.viewer.account, call.row())


async def end_all_sessions(call: Call) -> None:
    await end_sessions(call.viewer.account)


async def list_tokens(call: Call) -> Tokens:
    return Tokens(
        items=[
            Token(
                id=row.id,
                name=row.name,
                scopes=row.scopes.split(),  # type: ignore[arg-type]
                since=row.created_at,
                used_at=row.used_at,
                is_this=row.id == call.viewer.token_id,
            )
            for row in await tokens_of(call.viewer.account)
        ]
    )


async def make_token(call: Call) -> TokenMade:
    wanted = call.sent(NewToken)
    secret = await create_token(call.viewer.account, name=wanted.name, scopes=wanted.scopes, within=call.viewer.scopes)
    return TokenMade(token=secret)


async def revoke_one_token(call: Call) -> None:
    await revoke_token(call.viewer.account, call.row())


async def list_invitations(call: Call) -> Invitations:
    rows = await invitations_of(call.viewer.account)
    return Invitations(
        items=[
            Invitation(id=row.id, uses_left=row.uses_left, made_at=row.created_at, ends_at=row.expires_at)
            for row in rows
        ]
    )


async def invite(call: Call) -> InvitationMade:
    wanted = call.sent(NewInvitation)
    secret = await create_invitation(call.viewer, uses=wanted.uses, days=wanted.days)
    return InvitationMade(url=f"{call.site.origin}/sign-up?invitation={secret}")


async def withdraw(call: Call) -> None:
    await withdraw_invitation(call.viewer, call.row())


async def list_notifications(call: Call) -> Notifications:
    unread_only = call.asked(NotificationsQuery).unread
    rows, end = await notifications_of(
        call.viewer.account, before=read_row(call), unread_only=unread_only, limit=size_of(call)
    )
    return piece_with(
        call, Notifications, [_notification(call, row) for row in rows], end=None if end is None else str(end)
    )


async def read_notifications(call: Call) -> None:
    await mark_read(call.viewer.account, up_to=call.sent(ReadUpTo).up_to)


def _notification(call: Call, row: NotificationRow) -> Notification:
    actor: Actor | None = row.actor
    who = (actor.name or actor.handle) if actor else str(row.details.get("who") or _("Somebody"))
    title = str(row.details.get("title") or _("without a title"))
    return Notification(
        id=row.id,
        kind=row.kind,
        sentence=_(SENTENCES[Notice(row.kind)]) % {"who": who, "title": title},
        url=call.absolute(row.url),
        person=show_person(call, actor) if actor else None,
        told_at=row.created_at,
        is_new=row.read_at is None,
        reason=str(row.details.get("reason") or ""),
    )


ENDPOINTS = (
    Endpoint(
        name="show_me",
        method="GET",
        path="/me",
        permission=Permission.READ_OWN,
        says="Who the owner of the token is, and what the token may do.",
        run=show_me,
        answer=Me,
    ),
    Endpoint(
        name="change_profile",
        method="PATCH",
        path="/me",
        permission=Permission.MANAGE_OWN,
        says="Your page has this name, these words and this picture, and your followers hear of it.",
        run=change_profile,
        body=ProfileChange,
        answer=Me,
        pages=("/settings",),
    ),
    Endpoint(
        name="change_preferences",
        method="PUT",
        path="/me/preferences",
        permission=Permission.MANAGE_OWN,
        says="Pages and answers are in this language, and times in this zone.",
        run=change_preferences,
        body=Preferences,
        answer=Me,
        pages=("/settings/reading",),
    ),
    Endpoint(
        name="change_defaults",
        method="PUT",
        path="/me/defaults",
        permission=Permission.MANAGE_OWN,
        says="Your new records start with this licence and for these people.",
        run=change_defaults,
        body=Defaults,
        answer=Me,
        pages=("/settings/making",),
    ),
    Endpoint(
        name="choose_notices",
        method="PUT",
        path="/me/notices",
        permission=Permission.MANAGE_OWN,
        says="You are told of these kinds of things, and of what everybody is always told.",
        run=change_notices,
        body=NoticesWanted,
        answer=Me,
        pages=("/settings/notices",),
    ),
    Endpoint(
        name="change_password",
        method="PUT",
        path="/me/password",
        permission=Permission.MANAGE_ACCOUNT,
        says="You have a new password, and every browser is signed out.",
        run=set_password,
        body=PasswordChange,
        status=204,
        pages=("/settings/password",),
    ),
    Endpoint(
        name="renew_recovery_codes",
        method="POST",
        path="/me/recovery-codes",
        permission=Permission.MANAGE_ACCOUNT,
        says="You have these recovery codes and no others.",
        run=renew_codes,
        prepare=prove,
        body=Presence,
        answer=RecoveryCodes,
        status=201,
        pages=("/settings/codes",),
    ),
    Endpoint(
        name="list_sessions",
        method="GET",
        path="/me/sessions",
        permission=Permission.MANAGE_ACCOUNT,
        says="The browsers that are signed in.",
        run=list_sessions,
        answer=Sessions,
    ),
    Endpoint(
        name="end_session",
        method="DELETE",
        path="/me/sessions/{id:int}",
        permission=Permission.MANAGE_ACCOUNT,
        says="That browser is signed out.",
        run=end_one_session,
        status=204,
        pages=("/settings/sessions",),
    ),
    Endpoint(
        name="end_sessions",
        method="DELETE",
        path="/me/sessions",
        permission=Permission.MANAGE_ACCOUNT,
        says="Every browser is signed out.",
        run=end_all_sessions,
        status=204,
        pages=("/settings/sessions",),
    ),
    Endpoint(
        name="list_tokens",
        method="GET",
        path="/me/tokens",
        permission=Permission.MANAGE_ACCOUNT,
        says="The programs that may act for you.",
        run=list_tokens,
        answer=Tokens,
    ),
    Endpoint(
        name="create_token",
        method="POST",
        path="/me/tokens",
        permission=Permission.MANAGE_ACCOUNT,
        says="A program may act for you, within scopes that this token has itself.",
        run=make_token,
        body=NewToken,
        answer=TokenMade,
        status=201,
        pages=("/settings/programs",),
    ),
    Endpoint(
        name="revoke_token",
        method="DELETE",
        path="/me/tokens/{id:int}",
        permission=Permission.MANAGE_ACCOUNT,
        says="That token opens nothing any more.",
        run=revoke_one_token,
        status=204,
        pages=("/settings/programs/revoke",),
    ),
    Endpoint(
        name="list_invitations",
        method="GET",
        path="/me/invitations",
        permission=Permission.INVITE,
        says="Your invitations that still let people in.",
        run=list_invitations,
        answer=Invitations,
    ),
    Endpoint(
        name="create_invitation",
        method="POST",
        path="/me/invitations",
        permission=Permission.INVITE,
        says="There is a link that lets people join.",
        run=invite,
        body=NewInvitation,
        answer=InvitationMade,
        status=201,
        pages=("/invitations",),
    ),
    Endpoint(
        name="withdraw_invitation",
        method="DELETE",
        path="/me/invitations/{id:int}",
        permission=Permission.INVITE,
        says="That invitation lets nobody in any more.",
        run=withdraw,
        status=204,
        pages=("/invitations/withdraw",),
    ),
    Endpoint(
        name="list_notifications",
        method="GET",
        path="/me/notifications",
        permission=Permission.READ_OWN,
        says="What you were told, the newest first.",
        run=list_notifications,
        query=NotificationsQuery,
        answer=Notifications,
    ),
    Endpoint(
        name="read_notifications",
        method="POST",
        path="/me/notifications/read",
        permission=Permission.MANAGE_OWN,
        says="You have read what you were told, up to that notification.",
        run=read_notifications,
        body=ReadUpTo,
        status=204,
        pages=("/notifications/read",),
    ),
)
