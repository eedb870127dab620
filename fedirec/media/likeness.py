"""Files that are here already and look or sound like others."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final, Literal

import structlog

from fedirec.db import fetch_rows, transaction
from fedirec.db.rows import json_numbers, numbers
from fedirec.errors import Busy, NotFound
from fedirec.media.answers import Prints
from fedirec.media.confine import fingerprint
from fedirec.media.decoder.kinds import Refused
from fedirec.media.models import Media, MediaPrint, RemoteMedia
from fedirec.media.prints import BANDS, bands_of, pictures_alike, sounds_alike, spellings
from fedirec.media.store import Store

log = structlog.stdlib.get_logger(__name__)

PICTURE, SOUND = "picture", "sound"
MAX_FOUND: Final = 2_000
"""Prints that are compared for one look-up by one band."""
BATCH: Final = 10
"""Files of which prints are made at one go, where there are none yet."""


async def save_prints(media: Media, prints: Prints) -> None:
    """What `media` is recognised by is kept; that there is nothing, too."""
    async with transaction():
        await MediaPrint.filter(media_id=media.id).delete()
        await MediaPrint.bulk_create(_rows_of(prints, media_id=media.id))


async def share_prints(media: Media, twin: Media) -> None:
    """`media`, the same file as `twin`, is recognised by the same."""
    rows = await MediaPrint.filter(media_id=twin.id)
    await MediaPrint.filter(media_id=media.id).delete()
    if rows:
        await MediaPrint.bulk_create(
            [_row(row.kind, row.position, row.bits, row.against, media_id=media.id) for row in rows]
        )


async def print_file(media: Media, store: Store) -> None:
    """The prints of `media` are made of its file, or it is kept that there are none."""
    prints = Prints(picture=None, sound=[])
    try:
        prints = await _prints_at(media.path, store)
    except Refused as refused:
        log.info("a file has no print", media=media.id, reason=refused.reason)
    if await Media.exists(id=media.id):
        await save_prints(media, prints)


async def print_older(store: Store, *, limit: int = BATCH) -> int:
    """Files that came before prints were made have theirs; how many those were, `limit` at most."""
    rows = await fetch_rows(
        "SELECT m.id AS id FROM media m WHERE m.kind IN ('image', 'audio', 'video') AND m.state <> 'processing' "
        "AND NOT EXISTS (SELECT 1 FROM media_print p WHERE p.media_id = m.id) ORDER BY m.id DESC LIMIT ?",
        limit,
    )
    for media in await Media.filter(id__in=[int(row["id"]) for row in rows]) if rows else []:
        try:
            await print_file(media, store)
        except NotFound:
            await save_prints(media, Prints(picture=None, sound=[]))
        except Busy:
            break
    return len(rows)


async def print_copies(store: Store, *, limit: int = BATCH) -> int:
    """Copies of files of other instances have prints, for as long as they are kept; how many, `limit` at most."""
    rows = await fetch_rows(
        "SELECT c.id AS id FROM remote_media c WHERE c.path IS NOT NULL AND (c.media_type LIKE 'image/%' "
        "OR c.media_type LIKE 'audio/%' OR c.media_type LIKE 'video/%') "
        "AND NOT EXISTS (SELECT 1 FROM media_print p WHERE p.remote_id = c.id) ORDER BY c.id DESC LIMIT ?",
        limit,
    )
    for copy in await RemoteMedia.filter(id__in=[int(row["id"]) for row in rows]) if rows else []:
        prints = Prints(picture=None, sound=[])
        try:
            prints = await _prints_at(str(copy.path), store)
        except (Refused, NotFound) as error:
            log.info("a copy has no print", url=copy.url[:300], reason=str(error))
        except Busy:
            break
        if await RemoteMedia.exists(id=copy.id, path=copy.path):
            async with transaction():
                await MediaPrint.filter(remote_id=copy.id).delete()
                await MediaPrint.bulk_create(_rows_of(prints, remote_id=copy.id))
    return len(rows)


async def alike(media: Collection[int]) -> dict[int, list[int]]:
    """For each of `media`, which are row numbers, the other files here that look or sound like it."""
    own = await _prints_of(media)
    others = await _prints_of(await _near(own, "media_id") - own.keys())
    return {
        key: [other for other, theirs in sorted(others.items()) if _are_alike(mine, theirs)]
        for key, mine in own.items()
    }


async def copies_alike(media: Collection[int]) -> list[str]:
    """The addresses of files of other instances, of which we have copies, that look or sound like one of `media`."""
    own = await _prints_of(media)
    others = await _prints_of(await _near(own, "remote_id"), of="remote_id")
    near = [key for key, theirs in others.items() if any(_are_alike(mine, theirs) for mine in own.values())]
    return [copy.url for copy in await RemoteMedia.filter(id__in=near).order_by("id")] if near else []


async def _near(own: Mapping[int, Sequence[MediaPrint]], column: Literal["media_id", "remote_id"]) -> set[int]:
    """The files, as named in `column`, that share a band with one of `own`, as it is or with one bit turned."""
    found: set[int] = set()
    for number in range(BANDS):
        wanted = {
            spelling for each in own.values() for row in each for spelling in spellings(bands_of(row.bits)[number])
        }
        if wanted:
            rows = await fetch_rows(
                f"SELECT DISTINCT p.{column} AS id FROM {numbers()} AS w "  # noqa: S608  (names of ours)
                f"JOIN media_print p ON p.band_{number} = w.id WHERE p.{column} IS NOT NULL LIMIT ?",
                json_numbers(wanted),
                MAX_FOUND,
            )
            found |= {int(row["id"]) for row in rows}
    return found


async def _prints_of(
    files: Collection[int], *, of: Literal["media_id", "remote_id"] = "media_id"
) -> dict[int, list[MediaPrint]]:
    prints: dict[int, list[MediaPrint]] = {}
    if files:
        for row in await MediaPrint.filter(**{f"{of}__in": sorted(files)}).exclude(kind="").order_by("id"):
            prints.setdefault(int(getattr(row, of)), []).append(row)
    return prints


async def _prints_at(path: str, store: Store) -> Prints:
    async with store.workbench() as folder:
        await store.lend(path, to=folder / "source")
        return await fingerprint(folder / "source")


def _are_alike(one: Sequence[MediaPrint], other: Sequence[MediaPrint]) -> bool:
    pictures = [(row.bits, row.against) for row in (*one[:1], *other[:1]) if row.kind == PICTURE]
    if len(pictures) == 2:
        return pictures_alike(*pictures)
    sounds = [{row.position: row.bits for row in each if row.kind == SOUND} for each in (one, other)]
    return all(sounds) and sounds_alike(*sounds)


def _rows_of(prints: Prints, *, media_id: int | None = None, remote_id: int | None = None) -> list[MediaPrint]:
    """`prints` of a file of ours or of a copy; that there are none is a row too."""
    told = [(PICTURE, 0, *prints.picture)] if prints.picture else []
    told += [(SOUND, place, bits, "") for place, bits in enumerate(prints.sound) if bits]
    return [_row(*each, media_id=media_id, remote_id=remote_id) for each in told or [("", 0, "", "")]]


def _row(
    kind: str, position: int, bits: str, against: str, *, media_id: int | None = None, remote_id: int | None = None
) -> MediaPrint:
    parts = dict(zip(("band_0", "band_1", "band_2", "band_3"), bands_of(bits), strict=True)) if bits else {}
    return MediaPrint(
        media_id=media_id, remote_id=remote_id, kind=kind, position=position, bits=bits, against=against, **parts
    )
