"""Tasks of projects, and offers to lead them."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime, Field

from fedirec.activitypub.models import Actor
from fedirec.api.endpoint import Call
from fedirec.api.shapes.basis import Listed, PieceQuery, Row, Sent, Shape, Text
from fedirec.api.shapes.people import Person, show_person
from fedirec.projects.models import Takeover
from fedirec.projects.models import Task as TaskRow
from fedirec.projects.takeovers import MAX_WORDS
from fedirec.projects.tasks import MAX_TEXT, MAX_TITLE
from fedirec.remix.logbook import MAX_REASON


class TasksQuery(PieceQuery):
    which: Literal["open", "free", "ended"] = Field("open", description="`free` is open, and waits for somebody.")


class Task(Shape):
    """Something that is to be done in a project."""

    id: int
    uri: str
    project: int
    title: str
    text: str
    step: int | None
    assignee: Person | None = Field(description="Who does it; null also for those who are not in the project.")
    is_taken: bool
    due_at: datetime | None
    timezone: str = Field(description="Of the project, in which the date was set.")
    state: Literal["open", "done", "dropped"]
    done_by: Person | None
    created_at: datetime
    ended_at: datetime | None


class Tasks(Listed):
    items: list[Task]


class TaskSent(Sent):
    title: Text = Field(min_length=1, max_length=MAX_TITLE)
    text: Text = Field("", max_length=MAX_TEXT, description="In Markdown.")
    step: Row | None = None
    assignee: Row | None = Field(None, description="Somebody in the project; they are told, and can hand it back.")
    due_at: AwareDatetime | None = Field(None, description="With its offset from UTC.", strict=False)


class TaskGiven(Sent):
    assignee: Row


class TaskDropped(Sent):
    reason: Text = Field(max_length=MAX_REASON, description="Everybody can read it.")


class LeadOffer(Shape):
    """Somebody offers to lead a project whose leaders are silent."""

    person: Person
    words: str
    created_at: datetime
    ends_at: datetime = Field(description="Until when a leader can come back.")


class LeadOffers(Listed):
    items: list[LeadOffer]
    rule: str = Field(description="Who leads in the end, in a few sentences.")
    is_adoptable: bool
    led_at: datetime = Field(description="When a leader last did something in it.")
    silent_at: datetime | None = Field(
        description="When members can take it over if no leader does anything; null when that does not run."
    )


class LeadOfferSent(Sent):
    words: Text = Field(min_length=1, max_length=MAX_WORDS, description="How you would go on. Everybody can read it.")


def show_task(call: Call, row: TaskRow, *, is_inside: bool) -> Task:
    """A task, which comes with its people and its project, for somebody who is in that or is not."""
    looker: Actor | None = call.looker
    is_named = is_inside or (looker is not None and row.assignee_id == looker.id)
    return Task(
        id=row.id,
        uri=row.uri,
        project=row.project_id,
        title=row.title,
        text=row.text,
        step=row.step_id,
        assignee=show_person(call, row.assignee) if row.assignee and is_named else None,
        is_taken=row.assignee_id is not None,
        due_at=row.due_at,
        timezone=row.project.timezone,
        state=row.state,  # type: ignore[arg-type]
        done_by=show_person(call, row.done_by) if row.done_by else None,
        created_at=row.created_at,
        ended_at=row.ended_at,
    )


def show_offer(call: Call, row: Takeover) -> LeadOffer:
    return LeadOffer(
        person=show_person(call, row.actor), words=row.words, created_at=row.created_at, ends_at=row.ends_at
    )
