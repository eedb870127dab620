"""Writing a record together."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from fedirec.api.endpoint import Call
from fedirec.api.shapes.basis import Listed, PieceQuery, Row, Sent, Shape, Text
from fedirec.api.shapes.people import Person, show_person
from fedirec.remix.actions.drafts import MAX_FILES, MAX_TAGS, MAX_TITLE
from fedirec.remix.actions.pens.applying import MAX_NEW_SOURCES
from fedirec.remix.actions.pens.writing import version_of
from fedirec.remix.models import Pen as PenRow
from fedirec.remix.models import Writing
from fedirec.remix.vocab import RecordObject
from fedirec.remix.vocab.remix_requests import MAX_WORDS


class PensQuery(PieceQuery):
    side: Literal["held", "given"] = "held"


class PenSent(Sent):
    person: Row = Field(description="Who is invited, as GET /api/people has them.")
    words: Text = Field("", max_length=MAX_WORDS)


class Pen(Shape):
    """Somebody writes a record with its author, or is invited to."""

    id: int
    owner: Person
    holder: Person
    record: str = Field(description="What they write together, in the federation.")
    state: Literal["invited", "held", "declined", "laid_down", "taken_back"]
    words: str
    offered_at: datetime
    decided_at: datetime | None


class Pens(Listed):
    items: list[Pen]


class VersionFile(Shape):
    url: str
    media_type: str
    description: str


class PresentVersion(Shape):
    """A record as its home has it now, as far as whoever holds the pen may change it."""

    version: str = Field(description="Names this version; it goes back with what is made from it.")
    title: str
    text: str
    language: str | None
    warning: str
    tags: list[str]
    files: list[VersionFile]


class VersionFileSent(Sent):
    """A file that the record has already, by its address; or one that arrived at /api/uploads, by its key."""

    url: Text | None = Field(None, max_length=2048)
    key: Text | None = Field(None, max_length=26)
    description: Text = Field("", max_length=1_500)


class VersionSent(Sent):
    version: Text = Field(max_length=200, description="The version that it was made from.")
    title: Text = Field(min_length=1, max_length=MAX_TITLE)
    text: Text = Field("", max_length=28_000, description="Markdown, up to 28,000 bytes.")
    language: Text | None = Field(None, pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$")
    warning: Text = Field("", max_length=200)
    tags: list[Text] = Field(default_factory=list, max_length=MAX_TAGS)
    sources: list[Row] = Field(
        default_factory=list,
        max_length=MAX_NEW_SOURCES,
        description="Records that it was made from besides those that it names; only its author takes one out.",
    )
    role: Text | None = Field(None, max_length=20, description="Your part in it, a MARC code; until you are credited.")
    files: list[VersionFileSent] = Field(default_factory=list, max_length=MAX_FILES)


class HandedIn(Shape):
    """What became of a version that was handed in."""

    state: Literal["sent", "applied", "refused"]
    answer: str = Field(description="Why it was refused.")


def show_pen(call: Call, row: PenRow) -> Pen:
    return Pen(
        id=row.id,
        owner=show_person(call, row.owner),
        holder=show_person(call, row.holder),
        record=row.record_uri,
        state=row.state,  # type: ignore[arg-type]
        words=row.words,
        offered_at=row.offered_at,
        decided_at=row.decided_at,
    )


def show_version(work: RecordObject) -> PresentVersion:
    return PresentVersion(
        version=version_of(work),
        title=work.name,
        text=work.markdown or "",
        language=work.language,
        warning=work.warning,
        tags=[tag.name for tag in work.hashtags],
        files=[
            VersionFile(url=each.url, media_type=each.media_type or "", description=each.description)
            for each in work.attachments
        ],
    )


def show_handed_in(writing: Writing | None) -> HandedIn:
    if writing is None:
        return HandedIn(state="applied", answer="")
    return HandedIn(state=writing.state, answer=writing.answer)  # type: ignore[arg-type]
