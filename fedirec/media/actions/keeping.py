"""A file that is here whole is opened, cleaned and kept; what is made of it later is queued with it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Final

from anyio import to_thread

from fedirec.activitypub.digests import multibase_of_digest
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import TooMany
from fedirec.lanes import Work, enqueue
from fedirec.media.actions.turns import take_turn
from fedirec.media.answers import Decoded
from fedirec.media.confine import Limits, clean
from fedirec.media.content import digest_of, head_of, path_of
from fedirec.media.decoder.kinds import Refused
from fedirec.media.limits import most_bytes, most_for
from fedirec.media.models import Media, Upload
from fedirec.media.names import clean_name
from fedirec.media.queries import bytes_of
from fedirec.media.refusals import noted, refusal_of
from fedirec.media.store import Store
from fedirec.settings import Settings
from fedirec.uris import new_key
from fedirec.web.language import gettext as _

OVERDUE: Final = timedelta(hours=2)
"""After which nobody can be making it any more: it takes 90 minutes at most."""
AT_ONCE: Final = 50

MAX_AN_HOUR: Final = 300
"""Files that one person sends: each of them is opened and rendered, however small it is."""


async def keep_file(
    store: Store, owner: Actor, *, file_name: str, source: Path, settings: Settings, quota: int = 0
) -> Media:
    """The file `source` on this machine is kept, not yet attached to anything; `source` itself stays where it is.

    `quota` is how many bytes all files of `owner` may have; 0 for any number. Raises Invalid, WrongType, TooLarge or
    Full with a sentence that names the file, TooMany after too many in one hour, Busy when the disk is full.
    """
    name = clean_name(file_name)
    await refuse_haste(owner)
    try:
        return await keep(store, owner, source=source, name=name, settings=settings, quota=quota)
    except Refused as refused:
        await _note_refused(owner, name=name, refused=refused)
        raise refusal_of(refused, name=name) from refused


async def _note_refused(owner: Actor, *, name: str, refused: Refused) -> None:
    """A file that was opened and refused counts for its hour."""
    await Upload.create(
        key=new_key(),
        owner_id=owner.id,
        file_name=name,
        size=0,
        state="refused",
        problem=noted(refused),
        expires_at=now() + timedelta(hours=1),
    )


async def refuse_haste(owner: Actor) -> None:
    """Raises TooMany when `owner` has sent MAX_AN_HOUR files within the last hour, kept or refused."""
    for sent in (Media.filter(owner_id=owner.id), Upload.filter(owner_id=owner.id)):
        oldest = await sent.order_by("-id").offset(MAX_AN_HOUR - 1).limit(1).values("created_at")
        if oldest and oldest[0]["created_at"] > now() - timedelta(hours=1):
            raise TooMany(_("Those were many files within an hour. Please take a break."), retry_after=600)


async def keep(store: Store, owner: Actor, *, source: Path, name: str, settings: Settings, quota: int = 0) -> Media:
    """The file `source` is kept under `name`, and what has to be made of it is queued.

    Raises Refused, and Busy when the disk is full.
    """
    size = (await to_thread.run_sync(source.stat)).st_size
    most = most_for(await to_thread.run_sync(head_of, source), settings=settings)
    if size > most:
        raise Refused("bytes", limit=most)
    if quota and await bytes_of(owner.id) + size > quota:
        raise Refused("quota", limit=quota)
    async with store.workbench() as folder:
        decoded = await clean(source, folder=folder, limits=Limits(output=2 * most + 1_000_000))
        if size > most_bytes(settings, decoded.kind):
            raise Refused("bytes", limit=most_bytes(settings, decoded.kind))
        sha256 = await to_thread.run_sync(digest_of, decoded.master)
        async with store.holding():
            return await _save(store, owner, decoded=decoded, sha256=sha256, name=name, quota=quota)


async def _save(store: Store, owner: Actor, *, decoded: Decoded, sha256: bytes, name: str, quota: int) -> Media:
    path = path_of(sha256, decoded.form.extension)
    size = (await to_thread.run_sync(decoded.master.stat)).st_size
    await store.put(decoded.master, path=path)
    poster_path = path_of(sha256, "poster.jpg") if decoded.poster else None
    if decoded.poster and poster_path:
        await store.put(decoded.poster, path=poster_path)
    same = {"owner_id": owner.id, "sha256": sha256.hex(), "kind": decoded.kind.value, "attached_at": None}
    async with transaction():
        await take_turn(owner)
        waiting = await Media.filter(**same).order_by("id").first()
        if waiting is not None:
            waiting.created_at, waiting.file_name = now(), name
            await waiting.save(update_fields=["created_at", "file_name"])
            return waiting
        if quota and await bytes_of(owner.id) + size > quota:
            raise Refused("quota", limit=quota)
        media = await Media.create(
            key=new_key(),
            **same,
            media_type=decoded.media_type,
            size=size,
            width=decoded.width,
            height=decoded.height,
            duration_ms=decoded.duration_ms,
            digest=multibase_of_digest(sha256),
            path=path,
            poster_path=poster_path,
            file_name=name,
            blurhash=decoded.blurhash,
            colour=decoded.colour,
            state="processing",
        )
        await enqueue([rendering_of(media)])
    return media


def rendering_of(media: Media) -> Work:
    """The work of making what pages show of `media`."""
    return Work(
        kind="media", lane=f"media:{media.owner_id}", payload={"media": media.id}, dedupe_key=f"media:{media.id}"
    )


async def make_missing() -> int:
    """What pages show of files and nobody is making is being made again; of how many files.

    Such are the files of before there were renditions, and those whose work was lost or given up.
    """
    left = await Media.filter(state="processing", created_at__lt=now() - OVERDUE).order_by("id").limit(AT_ONCE)
    await enqueue([rendering_of(media) for media in left])
    return len(left)
