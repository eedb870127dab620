"""What somebody could do right now with what they can do, wherever it is looked for: rows with indexes, and no counting
of who liked what.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from fedirec.activitypub.models import Actor
from fedirec.remix.models import Challenge, Need
from fedirec.remix.queries.challenges import MAX_OFFERED, challenges_of, open_challenges
from fedirec.remix.queries.needs import open_needs
from fedirec.remix.skills import CODES, makes

NEEDS: Final = 4
CHALLENGES: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """Something that somebody could do, and why."""

    skill: str
    """Which of their skills it takes."""
    need: Need | None = None
    challenge: Challenge | None = None
    """What asks for it; of a need, the challenge that has it, if it is one's."""


async def fitting(
    viewer: Actor, skills: Sequence[str], *, needs: int = NEEDS, challenges: int = CHALLENGES
) -> list[Fit]:
    """What `viewer` could do: who looks for one of `skills`, the newest first, and then open challenges that ask for
    what these make, what closes first in front. Nothing of `viewer`'s own, and nothing of whom they keep away from.
    """
    wanted = [skill for skill in skills if skill in CODES]
    if not wanted:
        return []
    looked_for = await open_needs(wanted, viewer=viewer, limit=needs)
    led = await challenges_of([need.group for need in looked_for])
    found = [Fit(skill=need.skill, need=need, challenge=led.get(need.group_id)) for need in looked_for]
    named = {fit.challenge.id for fit in found if fit.challenge is not None}
    running = await open_challenges(limit=MAX_OFFERED, viewer=viewer)
    others = [each for each in running if each.id not in named and each.leader_id != viewer.id]
    fits = [
        Fit(skill=skill, challenge=challenge)
        for challenge in others
        if (skill := skill_for(challenge.kinds, wanted)) is not None
    ]
    return [*found, *fits[:challenges]]


def skill_for(kinds: Collection[str], skills: Sequence[str]) -> str | None:
    """The first of `skills` that makes something of these `kinds`; any does where everything is welcome."""
    if not kinds:
        return next(iter(skills), None)
    return next((skill for skill in skills if any(kind.value in kinds for kind in makes(skill))), None)
