"""The stages of a project, what each asks for, and how it goes from one to another.

Anybody can read here why a project stands where it stands. Most of a stage is for its leaders to judge; what can be
counted is a guard.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from fedirec.errors import Conflict, Invalid
from fedirec.translatable import N_


class Stage(StrEnum):
    """Where a project stands."""

    IDEA = "idea"
    EARLY = "early"
    ADVANCED = "advanced"
    FUNDED = "funded"
    IN_PRODUCTION = "in_production"
    FINISHED = "finished"
    RELEASED = "released"
    PAUSED = "paused"
    ABANDONED = "abandoned"
    ADOPTABLE = "adoptable"


WAY: Final = (
    Stage.IDEA,
    Stage.EARLY,
    Stage.ADVANCED,
    Stage.FUNDED,
    Stage.IN_PRODUCTION,
    Stage.FINISHED,
    Stage.RELEASED,
)
"""In which order a project goes through them; not every one is ever funded."""
ASIDE: Final = frozenset({Stage.PAUSED, Stage.ABANDONED, Stage.ADOPTABLE})
"""Where nothing goes on. From there a project comes back to where it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What can be counted in a project."""

    published_steps: int = 0
    has_pool: bool = False
    """Whether money lies ready for it."""
    has_frozen: bool = False
    """Whether a production of it is frozen, or released."""
    has_released: bool = False


NAMES: Final[Mapping[Stage, str]] = {
    Stage.IDEA: N_("idea"),
    Stage.EARLY: N_("early"),
    Stage.ADVANCED: N_("advanced"),
    Stage.FUNDED: N_("funded"),
    Stage.IN_PRODUCTION: N_("in production"),
    Stage.FINISHED: N_("finished"),
    Stage.RELEASED: N_("released"),
    Stage.PAUSED: N_("paused"),
    Stage.ABANDONED: N_("abandoned"),
    Stage.ADOPTABLE: N_("looking for somebody to lead it"),
}

CRITERIA: Final[Mapping[Stage, str]] = {
    Stage.IDEA: N_("There is a brief that says what it is to become. Nothing has been asked for yet."),
    Stage.EARLY: N_("At least one step is published, and people can contribute to it."),
    Stage.ADVANCED: N_("Contributions have been taken up, and its leaders know which steps are still missing."),
    Stage.FUNDED: N_("Money that everybody can see lies ready for it, with a rule for how it is shared."),
    Stage.IN_PRODUCTION: N_("What it is made of is being put together into the finished piece."),
    Stage.FINISHED: N_("A production is frozen: what is in it, and who is credited, does not change any more."),
    Stage.RELEASED: N_("A production is published, and anybody can see, hear or read it."),
    Stage.PAUSED: N_("Its leaders take a break and say why. It goes on where it stopped."),
    Stage.ABANDONED: N_("Its leaders have given it up. What was made for it stays with those who made it."),
    Stage.ADOPTABLE: N_("Nobody leads it just now. A member of it can take it over."),
}
"""What a project in each stage has, in a sentence for everybody."""

_REFUSALS: Final[Mapping[Stage, str]] = {
    Stage.EARLY: N_("Publish a step first: a project is an idea as long as nobody can contribute to it."),
    Stage.FUNDED: N_("There is no pool of money for this project yet, so it cannot count as funded."),
    Stage.FINISHED: N_("Freeze a production first: a project is finished when what is in it does not change any more."),
    Stage.RELEASED: N_("Release a production first: then everybody can see what came of it."),
}


def next_stages(stage: Stage, *, before: Stage | None = None) -> tuple[Stage, ...]:
    """Where a project in `stage` can go, in the order of the way; `before` is where it stood before it was aside.

    Anywhere on the way, as far as it has what is asked for there: what can be counted is a guard, and the rest is for
    its leaders to judge. But no way leads back to an idea, and none aside once it is released.
    """
    if stage in ASIDE:
        back = (before or Stage.IDEA,)
        return back + tuple(other for other in Stage if other in ASIDE and other is not stage)
    ways = tuple(other for other in WAY if other not in (stage, Stage.IDEA))
    return ways if stage is Stage.RELEASED else (*ways, Stage.PAUSED, Stage.ABANDONED, Stage.ADOPTABLE)


def is_carried(stage: Stage, to: Stage, facts: Facts) -> bool:
    """Whether what happened takes a project with `facts` on from `stage` to `to` by itself.

    Only forward, where nothing is lacking, and not from aside, where somebody put it.
    """
    return stage in WAY and WAY.index(stage) < WAY.index(to) and refusal_of(to, facts) is None


def refusal_of(stage: Stage, facts: Facts) -> str | None:
    """What a project lacks for `stage`, in a sentence; None when nothing that can be counted stands against it."""
    if stage in ASIDE or stage is Stage.IDEA:
        return None
    if not facts.published_steps:
        return _REFUSALS[Stage.EARLY]
    lacks = {
        Stage.FUNDED: not facts.has_pool,
        Stage.FINISHED: not facts.has_frozen,
        Stage.RELEASED: not facts.has_released,
    }
    return _REFUSALS[stage] if lacks.get(stage) else None


def refuse_move(stage: Stage, to: Stage, facts: Facts, *, before: Stage | None = None) -> None:
    """A project with `facts` goes from `stage` to `to`.

    Raises Invalid where no way leads, Conflict for what it lacks.
    """
    if to not in next_stages(stage, before=before):
        raise Invalid("It cannot go there from where it stands.", field="stage")
    if stage in ASIDE:
        return  # it comes back to where it was
    if WAY.index(stage) > (WAY.index(to) if to in WAY else -1):
        return
    if refusal := refusal_of(to, facts):
        raise Conflict(refusal, field="stage")
