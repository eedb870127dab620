"""The steps of a project, with their challenges."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from pydantic import Field

from fedirec.api.endpoint import Call
from fedirec.api.shapes.basis import Row, Sent, Shape, Text
from fedirec.api.shapes.challenges import ChallengeCard, show_challenge_card
from fedirec.html import markdown
from fedirec.projects.actions.steps import MAX_SKILLS, MAX_TITLE
from fedirec.projects.models import Step as StepRow
from fedirec.remix.logbook import MAX_REASON
from fedirec.remix.queries.parts import challenges_in

StepState = Literal["draft", "open", "locked", "done"]


class Step(Shape):
    """A step of a project, with its challenges."""

    id: int
    uri: str
    position: int
    title: str
    text: str
    html: str
    state: StepState
    challenges: list[ChallengeCard]
    published_at: datetime | None
    done_at: datetime | None


class StepSent(Sent):
    """What is to be done in a step."""

    title: Text = Field(min_length=1, max_length=MAX_TITLE)
    text: Text = Field("", max_length=4_000)
    skills: list[Text] = Field(
        default_factory=list, max_length=MAX_SKILLS, description="What it takes: codes of skills in /api/vocabularies."
    )


class StepChange(Sent):
    """What a step says from now on; what is left out stays."""

    title: Text | None = Field(None, min_length=1, max_length=MAX_TITLE)
    text: Text | None = Field(None, max_length=4_000)
    skills: list[Text] | None = Field(None, max_length=MAX_SKILLS)


class StepStateSent(Sent):
    """Where a step is from now on."""

    state: Literal["open", "locked", "done"]
    reason: Text = Field("", max_length=MAX_REASON, description="Needed to lock it.")


class StepMoveSent(Sent):
    earlier: bool


class ChallengeSent(Sent):
    challenge: Row


async def show_steps(call: Call, steps: Sequence[StepRow]) -> list[Step]:
    """Steps, which come with their challenges."""
    keys = [row.challenge_id for step in steps for row in step.challenges]
    challenges = {row.id: row for row in await challenges_in(keys)}
    return [
        Step(
            id=step.id,
            uri=step.uri,
            position=step.position,
            title=step.title,
            text=step.text,
            html=markdown(step.text) if step.text else step.content,
            state=step.state,  # type: ignore[arg-type]
            challenges=[
                show_challenge_card(call, challenges[row.challenge_id])
                for row in step.challenges
                if row.challenge_id in challenges
            ],
            published_at=step.published_at,
            done_at=step.done_at,
        )
        for step in steps
    ]
