"""What people say about records."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from fedirec.accounts.boundaries import Away
from fedirec.accounts.permissions import Permission
from fedirec.api.endpoint import Call
from fedirec.api.shapes.basis import Listed, Sent, Shape, Text
from fedirec.api.shapes.people import Person, show_person
from fedirec.remix.actions.comments import MAX_TEXT, MAX_WARNING
from fedirec.remix.models import Comment as CommentRow
from fedirec.remix.queries.comments import is_shown
from fedirec.remix.regions import MAX_FILES, SMALLEST, WHOLE


class RegionShape(Shape):
    """A part of a picture, in parts per million of its width and height."""

    file: int = Field(description="The place of the picture among the files of the record, from 0.")
    x: int
    y: int
    width: int
    height: int


class RegionSent(Sent):
    """A part of a picture, in parts per million of its width and height."""

    file: int = Field(0, ge=0, lt=MAX_FILES)
    x: int = Field(ge=0, lt=WHOLE)
    y: int = Field(ge=0, lt=WHOLE)
    width: int = Field(ge=SMALLEST, le=WHOLE)
    height: int = Field(ge=SMALLEST, le=WHOLE)


class Comment(Shape):
    """A comment, or the place where one was."""

    id: int
    uri: str
    record: int
    answers: int | None = Field(description="The id of the comment that it answers.")
    author: Person
    is_gone: bool = Field(description="Deleted or hidden: only its place in the thread stays.")
    is_hidden: bool
    text: str
    html: str
    warning: str
    language: str | None
    at_ms: int | None = Field(description="The place in the sound or the film that it is about, in milliseconds.")
    region: RegionShape | None = Field(description="The part of a picture that it is about.")
    visibility: str
    consent: str = Field(
        description="Empty, or waiting or refused where the author of what it answers has to agree first."
    )
    said_at: datetime
    changed_at: datetime | None


class Thread(Shape):
    """A comment, and the first answers in its thread."""

    comment: Comment
    answers: list[Comment]
    has_more: bool


class Threads(Listed):
    items: list[Thread]


class Comments(Listed):
    items: list[Comment]


class CommentSent(Sent):
    """What somebody wants to say."""

    text: Text = Field(min_length=1, max_length=MAX_TEXT)
    at_ms: int | None = Field(None, ge=0, le=10**11)
    region: RegionSent | None = None
    language: Text | None = Field(None, pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$")
    warning: Text = Field("", max_length=MAX_WARNING)


def is_moderator(call: Call) -> bool:
    return call.visitor is not None and call.visitor.can(Permission.MODERATE)


def show_comment(call: Call, row: CommentRow, kept: Away | None = None) -> Comment:
    """A comment with its author and record, as far as whoever asks may see it, who keeps away from those in `kept`."""
    shown = is_shown(row, call.looker, is_moderator=is_moderator(call), kept=kept)
    return Comment(
        id=row.id,
        uri=row.uri,
        record=row.record_id,
        answers=row.parent.id if row.parent else None,
        author=show_person(call, row.author),
        is_gone=not shown,
        is_hidden=row.hidden_at is not None,
        text=(row.text or "") if shown else "",
        html=row.content if shown else "",
        warning=row.warning if shown else "",
        language=row.language if shown else None,
        at_ms=row.at_ms if shown else None,
        region=RegionShape(**row.region) if shown and row.region else None,
        visibility=row.visibility,
        consent=row.consent,
        said_at=row.published_at,
        changed_at=row.updated_at,
    )
