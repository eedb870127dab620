"""How members appear, and how they like to read."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Final

from fedirec.accounts.actions.joining import shown_name
from fedirec.accounts.models import Account, Notification
from fedirec.accounts.notices import ALWAYS, WISHES, Notice
from fedirec.accounts.stopping import Sort
from fedirec.activitypub.actors import make_actor_findable, publish_actor_update
from fedirec.activitypub.looking import look_again
from fedirec.activitypub.models import Actor, Outgoing
from fedirec.activitypub.naming import name_otherwise
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Conflict, Invalid, TooMany
from fedirec.html import markdown
from fedirec.lanes import enqueue
from fedirec.media.actions import attach_media, release_media
from fedirec.media.models import Media
from fedirec.uris import Uris
from fedirec.web.language import languages, zone_named

MAX_ABOUT: Final = 5000
"""Characters."""
MAX_AN_HOUR: Final = 10
"""Changes of a page within an hour, after which its owner cannot change their mind about their name either."""
SHOWN: Final = ("name", "summary", "icon_url", "approves_followers", "is_indexable", "without_name")
VISIBILITIES: Final = ("public", "followers")
QUOTINGS: Final = ("anyone", "asked", "nobody")
REMIXINGS: Final = ("anyone", "followers", "nobody")
AI_PREFERENCES: Final = ("unset", "disallow", "allow")


async def edit_profile(
    uris: Uris,
    account: Account,
    *,
    name: str,
    about: str,
    icon: Media | None = None,
    without_icon: bool = False,
    approves_followers: bool | None = None,
    is_indexable: bool | None = None,
    without_name: bool | None = None,
) -> Actor:
    """A member's page has this name, these words about them and this picture, and their followers will hear of it.

    `icon` is a fresh upload of theirs; without it the picture stays, unless `without_icon`. With `approves_followers`,
    nobody new follows them before they said yes; with `is_indexable`, what they publish may be found by its words, here
    and elsewhere; `without_name`, what others make from their works does not name them; None leaves that as it is.
    Raises Invalid for what is too long or no picture, NotFound when the upload is gone or somebody else's, TooMany for
    another wish about the name after many changes within an hour.
    """
    shown = shown_name(name)
    about = about.strip()
    if len(about) > MAX_ABOUT:
        raise Invalid("Please keep it under %(n)s characters.", field="about", blanks={"n": MAX_ABOUT})
    if icon is not None and icon.kind != "image":
        raise Invalid("The picture has to be an image.", field="icon")
    async with transaction():
        account = await Account.filter(id=account.id).select_for_update().get()
        actor = await Actor.get(id=account.actor_id)
        if (icon is not None or without_icon) and account.icon_id is not None:
            await release_media(await Media.filter(id=account.icon_id))
        if icon is not None:
            [icon] = await attach_media(actor, keys=[icon.key])
            account.icon_id, actor.icon_url = icon.id, uris.media(icon.path)
        elif without_icon:
            account.icon_id, actor.icon_url = None, None
        account.about = about
        actor.name = shown or actor.handle
        actor.summary = markdown(about) if about else ""
        if approves_followers is not None:
            actor.approves_followers = approves_followers
        if is_indexable is not None:
            actor.is_indexable = is_indexable
        is_renamed = without_name is not None and without_name != actor.without_name
        if is_renamed:
            await _refuse_haste(actor)
            actor.without_name = not actor.without_name
        await account.save(update_fields=["about", "icon_id"])
        await actor.save(update_fields=[*SHOWN])
        await make_actor_findable(actor)
        await publish_actor_update(actor)
        await enqueue([look_again(actor.uri), *([name_otherwise(actor.id)] if is_renamed else [])])
    return actor


async def _refuse_haste(actor: Actor) -> None:
    """Raise TooMany when everybody heard of many changes of `actor` within an hour."""
    told = Outgoing.filter(actor_id=actor.id, type="Update", object_uri=actor.uri)
    if await told.filter(created_at__gt=now() - timedelta(hours=1)).offset(MAX_AN_HOUR - 1).limit(1).values("id"):
        raise TooMany("You changed your page many times within an hour. Please take a break.", retry_after=600)


async def choose_notices(
    account: Account,
    wanted: Collection[Notice],
    *,
    mailed: Collection[str] | None = None,
    weekly: bool | None = None,
) -> None:
    """`account` is told of the kinds `wanted`, and of what everybody is always told.

    Those among `mailed` are told here and by mail (`ALWAYS` stands for what everybody is told), and with `weekly` the
    digest of the week comes from the next one on; None leaves that as it is. Raises Conflict for mail that nobody knows
    where to send.
    """
    account.unwanted = [kind.value for kind in WISHES if kind not in wanted and kind not in (mailed or ())]
    if mailed is not None:
        account.mailed = [kind for kind in (*WISHES, ALWAYS) if kind in mailed] or None
    if weekly and not account.weekly_mail:
        account.weekly_mail_at = now()
    if weekly is not None:
        account.weekly_mail = weekly
    if (account.mailed or account.weekly_mail) and account.mail_to is None:
        raise Conflict("Say first where mail should go.", field="address")
    await account.save(update_fields=["unwanted", "mailed", "weekly_mail", "weekly_mail_at"])


async def stop_mail(account_id: int, sort: Sort | None = None) -> None:
    """No more letters of that sort go to the account, or none at all; what is on its way is not sent."""
    if sort is not Sort.WEEKLY:
        await Account.filter(id=account_id).update(mailed=None)
        await Notification.filter(account_id=account_id, mail_at__not_isnull=True).update(mail_at=None)
    if sort is not Sort.NOTICES:
        await Account.filter(id=account_id).update(weekly_mail=False)
    if sort is None:
        await Account.filter(id=account_id).update(mail_to=None)


async def edit_defaults(
    account: Account,
    *,
    licence: str | None,
    visibility: str,
    quoting: str = "anyone",
    remixing: str = "anyone",
    ai_preference: str = "unset",
) -> None:
    """New records of `account` start with this licence (None: with none chosen), are for these people, can be quoted
    by those and remixed by those without asking, and carry this wish about machines that learn.
    """
    if visibility not in VISIBILITIES:
        raise Invalid("Choose who sees your new records.", field="visibility")
    if quoting not in QUOTINGS:
        raise Invalid("Choose who may quote your new records.", field="quoting")
    if remixing not in REMIXINGS:
        raise Invalid("Choose who may remix your new records without asking.", field="remixing")
    if ai_preference not in AI_PREFERENCES:
        raise Invalid("Choose whether machines may be trained with your new records.", field="ai_preference")
    account.licence, account.visibility, account.quoting = licence, visibility, quoting
    account.remixing, account.ai_preference = remixing, ai_preference
    await account.save(update_fields=["licence", "visibility", "quoting", "remixing", "ai_preference"])


async def edit_preferences(account: Account, *, locale: str | None, timezone: str) -> None:
    """Pages are in this language (None: what the browser asks for), and times in this zone (empty: what it says).

    Raises Invalid.
    """
    if locale and locale not in languages():
        raise Invalid("This instance does not speak that language.", field="locale")
    if timezone and zone_named(timezone) is None:
        raise Invalid("Choose a time zone from the list, such as Europe/Berlin.", field="timezone")
    account.locale = locale or None
    account.timezone = timezone
    await account.save(update_fields=["locale", "timezone"])
