"""The media of a post or a record."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Self
from urllib.parse import urlsplit

from fedirec.activitypub.vocab import Doc, Json
from fedirec.remix.kinds import Kind, kind_of_media
from fedirec.remix.vocab.text import MAX_DESCRIPTION, clean_line, find_language

MAX_ATTACHMENTS: Final = 16
MAX_CAPTIONS: Final = 20
MAX_SIDE: Final = 1_000_000
"""Pixels."""
MAX_DURATION: Final = 7 * 86_400_000
"""Milliseconds: a week."""
_MAX_TYPE: Final = 100
_MAX_DIGEST: Final = 100
_CAPTIONS: Final = "text/vtt"
_UNKNOWN: Final = "application/octet-stream"

_KINDS: Final = {"Image": Kind.IMAGE, "Audio": Kind.AUDIO, "Video": Kind.VIDEO}
_TYPES: Final = {kind: name for name, kind in _KINDS.items()}
_ENDINGS: Final = {
    **dict.fromkeys(("jpg", "jpeg"), "image/jpeg"),
    **{ending: f"image/{ending}" for ending in ("png", "gif", "webp", "avif")},
    **dict.fromkeys(("ogg", "oga", "opus"), "audio/ogg"),
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "flac": "audio/flac",
    "wav": "audio/wav",
    **dict.fromkeys(("mp4", "m4v"), "video/mp4"),
    "webm": "video/webm",
    "ogv": "video/ogg",
    "mov": "video/quicktime",
}
"""What a file is by how its name ends, for those who do not say it."""
_MEDIA_TYPE: Final = re.compile(r"[a-z0-9][a-z0-9.+-]{0,48}/[a-z0-9][a-z0-9.+-]{0,48}")
_DIGEST: Final = re.compile(r"z[1-9A-HJ-NP-Za-km-z]{20,99}")
_DURATION: Final = re.compile(
    r"P(?:(?P<days>\d{1,6})D)?(?:T(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,9})M)?(?:(?P<seconds>\d{1,9}(?:\.\d{1,9})?)S)?)?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptionObject:
    """The words of a sound or a film in one language, as WebVTT at an address."""

    language: str
    url: str
    name: str = ""
    """What the language is called."""

    @classmethod
    def find(cls, doc: Doc) -> Self | None:
        """The captions that `doc` describes as PeerTube does, or None when it says no language or address."""
        language, url = find_language(doc.find_text("identifier")), doc.url("url", _CAPTIONS)
        if language is None or url is None:
            return None
        return cls(language=language, url=url, name=clean_line(doc.find_text("name"), _MAX_TYPE))

    def write(self) -> Json:
        document: Json = {"identifier": self.language, "url": self.url}
        if self.name:
            document["name"] = self.name
        return document


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentObject:
    """An image, a sound or a film, at an address."""

    kind: Kind
    url: str
    media_type: str = _UNKNOWN
    description: str = ""
    """The alternative text."""
    width: int | None = None
    height: int | None = None
    duration_ms: int | None = None
    digest: str | None = None
    """SHA-256 of the file behind `url`, as a multibase multihash (FEP-1311)."""
    poster_url: str | None = None
    """A still picture that stands for it."""
    blurhash: str | None = None
    captions: tuple[CaptionObject, ...] = ()

    @classmethod
    def find(cls, doc: Doc) -> Self | None:
        """The attachment that `doc` describes, or None when it is nothing that can be seen or heard.

        Lemmy links to its pictures, and BookWyrm does not say what its covers are: the end of the address does.
        """
        media_type = media_type_of(doc)
        url = doc.url("url", media_type) or doc.url("href")
        named = next((_KINDS[name] for name in doc.many("type") if isinstance(name, str) and name in _KINDS), None)
        if url and media_type == _UNKNOWN:
            guess = _ENDINGS.get(urlsplit(url).path.rpartition(".")[2].lower(), _UNKNOWN)
            media_type = guess if named in (None, kind_of_media(guess)) else _UNKNOWN
        kind = kind_of_media(media_type) or (named if media_type == _UNKNOWN else None)
        if url is None or kind is None:
            return None
        return cls(
            kind=kind,
            url=url,
            media_type=media_type,
            description=clean_line(doc.find_text("summary") or doc.find_text("name"), MAX_DESCRIPTION),
            width=side_of(doc, "width"),
            height=side_of(doc, "height"),
            duration_ms=duration_of(doc),
            digest=_matching(_DIGEST, doc.find_text("digestMultibase"), _MAX_DIGEST),
            poster_url=poster_of(doc),
            blurhash=clean_line(doc.find_text("blurhash"), _MAX_DIGEST) or None,
            captions=captions_of(doc),
        )

    def write(self) -> Json:
        document: Json = {"type": _TYPES[self.kind], "mediaType": self.media_type, "url": self.url}
        if self.description:
            document["name"] = self.description
        for key, value in (
            ("width", self.width),
            ("height", self.height),
            ("digestMultibase", self.digest),
            ("blurhash", self.blurhash),
        ):
            if value is not None:
                document[key] = value
        if self.duration_ms is not None:
            document["duration"] = write_duration(self.duration_ms)
        if self.poster_url:
            document["icon"] = {"type": "Image", "url": self.poster_url}
        if self.captions:
            document["subtitleLanguage"] = [caption.write() for caption in self.captions]
        return document


def read_attachments(doc: Doc, key: str = "attachment") -> tuple[AttachmentObject, ...]:
    """What can be seen or heard under `key`, each address once, up to MAX_ATTACHMENTS."""
    found: dict[str, AttachmentObject] = {}
    for inner in doc.docs(key):
        if attachment := AttachmentObject.find(inner):
            found.setdefault(attachment.url, attachment)
    return tuple(found.values())[:MAX_ATTACHMENTS]


def find_duration(text: str | None) -> int | None:
    """The milliseconds of an ISO 8601 duration in days and smaller, or None."""
    match = _DURATION.fullmatch(text or "")
    if match is None or not any(match.groups()):
        return None
    parts = {name: float(value) for name, value in match.groupdict().items() if value}
    total = round(timedelta(**parts) / timedelta(milliseconds=1))
    return total if total <= MAX_DURATION else None


def duration_of(doc: Doc) -> int | None:
    """The milliseconds that `doc` takes to play, or None; a plain number is seconds, as Funkwhale writes it."""
    seconds = doc.number("duration")
    if seconds is None:
        return find_duration(doc.find_text("duration"))
    return seconds * 1000 if 0 <= seconds * 1000 <= MAX_DURATION else None


def poster_of(doc: Doc) -> str | None:
    """The address of the still picture that stands for `doc`: the widest, where there are several."""
    pictures = sorted(doc.docs("icon"), key=lambda picture: picture.number("width") or 0, reverse=True)
    return pictures[0].url("url", "image/jpeg") if pictures else None


def write_duration(milliseconds: int) -> str:
    """`milliseconds` as an ISO 8601 duration in seconds: 42500 is PT42.5S."""
    seconds, rest = divmod(milliseconds, 1000)
    fraction = f".{rest:03d}".rstrip("0") if rest else ""
    return f"PT{seconds}{fraction}S"


def captions_of(doc: Doc) -> tuple[CaptionObject, ...]:
    """The captions in each language, the first of each."""
    found: dict[str, CaptionObject] = {}
    for inner in doc.docs("subtitleLanguage"):
        if caption := CaptionObject.find(inner):
            found.setdefault(caption.language, caption)
    return tuple(found.values())[:MAX_CAPTIONS]


def media_type_of(doc: Doc) -> str:
    """What `doc` says that it is, without parameters."""
    text = (doc.find_text("mediaType") or "").partition(";")[0].strip().lower()
    return _matching(_MEDIA_TYPE, text, _MAX_TYPE) or _UNKNOWN


def _matching(pattern: re.Pattern[str], text: str | None, limit: int) -> str | None:
    return text if text and len(text) <= limit and pattern.fullmatch(text) else None


def side_of(doc: Doc, key: str) -> int | None:
    """The pixels under `key`, if they are such."""
    side = doc.number(key)
    return side if side is not None and 0 < side <= MAX_SIDE else None
