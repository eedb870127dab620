"""Objects that are a picture, a sound or a film themselves, as PeerTube and Funkwhale send them."""

from __future__ import annotations

from typing import Final

from fedirec.activitypub.vocab import Doc
from fedirec.remix.kinds import Kind, kind_of_media
from fedirec.remix.vocab.attachments import (
    AttachmentObject,
    captions_of,
    duration_of,
    media_type_of,
    poster_of,
    side_of,
)
from fedirec.remix.vocab.text import MAX_DESCRIPTION, clean_line

ENOUGH: Final = 720
"""Lines of a film: of several sizes the largest up to here is shown."""

_KINDS: Final = {"Image": Kind.IMAGE, "Audio": Kind.AUDIO, "Video": Kind.VIDEO}
_PLAYLIST: Final = "application/x-mpegurl"
_STREAM: Final = "ffprobe_codec_type"
"""By which PeerTube says what is in a file: `audio`, `video`, or both."""


def find_own_media(doc: Doc) -> AttachmentObject | None:
    """The file that an Image, Audio or Video object is itself, from the addresses under its `url`.

    PeerTube names a film's sizes there or, under `tag`, in its playlist, some of them without a sound.
    """
    kind = next((_KINDS[name] for name in doc.many("type") if isinstance(name, str) and name in _KINDS), None)
    if kind is None:
        return None
    links = doc.docs("url")
    links += [inner for link in links if media_type_of(link) == _PLAYLIST for inner in link.docs("tag")]
    files = [link for link in links if kind_of_media(media_type_of(link)) is kind and link.url("href")]
    if not files:
        return None
    best = min(files, key=_rank) if kind is Kind.VIDEO else files[0]
    return AttachmentObject(
        kind=kind,
        url=best.url("href") or "",
        media_type=media_type_of(best),
        description=clean_line(doc.find_text("name"), MAX_DESCRIPTION),
        width=side_of(best, "width"),
        height=side_of(best, "height"),
        duration_ms=duration_of(doc),
        poster_url=poster_of(doc) or _cover_of(doc),
        captions=captions_of(doc),
    )


def _rank(link: Doc) -> tuple[bool, bool, int]:
    """Smaller is better: with picture and sound, up to ENOUGH lines, then as near to that as there is."""
    streams = {part.find_text("value") for part in link.docs("attachment") if part.find_text("name") == _STREAM}
    lines = side_of(link, "height") or 0
    is_whole = not streams or {"audio", "video"} <= streams
    return not is_whole, lines > ENOUGH, abs(lines - ENOUGH)


def _cover_of(doc: Doc) -> str | None:
    covers = doc.docs("image")
    return covers[0].url("url", "image/jpeg") if covers else None
