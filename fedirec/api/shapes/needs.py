"""Whom challenges and projects look for."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from fedirec.api.endpoint import Call
from fedirec.api.shapes.basis import Asked, Row, Sent, Shape, Text
from fedirec.api.shapes.people import Person, show_person
from fedirec.remix.models import Need as NeedRow


class Need(Shape):
    """Somebody with a skill is looked for."""

    id: int
    uri: str = Field(description="The id in the federation.")
    group: Person = Field(description="The challenge or project, here or elsewhere.")
    skill: str = Field(description="The code of a skill in /api/vocabularies.")
    words: str
    part_uri: str | None = Field(description="The step that it is about.")
    state: str = Field(description="open, filled or withdrawn.")
    since: datetime


class Needs(Shape):
    items: list[Need]


class NeedsQuery(Asked):
    skill: Text = Field("", max_length=10, description="One skill; left out, those that you named.")


class NeedSent(Sent):
    group: Text = Field(max_length=2048, description="The id of a challenge or project of this instance.")
    skill: Text = Field(max_length=10)
    words: Text = Field("", max_length=500)
    step: Row | None = Field(None, description="The step of the project that needs them.")


class AnswerSent(Sent):
    words: Text = Field("", max_length=500, description="Those who lead it read this, and nobody else.")


class FoundSent(Sent):
    person: int | None = Field(None, description="Who it is: one of those who said that they could do it.")


def show_need(call: Call, need: NeedRow) -> Need:
    return Need(
        id=need.id,
        uri=need.uri,
        group=show_person(call, need.group),
        skill=need.skill,
        words=need.words,
        part_uri=need.part_uri,
        state=need.state,
        since=need.created_at,
    )
