"""What became of one work in another, and the history of a record."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from fedirec.api.endpoint import Call
from fedirec.api.shapes.basis import Asked, Listed, Shape
from fedirec.api.shapes.people import Person, show_person
from fedirec.remix.models import Record as RecordRow
from fedirec.remix.pages.comparing.showing import find_pieces, is_same_file, sentences_of
from fedirec.remix.pages.histories import sentence_of
from fedirec.remix.queries.histories import Event as EventRow
from fedirec.remix.sides import Side as SideRead


class ComparisonQuery(Asked):
    source: str = Field("", max_length=2048, description="The id, in the federation, of one of its sources.")
    as_now: bool = Field(False, description="Compare with the source as it is now, if it was changed since.")


class ChangesQuery(Asked):
    since: int | None = Field(None, ge=1, le=2**31 - 1, description="The version to compare with: the one before.")


class Piece(Shape):
    """A run of text, and what became of it."""

    change: Literal["kept", "removed", "added"]
    text: str


class Compared(Shape):
    """One side of a comparison."""

    title: str
    licence: str
    files: list[str] = Field(description="The addresses of its files.")


class Comparison(Shape):
    """What became of one work, or of one version, in another."""

    before: Compared
    after: Compared
    text: list[Piece] = Field(
        description="Joined without what was added it is the text before, without what was removed the one after."
    )
    said: list[str] = Field(description="What else changed, each in a sentence.")
    kept_files: list[str] = Field(description="Addresses, after, of the files that stayed the same.")


class Event(Shape):
    """Something that happened to a record or around it."""

    at: datetime
    what: str = Field(description="Which kind of event it is, such as version or remix_made.")
    who: Person | None
    sentence: str
    words: str = Field(description="What was said then.")
    uri: str = Field(description="The record that it is about, in the federation.")
    record: int | None = Field(description="The same, here.")
    revision: int | None


class Events(Listed):
    items: list[Event]


async def show_comparison(before: SideRead, after: SideRead, *, is_remix: bool) -> Comparison:
    """The comparison as programs have it."""
    return Comparison(
        before=_side(before),
        after=_side(after),
        text=[
            Piece(change=piece.change.value, text=piece.text) for piece in await find_pieces(before.text, after.text)
        ],
        said=await sentences_of(before, after, is_remix=is_remix),
        kept_files=[file.url for file in after.files if any(is_same_file(file, each) for each in before.files)],
    )


def show_event(call: Call, record: RecordRow, event: EventRow) -> Event:
    """The event as programs have it."""
    return Event(
        at=event.at,
        what=event.kind.name.lower(),
        who=show_person(call, event.who) if event.who else None,
        sentence=sentence_of(event, record),
        words=event.words,
        uri=event.uri,
        record=event.record.id if event.record else (record.id if event.uri == record.uri else None),
        revision=event.number or None,
    )


def _side(side: SideRead) -> Compared:
    return Compared(title=side.title, licence=side.licence, files=[file.url for file in side.files])
