"""What people do with files: give them, use them, take them away."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from anyio import open_file, to_thread
from tortoise.expressions import Q

from fedirec.activitypub.digests import multibase_of_digest
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import NotFound
from fedirec.media.confine import Decoded, Limits, decode
from fedirec.media.decoder.kinds import HEAD, IMAGES, SOUNDS, Kind, Refused, family_of
from fedirec.media.models import Media
from fedirec.media.names import clean_name
from fedirec.media.queries import used_paths
from fedirec.media.refusals import refusal, too_many_bytes
from fedirec.media.store import Store
from fedirec.settings import Settings
from fedirec.uris import new_key

_AT_ONCE: Final = 100


async def receive_upload(
    store: Store, owner: Actor, *, file_name: str, chunks: AsyncIterator[bytes], settings: Settings
) -> Media:
    """The file that arrives in `chunks` is kept, not yet attached to anything.

    Raises Invalid, WrongType or TooLarge with a sentence that names the file, Busy when the disk is full.
    """
    name = clean_name(file_name)
    most = max(_most_bytes(settings, kind) for kind in Kind)
    async with store.workbench() as folder:
        source = folder / "upload"
        head, size = b"", 0
        async with await open_file(source, "xb") as file:
            async for chunk in chunks:
                if len(head) < HEAD and len(head := head + chunk[: HEAD - len(head)]) == HEAD:
                    most = _most_for(head, settings=settings, name=name)
                size += len(chunk)
                if size > most:
                    raise too_many_bytes(name=name, limit=most)
                await file.write(chunk)
        return await _keep(store, owner, folder=folder, source=source, name=name, settings=settings)


async def keep_file(store: Store, owner: Actor, *, file_name: str, source: Path, settings: Settings) -> Media:
    """The file `source` on this machine is kept, not yet attached to anything; `source` itself stays where it is.

    Raises Invalid, WrongType or TooLarge with a sentence that names the file, Busy when the disk is full.
    """
    async with store.workbench() as folder:
        name = clean_name(file_name)
        return await _keep(store, owner, folder=folder, source=source, name=name, settings=settings)


async def _keep(store: Store, owner: Actor, *, folder: Path, source: Path, name: str, settings: Settings) -> Media:
    size = (await to_thread.run_sync(source.stat)).st_size
    most = _most_for(await to_thread.run_sync(head_of, source), settings=settings, name=name)
    if size > most:
        raise too_many_bytes(name=name, limit=most)
    limits = Limits(output=2 * most + 1_000_000)
    decoded = await decode(source, folder=folder, file_name=name, limits=limits)
    if size > _most_bytes(settings, decoded.kind):
        raise too_many_bytes(name=name, limit=_most_bytes(settings, decoded.kind))
    sha256 = await to_thread.run_sync(digest_of, decoded.master)
    async with store.holding():
        return await _save(store, owner, decoded=decoded, sha256=sha256, name=name)


async def _save(store: Store, owner: Actor, *, decoded: Decoded, sha256: bytes, name: str) -> Media:
    path = path_of(sha256, decoded.form.extension)
    size = (await to_thread.run_sync(decoded.master.stat)).st_size
    await store.put(decoded.master, path=path)
    poster_path = path_of(sha256, "poster.jpg") if decoded.poster else None
    if decoded.poster and poster_path:
        await store.put(decoded.poster, path=poster_path)
    same = {"owner_id": owner.id, "sha256": sha256.hex(), "kind": decoded.kind.value, "attached_at": None}
    async with transaction():
        waiting = await Media.filter(**same).order_by("id").first()
        if waiting is not None:
            waiting.created_at, waiting.file_name = now(), name
            await waiting.save(update_fields=["created_at", "file_name"])
            return waiting
        return await Media.create(
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
        )


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


async def prune_unattached(store: Store, *, older_than: timedelta) -> int:
    """Files that nothing was made of in the time `older_than`, and that no draft waits for, are gone; how many."""
    pruned = 0
    unwanted = Q(waits_until=None) | Q(waits_until__lte=now())
    while (
        old := await Media.filter(unwanted, attached_at=None, created_at__lt=now() - older_than)
        .order_by("id")
        .limit(_AT_ONCE)
    ):
        async with store.holding():
            # Between reading and deleting somebody may have attached one of them.
            pruned += await Media.filter(id__in=[media.id for media in old], attached_at=None).delete()
            await forget_paths(store, [path for media in old for path in (media.path, media.poster_path)])
    return pruned


async def prune_orphans(store: Store) -> int:
    """Bytes that no row speaks of, because a process was killed between the two, are gone; how many files."""
    orphans: list[str] = []
    batch: list[str] = []
    async for path in store.paths():
        batch.append(path)
        if len(batch) == _AT_ONCE:
            orphans += set(batch) - await used_paths(batch)
            batch.clear()
    orphans += set(batch) - await used_paths(batch)
    # Whoever was keeping a file just then has its row by now, and forget_paths looks again.
    for start in range(0, len(orphans), _AT_ONCE):
        async with store.holding():
            await forget_paths(store, orphans[start : start + _AT_ONCE])
    return len(orphans)


async def forget_paths(store: Store, paths: Sequence[str | None]) -> None:
    """Those of `paths` that no row speaks of are gone from the store. Called within `store.holding`."""
    given = {path for path in paths if path}
    for path in given - await used_paths(given):
        await store.delete(path)


def path_of(sha256: bytes, extension: str, *, cached: bool = False) -> str:
    """Where a file of this content is in the store."""
    name = sha256.hex()
    return f"{'cache/' if cached else ''}{name[:2]}/{name[2:4]}/{name}.{extension}"


def digest_of(path: Path) -> bytes:
    """The SHA-256 of the file at `path`."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def head_of(path: Path) -> bytes:
    """The bytes from which a file can be told."""
    with path.open("rb") as file:
        return file.read(HEAD)


def _most_bytes(settings: Settings, kind: Kind) -> int:
    return {
        Kind.IMAGE: settings.max_image_bytes,
        Kind.AUDIO: settings.max_audio_bytes,
        Kind.VIDEO: settings.max_video_bytes,
    }[kind]


def _most_for(head: bytes, *, settings: Settings, name: str) -> int:
    """How many bytes a file that begins with `head` may have. Raises the refusal of what is not read here."""
    try:
        family = family_of(head)
    except Refused as refused:
        raise refusal(refused.reason, name=name) from refused
    if family in IMAGES:
        return settings.max_image_bytes
    if family in SOUNDS:
        return settings.max_audio_bytes
    return max(settings.max_audio_bytes, settings.max_video_bytes)
