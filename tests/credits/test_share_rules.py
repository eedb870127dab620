"""How sums are shared in whole units: properties over anything, and the figures of real productions."""

from __future__ import annotations

import time
from fractions import Fraction
from math import ceil, floor
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fedirec.credits.shares import (
    MAX_LINES,
    MAX_TOTAL,
    MAX_WEIGHT,
    WHOLE,
    amounts_of,
    apportion,
    even_by_role,
    moved_by_rounding,
    redistribute,
    rescale,
    to_ppm,
    topped_up,
)
from fedirec.errors import Invalid
from fedirec.web.money import exact_share
from fedirec.web.money import share as written_share

SCOPE = "prp_1"
KEYS = st.text(alphabet="abcdefgh", min_size=1, max_size=3)
SMALL = st.dictionaries(KEYS, st.integers(0, 9), min_size=1, max_size=12).filter(lambda lines: any(lines.values()))
WEIGHTS = st.one_of(
    SMALL,  # many ties
    st.dictionaries(KEYS, st.integers(0, MAX_WEIGHT), min_size=1, max_size=12).filter(
        lambda lines: any(lines.values())
    ),
)
TOTALS = st.one_of(st.integers(0, 100), st.integers(0, MAX_TOTAL))


@given(total=TOTALS, weights=WEIGHTS, order=st.randoms(use_true_random=False))
@settings(max_examples=150)
def test_shares_sum_exactly_keep_the_quota_and_do_not_depend_on_the_order(total: int, weights: Any, order: Any) -> None:
    shares = apportion(total, weights, scope=SCOPE)
    whole = sum(weights.values())
    assert shares.keys() == weights.keys()
    assert sum(shares.values()) == total
    for key, share in shares.items():
        exact = Fraction(total * weights[key], whole)
        assert floor(exact) <= share <= ceil(exact)
    turned = list(weights.items())
    order.shuffle(turned)
    assert apportion(total, dict(turned), scope=SCOPE) == shares
    assert {key for key in shares if shares[key] > total * weights[key] // whole} == set(
        topped_up(total, weights, scope=SCOPE)
    )
    for one in weights:  # who weighs more never gets less
        assert all(shares[one] >= shares[other] for other in weights if weights[one] > weights[other])


@given(weights=WEIGHTS, total=TOTALS)
@settings(max_examples=100)
def test_parts_per_million_stay_what_they_are_and_amounts_come_from_them(weights: Any, total: int) -> None:
    ppm = to_ppm(weights, scope=SCOPE)
    assert sum(ppm.values()) == WHOLE
    assert to_ppm(ppm, scope=SCOPE) == ppm
    assert to_ppm(ppm, scope="another") == ppm
    assert sum(amounts_of(total, ppm, scope=SCOPE).values()) == total


@given(weights=WEIGHTS, picks=st.randoms(use_true_random=False))
@settings(max_examples=150)
def test_what_is_given_back_goes_to_the_others_and_none_of_them_loses(weights: Any, picks: Any) -> None:
    recused = {key for key in weights if picks.random() < 0.3}
    before = to_ppm(weights, scope=SCOPE)
    if not any(parts for key, parts in before.items() if key not in recused):
        with pytest.raises(Invalid):
            redistribute(weights, recused, scope=SCOPE)
        return
    redistribution = redistribute(weights, recused, scope=SCOPE)
    assert redistribution.before == before
    assert sum(redistribution.after.values()) == WHOLE
    for key, parts in redistribution.after.items():
        assert parts == 0 if key in recused else parts >= before[key]
    given_back = sum(before[key] for key in recused)
    for key in before.keys() - recused:
        assert abs(redistribution.after[key] - Fraction(before[key] * WHOLE, WHOLE - given_back)) < 1
    assert redistribute(before, recused, scope=SCOPE) == redistribution


@given(weights=WEIGHTS, target=st.integers(0, MAX_WEIGHT), picks=st.randoms(use_true_random=False))
@settings(max_examples=100)
def test_scaling_leaves_locked_lines_alone_and_hits_the_target(weights: Any, target: int, picks: Any) -> None:
    locked = {key for key in weights if picks.random() < 0.3}
    held = sum(weights[key] for key in locked)
    free = sum(weights.values()) - held
    if held > target or (held < target and not free):
        with pytest.raises(Invalid):
            rescale(weights, locked, target, scope=SCOPE)
        return
    scaled = rescale(weights, locked, target, scope=SCOPE)
    assert sum(scaled.values()) == target
    assert list(scaled) == list(weights)
    assert all(scaled[key] == weights[key] for key in locked)
    assert all(scaled[key] == 0 for key, weight in weights.items() if not weight)


@given(weights=WEIGHTS)
@settings(max_examples=60)
def test_even_shares_keep_what_each_role_has_together(weights: Any) -> None:
    roles = {key: key[0] if key[0] != "h" else "" for key in weights}
    locked = {key for key in weights if key.endswith("g")}
    even = even_by_role(weights, roles, scope=SCOPE, locked=locked)
    assert all(even[key] == weights[key] for key in weights if key in locked or not roles[key])
    for role in set(roles.values()) - {""}:
        free = [key for key in weights if roles[key] == role and key not in locked]
        assert sum(even[key] for key in free) == sum(weights[key] for key in free)
        assert not free or max(even[key] for key in free) - min(even[key] for key in free) <= 1


@pytest.mark.parametrize("wrong", [-1, True, 1.0, "1", None, MAX_WEIGHT + 1])
def test_a_weight_is_a_whole_number_within_bounds(wrong: Any) -> None:
    with pytest.raises(Invalid):
        apportion(100, {"a": 1, "b": wrong}, scope=SCOPE)


@pytest.mark.parametrize("wrong", [-1, True, 100.0, "100", None, MAX_TOTAL + 1])
def test_a_sum_is_a_whole_number_within_bounds(wrong: Any) -> None:
    with pytest.raises(Invalid):
        apportion(wrong, {"a": 1}, scope=SCOPE)


def test_a_sum_that_nobody_would_get_is_refused_and_nothing_is_shared_among_nobody() -> None:
    for weights in ({}, {"a": 0, "b": 0}):
        with pytest.raises(Invalid, match="at least one line"):
            apportion(1, weights, scope=SCOPE)
    assert apportion(0, {"a": 0}, scope=SCOPE) == {"a": 0}
    assert topped_up(0, {}, scope=SCOPE) == ()
    with pytest.raises(Invalid, match="1,000,000"):
        amounts_of(100, {"a": WHOLE - 1}, scope=SCOPE)
    with pytest.raises(Invalid, match="no such line"):
        redistribute({"a": 1}, {"b"}, scope=SCOPE)
    assert apportion(0, dict.fromkeys(map(str, range(MAX_LINES)), 0), scope=SCOPE)
    with pytest.raises(Invalid, match="lines"):
        apportion(1, dict.fromkeys(map(str, range(MAX_LINES + 1)), 1), scope=SCOPE)


def test_the_cent_that_is_left_does_not_always_go_to_the_same_people() -> None:
    lines = {"anna": 1, "bert": 1, "carla": 1}
    lucky = {topped_up(100, lines, scope=f"prp_{n}") for n in range(40)}
    assert lucky == {("anna",), ("bert",), ("carla",)}
    first = apportion(100, lines, scope="prp_1")
    assert first == apportion(100, lines, scope="prp_1")
    assert sorted(first.values()) == [33, 33, 34]


def test_a_sum_that_grows_can_take_a_unit_from_somebody_and_that_is_said() -> None:
    """The Alabama paradox: weights 28, 11, 23 and 18, and 16 instead of 15 to share."""
    weights = {"a": 28, "b": 11, "c": 23, "d": 18}
    assert apportion(15, weights, scope=SCOPE) == {"a": 5, "b": 2, "c": 4, "d": 4}
    assert apportion(16, weights, scope=SCOPE) == {"a": 6, "b": 2, "c": 5, "d": 3}
    assert moved_by_rounding((15, weights), (16, weights), scope=SCOPE) == {"d": -1}
    assert moved_by_rounding((16, weights), (15, weights), scope=SCOPE) == {"d": 1}
    assert moved_by_rounding((15, weights), (15, weights), scope=SCOPE) == {}
    doubled = {key: 2 * weight for key, weight in weights.items()}
    assert moved_by_rounding((16, weights), (16, doubled), scope=SCOPE) == {}


def test_a_thousand_lines_are_shared_at_once() -> None:
    weights = {f"line-{n}": n % 97 + 1 for n in range(1000)}
    began = time.process_time()
    ppm = to_ppm(weights, scope=SCOPE)
    amounts = amounts_of(10**13, ppm, scope=SCOPE)
    redistribute(weights, {"line-5"}, scope=SCOPE)
    assert time.process_time() - began < 0.2
    assert sum(amounts.values()) == 10**13


# What was really paid: help.hitrecord.org and hitrecord.org/records/…


def test_the_founder_gives_his_share_back_and_it_is_struck_through() -> None:
    """RE: GAMES, act 1 (hitrecord.org/records/1550900): crossed out, put back and shared among the others."""
    redistribution = redistribute(
        {"founder": 20, "animator": 40, "musician": 30, "editors": 10}, {"founder"}, scope=SCOPE
    )
    assert redistribution.before == {"founder": 200_000, "animator": 400_000, "musician": 300_000, "editors": 100_000}
    assert redistribution.after == {"founder": 0, "animator": 500_000, "musician": 375_000, "editors": 125_000}


def test_five_editors_are_added_with_one_percent_each() -> None:
    """hitrecord.org/records/730858: editing had not been tracked; the thread put it right, 5 % from everybody else."""
    listed = {"director": 500_000, "zoo maker": 300_000, "animation": 200_000}
    editors = {f"editor {n}": 10_000 for n in range(5)}
    ppm = rescale(listed | editors, editors, WHOLE, scope=SCOPE)
    assert sum(ppm.values()) == WHOLE
    assert {key: ppm[key] for key in editors} == editors
    assert {key: ppm[key] for key in listed} == {"director": 475_000, "zoo maker": 285_000, "animation": 190_000}


def test_the_books_of_tiny_stories_are_halved_to_the_cent() -> None:
    """December 2017: $4,036.82 for the contributors are 50 % of $8,073.64."""
    halves = amounts_of(807_364, {"company": 500_000, "contributors": 500_000}, scope=SCOPE)
    assert halves == {"company": 403_682, "contributors": 403_682}


def test_a_fixed_sum_of_a_budget_is_shared_to_the_last_cent() -> None:
    """The $50,000 of the Logic special, over lines that do not divide it."""
    lines = {f"artist {n}": n for n in range(1, 8)}
    amounts = amounts_of(5_000_000, to_ppm(lines, scope=SCOPE), scope=SCOPE)
    assert sum(amounts.values()) == 5_000_000
    assert all(abs(amounts[key] - Fraction(5_000_000 * weight, 28)) < 6 for key, weight in lines.items())


@pytest.mark.parametrize(
    ("ppm", "shown", "exact"),
    [
        (333_334, "33.33 %", "33.3334 %"),
        (255_556, "25.56 %", "25.5556 %"),
        (125_000, "12.5 %", "12.5 %"),
        (1, "0.0001 %", "0.0001 %"),
        (999_999, "99.9999 %", "99.9999 %"),
        (0, "0 %", "0 %"),
        (WHOLE, "100 %", "100 %"),
    ],
)
def test_readers_see_two_decimals_unless_that_said_nothing_or_all(ppm: int, shown: str, exact: str) -> None:
    assert (written_share(ppm), exact_share(ppm)) == (shown, exact)
