"""Who the owner of the token is, and how they want things."""

from __future__ import annotations

from fedirec.accounts.actions.profile import choose_notices, edit_defaults, edit_preferences, edit_profile, stop_mail
from fedirec.accounts.models import Account
from fedirec.accounts.notices import WISHES
from fedirec.accounts.permissions import Permission, Scope
from fedirec.accounts.queries import has_unread
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.shapes.accounts import Defaults, MailAddress, Me, NoticesWanted, Preferences, ProfileChange, Skills
from fedirec.api.shapes.people import show_person
from fedirec.errors import Invalid, NotFound
from fedirec.remix.actions.profiles import change_profile as change_profile_of
from fedirec.remix.licences import CHOICES, find_licence
from fedirec.remix.models import Profile
from fedirec.remix.queries.profiles import said_by
from fedirec.remix.queries.records import files_of


async def show_me(call: Call) -> Me:
    viewer = call.viewer
    account = await Account.get(id=viewer.account.id).select_related("actor")
    said, profile = await said_by(account.actor), await Profile.get_or_none(actor_id=account.actor_id)
    return Me(
        person=show_person(call, account.actor),
        role=viewer.role.value,
        scopes=[scope.value for scope in Scope if scope in viewer.scopes],
        about=account.about,
        is_indexable=call.actor.is_indexable,
        without_name=call.actor.without_name,
        locale=account.locale,
        timezone=account.timezone,
        default_licence=account.licence,
        default_visibility=account.visibility,
        default_quoting=account.quoting,
        default_remixing=account.remixing,
        default_ai_preference=account.ai_preference,
        skills=account.skills or [],
        shows_skills=profile is not None and profile.shows_skills,
        available_for=said.available_for,
        interests=list(said.interests),
        notices_wanted=[kind.value for kind in WISHES if kind.value not in (account.unwanted or ())],
        notices_mailed=account.mailed or [],
        weekly_mail=account.weekly_mail,
        mail_to=account.mail_to,
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
        is_indexable=change.is_indexable,
        without_name=change.without_name,
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
    account = call.viewer.account
    await edit_defaults(
        account,
        licence=wanted.licence,
        visibility=wanted.visibility,
        quoting=wanted.quoting,
        remixing=wanted.remixing,
        ai_preference=wanted.ai_preference,
    )
    return await show_me(call)


async def change_skills(call: Call) -> Me:
    sent = call.sent(Skills)
    await change_profile_of(
        call.viewer.account,
        skills=sent.skills,
        shows_skills=sent.shows_skills,
        available_for=sent.available_for,
        interests=sent.interests,
    )
    return await show_me(call)


async def change_notices(call: Call) -> Me:
    sent = call.sent(NoticesWanted)
    wanted = [kind for kind in WISHES if kind.value in sent.kinds]
    await choose_notices(call.viewer.account, wanted, mailed=sent.mailed, weekly=sent.weekly_mail)
    return await show_me(call)


async def ask_mail_address(call: Call) -> Me:
    call.request.state["attempts"].check(f"mail {call.viewer.account.id}", cost=3)
    await call.request.state["post"].ask_address(call.viewer.account, call.sent(MailAddress).address)
    return await show_me(call)


async def forget_mail_address(call: Call) -> Me:
    await stop_mail(call.viewer.account.id)
    return await show_me(call)


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
        name="choose_skills",
        method="PUT",
        path="/me/skills",
        permission=Permission.MANAGE_OWN,
        says="You can do these things, and find with `skill=mine` the records that wait for them. Others see it if you "
        "want, here and on other instances.",
        run=change_skills,
        body=Skills,
        answer=Me,
        pages=("/settings/skills",),
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
        name="ask_mail_address",
        method="PUT",
        path="/me/mail_address",
        permission=Permission.MANAGE_OWN,
        says="A letter asks at this address whether it is yours; mail goes there once you followed its link.",
        run=ask_mail_address,
        body=MailAddress,
        answer=Me,
        pages=("/settings/notices/address",),
    ),
    Endpoint(
        name="forget_mail_address",
        method="DELETE",
        path="/me/mail_address",
        permission=Permission.MANAGE_OWN,
        says="Nothing is sent to you by mail any more.",
        run=forget_mail_address,
        answer=Me,
    ),
)
