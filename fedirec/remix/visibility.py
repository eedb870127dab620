"""Who may see a record or a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from starlette.requests import Request

from fedirec.accounts.boundaries import has_blocked, is_blocked_reader
from fedirec.accounts.door import viewer_of
from fedirec.accounts.permissions import Permission
from fedirec.accounts.viewer import Viewer
from fedirec.activitypub.asking import find_asker, headers_of
from fedirec.activitypub.models import Actor, Follow
from fedirec.activitypub.signatures import parse
from fedirec.activitypub.vocab import is_for_everybody
from fedirec.errors import FedirecError, NotFound
from fedirec.media.models import Media
from fedirec.media.routes import Audience
from fedirec.remix.models import Attachment, Record, RecordRevision, Writing
from fedirec.remix.queries.records import is_close
from fedirec.remix.queries.remix_requests import is_asked_at, is_party
from fedirec.uris import host_of, origin_of
from fedirec.web.ready import must_not_keep

HIDDEN: Final = "hidden"
"""The visibility of a record that moderators have hidden; its author sees it still."""

ASKING: Final = "asking"
"""The visibility of a record of ours that waits until the authors of its sources agree to it."""

HELD: Final = "held"
"""The visibility of a record that waits for a moderator, or was not let in."""


async def may_see(record: Record, actor: Actor | None) -> bool:
    """Whether `actor`, or anybody when None, may see `record`: public ones all, others the author and followers, and
    what waits for consent those who are asked.
    """
    if record.visibility == "public":
        return True
    if actor is None:
        return False
    if record.author_id == actor.id:
        return True
    if record.visibility in (ASKING, "direct"):
        return await is_party(actor, record.uri)
    return record.visibility == "followers" and await is_close(actor, record.author_id)


def is_withheld(record: Record, viewer: Viewer | None) -> bool:
    """Whether the author of `record`, who comes with it, is suspended: then only those who moderate see it."""
    return record.author.state == "suspended" and not (viewer is not None and viewer.can(Permission.MODERATE))


async def may_see_version(record: Record, revision: RecordRevision, actor: Actor | None) -> bool:
    """Whether `actor`, who may see `record` as it is now, may also see what stood in one of its versions."""
    if is_for_everybody(revision.document):
        return True
    return actor is not None and await is_close(actor, record.author_id)


async def may_ask_for(record: Record, asker: Actor) -> bool:
    """Whether the server that `asker` speaks for may have `record`: somebody there follows its author, or is asked
    whether it may be.
    """
    if record.visibility == "public":
        return True
    if record.visibility == ASKING:
        return await is_asked_at(origin_of(asker.uri), record.uri)
    return record.visibility == "followers" and await _is_followed_from(origin_of(asker.uri), [record.author_id])


async def refuse_unwelcome_reader(request: Request[Any], owner: Actor) -> None:
    """Raise NotFound when whoever signed the request is somebody whom `owner` has blocked, or of such an instance.

    What they say of themselves is enough here: whoever claims to be somebody else could as well have signed nothing.
    """
    if not await has_blocked(owner):
        return
    must_not_keep(request.scope)
    if "signature" not in request.headers:
        return
    try:
        key_id = parse(headers_of(request)).key_id
        host = host_of(key_id)
    except FedirecError:
        return
    if await is_blocked_reader(owner, uri=key_id.partition("#")[0], host=host):
        raise NotFound


async def _is_for_peer(used: Sequence[Attachment], asker: Actor) -> bool:
    for each in used:
        if each.record and each.record.visibility == ASKING and await may_ask_for(each.record, asker):
            return True
    authors = [each.record.author_id for each in used if each.record and each.record.visibility == "followers"]
    return bool(authors) and await _is_followed_from(origin_of(asker.uri), authors)


async def _is_followed_from(origin: str, authors: Sequence[int]) -> bool:
    return await Follow.exists(
        target_id__in=authors, accepted_at__not_isnull=True, follower__uri__startswith=f"{origin}/"
    )


async def audience_of_media(request: Request[Any], rows: Sequence[Media]) -> Audience:
    """Who may see a file: whoever may see one of the records that it belongs to; its owner before it belongs to any.

    A server that signs its request may see what is for followers when one of them is there.
    """
    ids = [row.id for row in rows]
    viewer = viewer_of(request)
    found = await Attachment.filter(media_id__in=ids).select_related("record__author", "challenge").limit(100)
    used = [each for each in found if each.record is None or not is_withheld(each.record, viewer)]
    if any(_is_for_all(attachment) for attachment in used):
        return Audience.EVERYBODY
    urls = [f"/media/{row.path}" for row in rows]
    owners = [row.owner_id for row in rows]
    shown = Actor.filter(id__in=owners, icon_url__not_isnull=True).exclude(state="suspended")
    icons = await shown.values_list("icon_url", flat=True)
    if any(str(icon).endswith(url) for icon in icons for url in urls):
        return Audience.EVERYBODY
    if await _is_on_its_way(ids, owners):
        return Audience.EVERYBODY
    if viewer is None:
        asker = await find_asker(request)
        return Audience.ASKER if asker and await _is_for_peer(used, asker) else Audience.NOBODY
    if viewer.actor.id in owners:
        return Audience.ASKER
    for attachment in used:
        if attachment.record is not None and await may_see(attachment.record, viewer.actor):
            return Audience.ASKER
    return Audience.NOBODY


def _is_for_all(attachment: Attachment) -> bool:
    """Whether it belongs to a public record, or to a challenge that is more than prepared."""
    if attachment.record is not None:
        return attachment.record.visibility == "public"
    return attachment.challenge is None or attachment.challenge.state != "draft"


async def _is_on_its_way(files: Sequence[int], owners: Sequence[int]) -> bool:
    """Whether one of `files` belongs to a version of a public record that is on its way to its home."""
    sent = (
        await Writing.filter(pen__holder_id__in=list(owners), state="sent").limit(100).values_list("files", flat=True)
    )
    return any(file in on_their_way for on_their_way in sent for file in files)
