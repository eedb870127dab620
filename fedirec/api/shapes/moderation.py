"""Reports, decisions and appeals, as programs see them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from fedirec.api.shapes.basis import Listed, Sent, Shape, Text
from fedirec.api.shapes.people import Person

CategoryName = Literal["spam", "harassment", "illegal", "licence", "other"]
ActionName = Literal["dismiss", "warn", "hide", "delete", "limit", "suspend"]


class ReportSent(Sent):
    about: list[Text] = Field(min_length=1, max_length=20, description="The uris of somebody, or of things of theirs.")
    category: CategoryName
    words: Text = Field("", max_length=2_000)
    forward: bool = Field(False, description="Whether their own instance should hear of it, if a moderator agrees.")


class OwnReport(Shape):
    """Something that was reported, for whoever reported it."""

    id: int
    person: Person
    category: CategoryName
    words: str
    state: str = Field(description="open or closed.")
    was_heeded: bool | None = Field(description="Whether something was done; null while nobody has looked at it.")
    at: datetime


class OwnReports(Listed):
    items: list[OwnReport]


class ReportedThing(Shape):
    """What a report is about, as it was then."""

    uri: str
    kind: str = Field(description="person, record, comment or challenge.")
    kept: dict[str, Any]
    is_gone: bool


class Report(Shape):
    """A report, for moderators."""

    id: int
    reporter: Person | None = Field(description="Null when the instance noticed watched words.")
    source: str = Field(description="member, peer or words.")
    origin: str
    category: CategoryName
    words: str
    wishes_forwarding: bool
    forwarded_at: datetime | None
    state: str
    outcome: str
    at: datetime
    things: list[ReportedThing]


class Case(Shape):
    """Somebody about whom there are open reports."""

    id: int
    person: Person
    categories: list[CategoryName]
    since: datetime
    claimed_by: Person | None


class Cases(Listed):
    items: list[Case]


class Decision(Shape):
    """What was decided about somebody."""

    id: int
    action: ActionName
    things: list[str]
    words: str
    at: datetime
    is_undone: bool
    appeal: str | None = Field(description="waiting, granted or declined; null when there is none.")


class PastDecision(Decision):
    """The same, for moderators."""

    decided_by: Person | None
    reason: str


class Note(Shape):
    """What one moderator tells the others."""

    author: Person | None
    text: str
    at: datetime


class ChangedKeys(Shape):
    """Keys of somebody elsewhere that are not known to be theirs: perhaps somebody else has their domain now."""

    changed_at: datetime
    before: list[str] = Field(description="The fingerprints of the keys that were known.")
    now: list[str] = Field(description="The fingerprints of the keys that their server names now.")


class KeysSent(Sent):
    keys: list[Text] = Field(max_length=500, description="The fingerprints that were compared, as in `now`.")
    reason: Text = Field(min_length=1, max_length=500, description="How you know that it is them.")


class CaseFile(Shape):
    """Everything that moderators know of somebody."""

    id: int
    person: Person
    is_limited: bool
    is_suspended: bool
    keys: ChangedKeys | None = Field(
        description="The keys of somebody elsewhere whose keys changed without their saying so with one that was known."
    )
    open: list[Report]
    closed: list[Report]
    decisions: list[PastDecision]
    notes: list[Note]


class VerdictSent(Sent):
    action: ActionName
    things: list[Text] = Field([], max_length=100, description="The uris of what is hidden or deleted.")
    words: Text = Field("", max_length=2_000, description="What the person is told.")
    reason: Text = Field("", max_length=500)


class ClaimSent(Sent):
    take_over: bool = False


class NoteSent(Sent):
    text: Text = Field(min_length=1, max_length=2_000)


class WordsSent(Sent):
    words: Text = Field("", max_length=2_000)


class UndoSent(Sent):
    reason: Text = Field("", max_length=500)


class AppealSent(Sent):
    words: Text = Field(min_length=1, max_length=2_000)


class Appeal(Shape):
    """Somebody asks for a decision to be looked at again."""

    id: int
    person: Person
    decision: PastDecision
    words: str
    state: str
    at: datetime


class Appeals(Listed):
    items: list[Appeal]


class AnswerSent(Sent):
    grants: bool
    words: Text = Field(min_length=1, max_length=2_000)


class Watch(Shape):
    """What moderators watch, and whether the doors are closed."""

    words: list[str]
    holds_strangers: bool
    contact: str
    doors_closed_until: datetime | None


class WatchSent(Sent):
    words: list[Text] = Field(max_length=500)
    holds_strangers: bool
    contact: Text = Field("", max_length=300)


class DoorsSent(Sent):
    hours: int = Field(ge=1, le=24 * 14)
    reason: Text = Field("", max_length=500)


class HeldComment(Shape):
    """A comment that waits for a moderator."""

    id: int
    person: Person
    record: str
    content_html: str
    at: datetime


class HeldComments(Listed):
    items: list[HeldComment]


class HeldWork(Shape):
    """A work that waits for a moderator."""

    id: int
    person: Person
    record: str = Field(description="Its address, where it can be looked at.")
    title: str
    content_html: str
    at: datetime


class HeldWorks(Listed):
    items: list[HeldWork]


class HeldAnswer(Sent):
    lets_in: bool
    whole_host: bool = Field(False, description="Whether everything that waits from its instance is kept out.")
