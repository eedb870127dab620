"""What pages and other packages ask about files."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final, Literal

from tortoise.expressions import Q

from fedirec.activitypub.models import Actor
from fedirec.db import fetch_rows
from fedirec.db.rows import fetch_tuples, rows_in
from fedirec.db.tables import json_of, marks, table_of
from fedirec.errors import NotFound
from fedirec.media.models import Caption, Media, Rendition
from fedirec.media.refusals import failure_in_words
from fedirec.web.language import gettext as _

MAX_SHARERS: Final = 100
"""Rows of one content that are looked at to decide who may see it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DressedRendition:
    """What was made of a file, at an address of this site."""

    name: str
    url: str
    media_type: str
    size: int
    width: int | None
    height: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DressedCaption:
    """The words of a sound or a film in one language, at an address of this site."""

    language: str
    label: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """A file as it is kept. `download_url` saves it under its name instead of showing it."""

    url: str
    download_url: str
    media_type: str
    size: int
    file_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dressed:
    """All that pages show of one file."""

    key: str
    kind: Literal["image", "audio", "video"]
    state: Literal["processing", "ready", "failed"]
    problem: str | None
    """Why nothing could be made of it, in a sentence for the reader."""
    progress: int | None
    """Percent, while it is processed."""
    blurhash: str | None
    colour: str | None
    peaks: list[int] | None
    width: int | None
    height: int | None
    duration_ms: int | None
    original: Original
    poster_url: str | None
    renditions: Mapping[str, DressedRendition] = field(default_factory=dict)
    captions: Sequence[DressedCaption] = ()

    @property
    def preview_url(self) -> str | None:
        """A small picture of it, if there is one."""
        small = self.renditions.get("small")
        return small.url if small else (self.original.url if self.kind == "image" else self.poster_url)


async def dress(media_ids: Collection[int]) -> dict[int, Dressed]:
    """The files with these ids and what was made of them, by id; three statements however many they are."""
    if not media_ids:
        return {}
    ids = list(set(media_ids))
    renditions: dict[int, dict[str, DressedRendition]] = {}
    for row in await rows_in(Rendition, ids, of="media_id", order="x.width"):
        renditions.setdefault(row.media_id, {})[row.name] = DressedRendition(
            name=row.name,
            url=_url(row.path),
            media_type=row.media_type,
            size=row.size,
            width=row.width,
            height=row.height,
        )
    captions = {
        media_id: [DressedCaption(language=each.language, label=each.label, url=_url(each.path)) for each in rows]
        for media_id, rows in (await captions_of(ids)).items()
    }
    return {
        media.id: _dressed(media, renditions=renditions.get(media.id, {}), captions=captions.get(media.id, []))
        for media in await rows_in(Media, ids)
    }


def _dressed(
    media: Media, *, renditions: Mapping[str, DressedRendition], captions: Sequence[DressedCaption]
) -> Dressed:
    return Dressed(
        key=media.key,
        kind=media.kind,  # type: ignore[arg-type]
        state=media.state,  # type: ignore[arg-type]
        problem=failure_in_words(media.problem, name=media.file_name) if media.problem else None,
        progress=media.progress,
        blurhash=media.blurhash,
        colour=media.colour,
        peaks=media.peaks,
        width=media.width,
        height=media.height,
        duration_ms=media.duration_ms,
        original=Original(
            url=_url(media.path),
            download_url=f"{_url(media.path)}?download={media.key}",
            media_type=media.media_type,
            size=media.size,
            file_name=media.file_name,
        ),
        poster_url=_url(media.poster_path) if media.poster_path else None,
        renditions=renditions,
        captions=captions,
    )


async def remote_peaks(urls: Collection[str]) -> dict[str, list[int]]:
    """How loud the sounds and films at these addresses elsewhere are, as far as there are copies of them."""
    if not urls:
        return {}
    rows = await fetch_tuples(
        f"SELECT c.url, c.peaks FROM {table_of(digest='text')} AS w CROSS JOIN remote_media c "  # noqa: S608
        "WHERE c.url_digest = w.digest AND c.path IS NOT NULL AND c.peaks IS NOT NULL",
        json_of({"digest": sha256(url.encode()).hexdigest()} for url in urls),
    )
    return {url: json.loads(peaks) if isinstance(peaks, str) else peaks for url, peaks in rows}


async def captions_of(media_ids: Iterable[int]) -> dict[int, list[Caption]]:
    """The captions of the files with these ids, by id, in the order of their languages."""
    ids = list(set(media_ids))
    found: dict[int, list[Caption]] = {}
    for caption in await rows_in(Caption, ids, of="media_id", order="x.language"):
        found.setdefault(caption.media_id, []).append(caption)
    return found


async def get_media(owner: Actor, key: str) -> Media:
    """The file of `owner` with this `key`. Raises NotFound."""
    media = await Media.get_or_none(key=key, owner_id=owner.id)
    if media is None:
        raise NotFound(_("This file is gone."))
    return media


async def media_at(path: str) -> tuple[Sequence[Media], str]:
    """The files that `path` in the store belongs to, at most MAX_SHARERS, and the type of what is there.

    It is one of them, or the poster, a rendition or a caption of one.
    """
    rows = await Media.filter(Q(path=path) | Q(poster_path=path)).order_by("id").limit(MAX_SHARERS)
    if rows:
        return rows, rows[0].media_type if rows[0].path == path else "image/jpeg"
    renditions = await Rendition.filter(path=path).select_related("media").order_by("id").limit(MAX_SHARERS)
    if renditions:
        return [rendition.media for rendition in renditions], renditions[0].media_type
    captions = await Caption.filter(path=path).select_related("media").order_by("id").limit(MAX_SHARERS)
    return [caption.media for caption in captions], "text/vtt; charset=utf-8"


async def paths_of(media: Collection[Media]) -> list[str]:
    """Where the bytes of these files are in the store, with those of everything that was made of them."""
    ids = [each.id for each in media]
    if not ids:
        return []
    made = await Rendition.filter(media_id__in=ids).values_list("path", flat=True)
    said = await Caption.filter(media_id__in=ids).values_list("path", flat=True)
    own = [path for each in media for path in (each.path, each.poster_path) if path]
    return [*own, *map(str, made), *map(str, said)]


async def used_paths(paths: Iterable[str]) -> set[str]:
    """Those of `paths` that some row speaks of."""
    asked = list(paths)
    if not asked:
        return set()
    places = marks(asked)
    columns = (
        ("media", "path"),
        ("media", "poster_path"),
        ("rendition", "path"),
        ("caption", "path"),
        ("remote_media", "path"),
        ("remote_media", "small_path"),
        ("remote_media", "medium_path"),
    )
    rows = await fetch_rows(
        " UNION ".join(
            f"SELECT {column} AS path FROM {table} WHERE {column} IN ({places})"  # noqa: S608  (only question marks)
            for table, column in columns
        ),
        *asked * len(columns),
    )
    return {str(row["path"]) for row in rows}


async def bytes_of(owner_id: int) -> int:
    """How many bytes somebody's files and captions have, with those that are on their way.

    What was made of them does not count.
    """
    rows = await fetch_rows(
        "SELECT (SELECT COALESCE(SUM(size), 0) FROM media WHERE owner_id = ?)"
        " + (SELECT COALESCE(SUM(c.size), 0) FROM caption c JOIN media m ON m.id = c.media_id WHERE m.owner_id = ?)"
        " + (SELECT COALESCE(SUM(size), 0) FROM upload WHERE owner_id = ? AND state IN ('receiving', 'arrived'))"
        " AS bytes",
        owner_id,
        owner_id,
        owner_id,
    )
    return int(rows[0]["bytes"])


def _url(path: str) -> str:
    return f"/media/{path}"
