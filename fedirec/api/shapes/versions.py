"""A record as it was."""

from __future__ import annotations

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


class Revisions(Shape):
    items: list[Revision]


class WholeRevision(Revision):
    document: dict[str, Any] = Field(description="The ActivityPub object of that version.")


def show_revision(row: RecordRow, revision: RecordRevision) -> Revision:
    return Revision(
        number=revision.number,
        made_at=revision.created_at,
        is_current=revision.number == row.revision,
        digest=revision.digest,
    )
