"""Records that are offered to challenges, and what is decided about them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from pydantic import Field

from fedirec.api.endpoint import Call
from fedirec.api.shapes.basis import Listed, Row, Sent, Shape, Text
from fedirec.api.shapes.files import dressed_files
from fedirec.api.shapes.records import RecordCard, show_card
from fedirec.media.queries import Dressed
from fedirec.remix.logbook import MAX_REASON
from fedirec.remix.models import Submission as SubmissionRow
from fedirec.remix.queries.submissions import agreed_in
from fedirec.remix.terms import MAX_VERSION


class Submission(Shape):
    """A record that was offered to a challenge."""

    id: int
    challenge: int
    record: RecordCard
    state: str = Field(
        description="pending, licence_pending, accepted, declined, withdrawn, proposed (its author is asked) or remark."
    )
    via: str = Field(description="local, guest, remote, reply (a post) or pasted (somebody else found it).")
    reason: str
    change_wanted: str = Field(description="What should be different before it is decided about.")
    is_late: bool
    terms_version: int | None = Field(description="The version of the terms that holds for it.")
    terms_agreed: int | None = Field(description="The newest version to which its author agreed.")
    outcome: str = Field(description="What became of it in the end: used, built_on, thanked, or empty.")
    thanks: str
    offered_at: datetime
    decided_at: datetime | None


class Submissions(Listed):
    items: list[Submission]


class Offers(Shape):
    """What a record was offered to."""

    items: list[Submission]


class OfferSent(Sent):
    """To which challenge a record is offered."""

    challenge: Row
    terms: int | None = Field(
        None,
        ge=1,
        le=MAX_VERSION,
        description="The version of the terms that you read; a newer one refuses it.",
    )


class Reason(Sent):
    """Why something is decided so, for its author and for the public log."""

    reason: Text = Field(min_length=1, max_length=MAX_REASON)


class Redoing(Reason):
    """Why something is made anew, and by whom."""

    person: Row | None = Field(None, description="Who makes it, as GET /api/people has them; null if nobody knows.")


class Invitation(Reason):
    """Whom to ask for something, and why."""

    person: Row = Field(description="Who is invited, as GET /api/people has them.")


class Wanted(Reason):
    """The work of somebody else that a challenge would like to have, and why."""

    record: Row


async def show_submissions(call: Call, rows: Sequence[SubmissionRow]) -> list[Submission]:
    """Submissions with their records, which come with their parts."""
    dressed, agreed = await dressed_files([row.record for row in rows]), await agreed_in(rows)
    return [_show(call, row, dressed, agreed[row.id]) for row in rows]


def _show(call: Call, row: SubmissionRow, dressed: Mapping[int, Dressed], agreed: Collection[int]) -> Submission:
    """One of them; why it was declined is for its author and the leader alone."""
    concerned = call.looker is not None and call.looker.id in (row.record.author_id, row.challenge.leader_id)
    return Submission(
        id=row.id,
        challenge=row.challenge_id,
        record=show_card(call, row.record, dressed),
        state=row.state,
        via=row.via,
        reason=row.reason if concerned else "",
        change_wanted=row.change_wanted if concerned else "",
        is_late=row.is_late,
        terms_version=row.terms_version,
        terms_agreed=max(agreed, default=None),
        outcome=row.outcome,
        thanks=row.thanks,
        offered_at=row.created_at,
        decided_at=row.decided_at,
    )
