"""Who is in a project, and how people come into it and go."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from fedirec.api.endpoint import Call
from fedirec.api.shapes.basis import Listed, Row, Sent, Shape, Text
from fedirec.api.shapes.people import Person, show_person
from fedirec.projects.actions.members import MAX_WORDS
from fedirec.projects.models import ProjectMember
from fedirec.remix.logbook import MAX_REASON


class ProjectPerson(Shape):
    """Somebody in a project, or on the way into it."""

    person: Person
    state: Literal["asked", "invited", "active", "declined", "left", "removed"]
    is_trusted: bool
    skill: str | None
    words: str = Field(description="What they or their inviter said; empty for those whom it does not concern.")
    since: datetime


class ProjectPeople(Listed):
    items: list[ProjectPerson]


class ReasonSent(Sent):
    reason: Text = Field(min_length=1, max_length=MAX_REASON)


class WishSent(Sent):
    """Somebody would like to be part of a project."""

    words: Text = Field("", max_length=MAX_WORDS)
    skill: Text | None = Field(None, max_length=10)


class InvitationSent(WishSent):
    person: Row
    as_leader: bool = Field(False, description="Whether they lead it too from then on; only its creator offers that.")


class ProjectAnswerSent(Sent):
    answer: Literal["accept", "decline", "take_back"]


class DecisionSent(Sent):
    let_in: bool


class TrustSent(Sent):
    is_trusted: bool


def show_member(call: Call, row: ProjectMember, *, with_words: bool = False) -> ProjectPerson:
    """Somebody in a project, who comes with their actor."""
    return ProjectPerson(
        person=show_person(call, row.actor),
        state=row.state,  # type: ignore[arg-type]
        is_trusted=row.is_trusted,
        skill=row.skill,
        words=row.words if with_words else "",
        since=row.joined_at or row.created_at,
    )
