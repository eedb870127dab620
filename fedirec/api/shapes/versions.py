"""A record as it was."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from pydantic import Field

from fedirec.api.shapes.basis import Shape
from fedirec.remix.models import Record as RecordRow
from fedirec.remix.models import RecordRevision


class Revision(Shape):
    """A version of a record, as it was sent."""

    number: int
    made_at: datetime
    is_current: bool
    digest: str | None
    editor: str | None = Field(description="Who made it, in the federation, where that is not the author.")
    is_signed: bool = Field(description="Whether the editor proved that, so that it is not the word of its home alone.")


class Revisions(Shape):
    items: list[Revision]


class WholeRevision(Revision):
    document: dict[str, Any] = Field(
        description="The ActivityPub object of that version, without those who asked since not to be named."
    )


def show_revision(
    row: RecordRow, revision: RecordRevision, *, unnamed: Mapping[str, str], signed: Collection[int]
) -> Revision:
    return Revision(
        number=revision.number,
        made_at=revision.created_at,
        is_current=revision.number == row.revision,
        digest=revision.digest,
        editor=unnamed.get(revision.editor_uri or "", revision.editor_uri) or None,
        is_signed=revision.id in signed,
    )
