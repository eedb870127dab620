"""Files belong to what they were given for, or to nothing any more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.errors import NotFound
from fedirec.media.models import Media


async def attach_media(owner: Actor, *, keys: Sequence[str]) -> list[Media]:
    """The files of `owner` with these `keys` belong to something now and are not pruned; in the order of `keys`.

    Called inside the transaction that makes what they belong to. Raises NotFound when one is not there, is somebody
    else's or belongs to something already.
    """
    wanted = list(dict.fromkeys(keys))
    changed = await Media.filter(key__in=wanted, owner_id=owner.id, attached_at=None).update(attached_at=now())
    if changed != len(wanted):
        raise NotFound("One of the files is gone. Please add it again.", field="file")
    found = {media.key: media for media in await Media.filter(key__in=wanted)}
    return [found[key] for key in wanted]


async def release_media(media: Sequence[Media]) -> None:
    """These files belong to nothing any more, and are pruned in time. For use inside a transaction."""
    await Media.filter(id__in=[each.id for each in media]).update(attached_at=None)


async def keep_waiting(owner: Actor, *, keys: Sequence[str], until: datetime) -> None:
    """The files of `owner` with these `keys` wait for somebody to use them, at least `until` then."""
    if keys:
        await Media.filter(key__in=list(keys), owner_id=owner.id, attached_at=None).update(waits_until=until)
