"""Files of records and challenges, and what was made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import Field

from fedirec.api.endpoint import Call
from fedirec.api.shapes.basis import Sent, Shape, Text
from fedirec.media.queries import Dressed, dress
from fedirec.remix.models import Attachment, Challenge
from fedirec.remix.models import Record as RecordRow


class Rendition(Shape):
    """What was made of a file so that it loads fast and plays everywhere."""

    name: str
    url: str
    media_type: str
    width: int | None
    height: int | None


class Caption(Shape):
    """The words of a sound or a film in one language, in WebVTT."""

    language: str
    label: str
    url: str


class File(Shape):
    """A file of a record or a challenge."""

    key: str | None = Field(description="What a record names it by; null for files of other instances.")
    kind: str
    url: str = Field(description="Empty when it is left at its home.")
    media_type: str
    description: str
    width: int | None
    height: int | None
    duration_ms: int | None
    poster_url: str | None
    digest: str | None
    blurhash: str | None
    state: str = Field(
        description="processing, ready, failed; or left, when this instance takes no files of the one that has it."
    )
    peaks: list[int] | None
    renditions: list[Rendition]
    captions: list[Caption]


class OwnFile(Shape):
    """A file of the owner of the token."""

    key: str
    kind: str
    url: str
    name: str
    media_type: str
    size: int
    width: int | None
    height: int | None
    duration_ms: int | None
    state: str = Field(description="processing, ready or failed.")
    problem: str | None
    peaks: list[int] | None
    renditions: list[Rendition]
    captions: list[Caption]


class FileSent(Sent):
    """A file that has arrived at /api/uploads."""

    key: Text = Field(min_length=1, max_length=26)
    description: Text = Field("", max_length=1_500, description="For those who cannot see or hear it.")


async def dressed_files(rows: Sequence[RecordRow | Challenge]) -> Mapping[int, Dressed]:
    """What was made of the files of all these, in one go."""
    return await dress([each.media_id for row in rows for each in row.attachments if each.media_id is not None])


def show_file(call: Call, attachment: Attachment, dressed: Mapping[int, Dressed], *, left: bool = False) -> File:
    """One file, with what was made of it when it is ours; of one that is `left` at its home only what it is."""
    if left:
        return _left(attachment)
    made = dressed.get(attachment.media_id) if attachment.media_id is not None else None
    cards = call.cards
    poster = attachment.poster_url
    return File(
        key=made.key if made else None,
        kind=attachment.kind,
        url=call.absolute(cards.shown_here(attachment.url)),
        media_type=attachment.media_type,
        description=attachment.description,
        width=attachment.width,
        height=attachment.height,
        duration_ms=attachment.duration_ms,
        poster_url=call.absolute(cards.shown_here(poster)) if poster else None,
        digest=attachment.digest,
        blurhash=(made.blurhash if made else None) or attachment.blurhash,
        state=made.state if made else "ready",
        peaks=made.peaks if made else None,
        renditions=_renditions(call, made) if made else [],
        captions=_captions(call, made) if made else [],
    )


def _left(attachment: Attachment) -> File:
    return File(
        key=None,
        kind=attachment.kind,
        url="",
        media_type=attachment.media_type,
        description=attachment.description,
        width=attachment.width,
        height=attachment.height,
        duration_ms=attachment.duration_ms,
        poster_url=None,
        digest=attachment.digest,
        blurhash=None,
        state="left",
        peaks=None,
        renditions=[],
        captions=[],
    )


def show_own_file(call: Call, made: Dressed) -> OwnFile:
    """A file of the owner of the token, in a record or not yet."""
    return OwnFile(
        key=made.key,
        kind=made.kind,
        url=call.absolute(made.original.url),
        name=made.original.file_name,
        media_type=made.original.media_type,
        size=made.original.size,
        width=made.width,
        height=made.height,
        duration_ms=made.duration_ms,
        state=made.state,
        problem=made.problem,
        peaks=made.peaks,
        renditions=_renditions(call, made),
        captions=_captions(call, made),
    )


def _renditions(call: Call, made: Dressed) -> list[Rendition]:
    return [
        Rendition(
            name=each.name,
            url=call.absolute(each.url),
            media_type=each.media_type,
            width=each.width,
            height=each.height,
        )
        for each in made.renditions.values()
    ]


def _captions(call: Call, made: Dressed) -> list[Caption]:
    return [Caption(language=each.language, label=each.label, url=call.absolute(each.url)) for each in made.captions]
