"""What is answered about pay proposals."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from fedirec.api.shapes.basis import Listed, PieceQuery, Shape, Text
from fedirec.api.shapes.people import Person


class ProposalCard(Shape):
    """A proposal as it stands in a list."""

    key: str
    uri: str = Field(description="The id in the federation.")
    title: str
    group: Person = Field(description="The project, challenge or instance to which it belongs.")
    pool: str | None = Field(description="The key of the pool that is shared; null for one of another server.")
    state: str = Field(
        description="draft, published, revised, closing, decided, locked, paying, paid, partially_paid, closed or "
        "cancelled."
    )
    rule: str = Field(description="host, consent or majority: by which it is decided.")
    currency: str
    revision: int = Field(description="The number of the newest revision; 0 for a draft.")
    version: int = Field(description="Of its draft: who saves lines names it.")
    published_at: datetime | None
    closes_at: datetime | None = Field(description="Until when people can object.")
    decided_at: datetime | None
    locked_at: datetime | None


class ProposalLine(Shape):
    """What one line gives to one person."""

    key: str
    person: Person | None = Field(description="Null for somebody without an account, or who is not named.")
    name: str
    label: str = Field(description="For what.")
    role: str
    record: str | None
    weight: int
    parts_per_million: int
    amount: int | None = Field(description="Minor units as things stood; null where that is not shown.")
    reason: str
    income_kind: str
    is_given_back: bool
    parts_before: int = Field(description="Its parts per million before anybody gave anything back.")
    is_yours: bool


class ProposalLines(Listed):
    items: list[ProposalLine]


class ProposalAppealShape(Shape):
    words: str
    state: str = Field(description="open, upheld or dismissed.")
    reason: str
    decided_by: Person | None
    decided_at: datetime | None


class Objection(Shape):
    """What somebody objects to, and the answer."""

    key: str
    author: Person
    revision: int
    kind: str = Field(description="too_little, too_much, left_out or other.")
    line: str = Field(description="The key of the line; empty for the whole.")
    words: str
    remedy: str
    wanted_parts: int | None
    state: str = Field(description="open, answered, withdrawn or appealed.")
    resolution: str = Field(description="resolved, partly or rejected; empty without an answer.")
    answer: str
    answered_by: Person | None
    answered_at: datetime | None
    answered_by_somebody_listed: bool
    appeal: ProposalAppealShape | None
    is_hidden: bool = Field(description="Whether its words are not shown; moderators read them all the same.")
    has_part: bool = Field(description="Whether whoever objects left a trace in what is shared; else it holds nothing.")
    can_withdraw: bool
    can_appeal: bool


class Objections(Listed):
    items: list[Objection]


class ProposalCommentShown(Shape):
    id: int
    author: Person
    content_html: str
    is_hidden: bool
    at: datetime


class ProposalComments(Listed):
    items: list[ProposalCommentShown]


class ProposalRevisionShape(Shape):
    number: int
    digest: str
    amount: int | None = Field(description="Minor units that would be shared on its day; null where not shown.")
    note: str
    made_by: Person | None
    at: datetime


class ProposalRevisions(Shape):
    items: list[ProposalRevisionShape]


class ProposalDecisionShape(Shape):
    revision: int
    rule: str
    outcome: str = Field(description="accepted or rejected.")
    reason: str
    decided_by: Person | None = Field(description="Null where those who are listed decided.")
    at: datetime


class ProposalVotes(Shape):
    """How it stands by the rule."""

    outcome: str = Field(description="open, accepted or rejected.")
    people: int
    accepted: int
    against: int
    silent: int
    missing: str = Field(description="What it still needs.")


class StanceTaken(Shape):
    """What you said."""

    says: str
    digest: str
    counts: bool
    reason: str = Field(description="Why it counts for nothing, if it does.")
    at: datetime


class Proposal(ProposalCard):
    """A proposal with what its page shows at first."""

    productions: list[str] = Field(description="The ids of what the money was made with.")
    adjusts: str | None
    digest: str | None = Field(description="Of the revision in force: what you accept names it.")
    amount: int | None
    locked_amount: int | None
    held_amount: int
    host_share: int = Field(description="Parts per million of the profit that the host keeps.")
    proposer: Person | None
    approver: Person | None
    proposer_is_listed: bool
    approver_is_listed: bool
    lines: int = Field(description="How many lines it has.")
    your_lines: list[ProposalLine]
    objections: list[Objection]
    decisions: list[ProposalDecisionShape]
    votes: ProposalVotes | None
    your_stance: StanceTaken | None
    is_open: bool = Field(description="Whether people can object now.")
    can_accept: bool
    can_give_back: bool


class Proposals(Listed):
    items: list[ProposalCard]


class ProposalsQuery(PieceQuery):
    group: Text = Field("", max_length=2048, description="The id of a project or challenge; else those with you.")


class ProposalDraftLine(Shape):
    key: str
    person: Person | None
    name: str
    label: str
    role: str
    weight: int
    suggested: int | None = Field(description="What the trail suggests; null where it says nothing.")
    is_locked: bool
    reason: str
    income_kind: str
    position: int


class ProposalMissing(Shape):
    """What stands in the way of publishing a draft."""

    unreasoned: list[str] = Field(description="Keys of lines without a reason.")
    unlisted: list[str] = Field(description="Who is credited and has no line.")
    blocked: list[str] = Field(description="Ids of works whose authors have to grant that money is made with them.")
    departures: int = Field(description="Departures from promises to which people have not agreed.")


class ProposalDraftShown(Shape):
    version: int
    lines: list[ProposalDraftLine]
    missing: ProposalMissing
    amount: int | None


class DepartureShown(Shape):
    """Something that is not as you were promised."""

    kind: str
    words: str
    promised: str
    offered: str
    digest: str = Field(description="What you agree to names it.")


class Departures(Shape):
    items: list[DepartureShown]


class ProposalAppealCard(Shape):
    proposal: str
    objection: str
    author: Person
    words: str
    at: datetime


class ProposalAppeals(Listed):
    items: list[ProposalAppealCard]
