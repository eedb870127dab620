"""Where projects stand, and how they go from one stage to another: every pair, and every guard."""

from __future__ import annotations

import pytest

from fedirec.errors import Conflict, FedirecError, Invalid
from fedirec.projects.forms import FORM_NAMES, PLANS, Form
from fedirec.projects.stages import ASIDE, CRITERIA, NAMES, WAY, Facts, Stage, is_carried, next_stages, refuse_move
from fedirec.remix.skills import CODES

ALL = Facts(published_steps=1, has_pool=True, has_frozen=True, has_released=True)


@pytest.mark.parametrize("stage", WAY)
@pytest.mark.parametrize("to", Stage)
def test_a_project_that_has_everything_goes_anywhere_but_back_to_an_idea(stage: Stage, to: Stage) -> None:
    wanted = {*WAY} - {Stage.IDEA, stage} | (set() if stage is Stage.RELEASED else ASIDE)
    if to in wanted:
        refuse_move(stage, to, ALL)
    else:
        with pytest.raises(Invalid):
            refuse_move(stage, to, ALL)


@pytest.mark.parametrize("aside", sorted(ASIDE))
@pytest.mark.parametrize("before", WAY)
def test_from_aside_it_comes_back_to_where_it_was_and_nowhere_else(aside: Stage, before: Stage) -> None:
    assert set(next_stages(aside, before=before)) == {before} | ASIDE - {aside}
    refuse_move(aside, before, Facts(), before=before)


@pytest.mark.parametrize(
    ("stage", "to", "facts", "why"),
    [
        (Stage.IDEA, Stage.EARLY, Facts(), "Publish a step first"),
        (Stage.ADVANCED, Stage.FUNDED, Facts(published_steps=1), "no pool of money"),
        (Stage.IN_PRODUCTION, Stage.FINISHED, Facts(published_steps=1), "Freeze a production"),
        (Stage.EARLY, Stage.FINISHED, Facts(published_steps=1), "Freeze a production"),
        (Stage.EARLY, Stage.RELEASED, Facts(published_steps=1, has_frozen=True), "Release a production"),
        (Stage.FINISHED, Stage.RELEASED, Facts(published_steps=1, has_frozen=True), "Release a production"),
    ],
)
def test_what_can_be_counted_is_a_guard_that_says_what_is_lacking(
    stage: Stage, to: Stage, facts: Facts, why: str
) -> None:
    with pytest.raises(Conflict, match=why):
        refuse_move(stage, to, facts)


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("to", WAY)
def test_what_happens_takes_a_project_forward_only_and_never_from_aside(stage: Stage, to: Stage) -> None:
    assert is_carried(stage, to, ALL) is (stage in WAY and WAY.index(stage) < WAY.index(to))
    assert not is_carried(stage, to, Facts())


def test_nothing_is_lacked_for_going_back_or_aside() -> None:
    for stage in (Stage.EARLY, Stage.FINISHED, Stage.RELEASED):
        for to in next_stages(stage):
            if to in ASIDE or WAY.index(to) < WAY.index(stage):
                refuse_move(stage, to, Facts())


def test_every_stage_has_a_name_and_criteria_that_everybody_can_read() -> None:
    assert set(NAMES) == set(CRITERIA) == set(Stage) == {*WAY, *ASIDE}
    assert all(sentence.endswith(".") for sentence in CRITERIA.values())


def test_every_form_has_a_name_and_steps_for_skills_that_there_are() -> None:
    assert set(FORM_NAMES) == set(PLANS) == set(Form)
    for plans in PLANS.values():
        assert len({plan.title for plan in plans}) == len(plans) >= 3
        assert {skill for plan in plans for skill in plan.skills} <= CODES


def test_moves_raise_nothing_but_our_own() -> None:
    for stage in Stage:
        for to in Stage:
            for before in (None, *WAY):
                try:
                    refuse_move(stage, to, Facts(), before=before)
                except FedirecError as error:
                    assert error.field == "stage"  # noqa: PT017
