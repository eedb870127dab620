"""What the trail of a production suggests, and what is never paid by it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fedirec.credits.shares import WHOLE
from fedirec.credits.suggestions import MAX_EDGE_WEIGHT, Way, begin_with, compare, suggest
from fedirec.errors import Invalid
from fedirec.remix.lineage import MAX_DEPTH, Relation

SCOPE = "prp_1"


def by_person(suggested: Mapping[tuple[str, str], int]) -> dict[str, int]:
    """What was suggested for each person, over all their records."""
    summed: dict[str, int] = {}
    for (_record, person), weight in suggested.items():
        summed[person] = summed.get(person, 0) + weight
    return summed


def alone(*records: str) -> dict[str, dict[str, int]]:
    """Each record made by a person of its name, in capitals."""
    return {record: {record.upper(): 1} for record in records}


def ways(*pairs: str, **more: Any) -> list[Way]:
    return [Way(record=pair[0], source=pair[1], **more) for pair in pairs]


def test_each_record_keeps_half_and_passes_the_rest_on() -> None:
    found = suggest({"a": 1}, ways("ab", "bc"), alone("a", "b", "c"), scope=SCOPE)
    assert by_person(found) == {"A": 500_000, "B": 250_000, "C": 250_000}


def test_a_record_that_was_made_from_nothing_keeps_all() -> None:
    assert suggest({"a": 3}, [], alone("a"), scope=SCOPE) == {("a", "A"): WHOLE}


def test_weights_of_ways_of_used_records_and_of_makers_are_followed() -> None:
    trail = [Way(record="a", source="b", weight=3), Way(record="a", source="c")]
    people = alone("b", "c", "d") | {"a": {"A": 1, "editor": 4}}
    found = by_person(suggest({"a": 1, "d": 3}, trail, people, scope=SCOPE))
    assert found == {"A": 25_000, "editor": 100_000, "B": 93_750, "C": 31_250, "D": 750_000}


def test_who_only_inspired_it_is_credited_and_gets_nothing() -> None:
    trail = [*ways("ab"), *ways("ac", relation=Relation.INSPIRED_BY), *ways("cd")]
    found = suggest({"a": 1}, trail, alone("a", "b", "c", "d"), scope=SCOPE)
    assert by_person(found) == {"A": 500_000, "B": 500_000, "C": 0, "D": 0}


def test_somebody_who_made_several_records_gets_the_sum() -> None:
    people = alone("a", "b") | {"c": {"A": 1}}
    found = suggest({"a": 1}, ways("ab", "bc"), people, scope=SCOPE)
    assert found == {("a", "A"): 500_000, ("b", "B"): 250_000, ("c", "A"): 250_000}
    assert by_person(found) == {"A": 750_000, "B": 250_000}


def test_what_reaches_a_record_of_nobody_goes_on_or_is_shared_among_all() -> None:
    assert by_person(suggest({"a": 1}, ways("ab", "bc"), alone("a", "c"), scope=SCOPE)) == {"A": 500_000, "C": 500_000}
    assert by_person(suggest({"a": 1}, ways("ab"), alone("a"), scope=SCOPE)) == {"A": WHOLE}
    assert suggest({"a": 1}, ways("ab"), {}, scope=SCOPE) == {}
    assert suggest({"a": 0}, ways("ab"), alone("a"), scope=SCOPE) == {}


def test_a_record_keeps_as_much_as_is_said() -> None:
    for own, kept in ((Fraction(0), 0), (Fraction(1), WHOLE), (Fraction(3, 10), 300_000)):
        found = by_person(suggest({"a": 1}, ways("ab"), alone("a", "b"), scope=SCOPE, own=own))
        assert found == {"A": kept, "B": WHOLE - kept}


def test_forty_layers_with_a_million_million_ways_are_no_more_work_than_their_edges() -> None:
    trail = [
        Way(record=f"{layer}{side}", source=f"{layer + 1}{other}")
        for layer in range(40)
        for side in "lr"
        for other in "lr"
    ]
    people = {f"{layer}{side}": {f"{layer}{side}": 1} for layer in range(41) for side in "lr"}
    began = time.process_time()
    found = suggest({"0l": 1, "0r": 1}, trail, people, scope=SCOPE)
    assert time.process_time() - began < 0.2
    assert sum(found.values()) == WHOLE
    assert found["0l", "0l"] == found["0r", "0r"] == 250_000
    assert found["3l", "3l"] == 31_250


def test_a_trail_is_followed_as_far_as_lineage_is_and_the_last_record_keeps_what_is_left() -> None:
    trail = [Way(record=f"{n}", source=f"{n + 1}") for n in range(90)]
    people = {f"{n}": {f"{n}": 0 if n < 60 else 1} for n in range(91)}
    found = suggest({"0": 1}, trail, people, scope=SCOPE)
    assert len(found) == MAX_DEPTH
    assert [found[f"{n}", f"{n}"] for n in range(59, MAX_DEPTH)] == [0, 500_000, 250_000, 125_000, 125_000]


def test_a_way_that_weighs_nothing_only_credits() -> None:
    trail = [Way(record="a", source="b", weight=0), Way(record="a", source="c")]
    assert by_person(suggest({"a": 1}, trail, alone("a", "b", "c"), scope=SCOPE)) == {
        "A": 500_000,
        "B": 0,
        "C": 500_000,
    }
    assert by_person(suggest({"a": 1}, trail[:1], alone("a", "b"), scope=SCOPE)) == {"A": WHOLE, "B": 0}


def test_a_trail_that_was_made_to_be_slow_is_not() -> None:
    trail = [
        Way(record=f"{n}", source=f"{(n * 7 + step) % 3000}", weight=(n * step) % 997 + 1)
        for n in range(3000)
        for step in (1, 2, 3, 5)
    ]
    people = {f"{n}": {f"person {n}": n % 13 + 1, "editor": n % 7 + 1} for n in range(3000)}
    began = time.process_time()
    found = suggest({"0": 1}, trail, people, scope=SCOPE)
    assert time.process_time() - began < 1.5
    assert sum(found.values()) == WHOLE


def test_a_trail_that_goes_round_in_a_circle_comes_to_an_end() -> None:
    found = suggest({"a": 1}, ways("ab", "ba", "bb"), alone("a", "b"), scope=SCOPE)
    assert by_person(found) == {"A": 500_000, "B": 500_000}


@given(
    edges=st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef"), st.integers(0, 5)), max_size=14),
    order=st.randoms(use_true_random=False),
)
@settings(max_examples=80)
def test_any_trail_in_any_order_suggests_the_same_whole(edges: list[tuple[str, str, int]], order: Any) -> None:
    trail = [Way(record=record, source=source, weight=weight) for record, source, weight in edges]
    people = alone(*"abcdef")
    found = suggest({"a": 2, "b": 1}, trail, people, scope=SCOPE)
    assert sum(found.values()) == WHOLE
    assert min(found.values()) >= 0
    order.shuffle(trail)
    assert suggest({"b": 1, "a": 2}, trail, people, scope=SCOPE) == found


@pytest.mark.parametrize("weight", [-1, True, 0.5, MAX_EDGE_WEIGHT + 1])
def test_weights_are_whole_numbers_within_bounds(weight: Any) -> None:
    with pytest.raises(Invalid):
        suggest({"a": 1}, ways("ab", weight=weight), alone("a", "b"), scope=SCOPE)
    with pytest.raises(Invalid):
        suggest({"a": weight if weight != MAX_EDGE_WEIGHT + 1 else 10**10}, [], alone("a"), scope=SCOPE)
    with pytest.raises(Invalid):
        suggest({"a": 1}, [], alone("a"), scope=SCOPE, own=Fraction(3, 2))


def test_the_difference_to_what_people_set_is_shown_for_each_that_has_a_trail() -> None:
    compared = compare({"A": 1_000_000, "B": 500_000, "D": 500_000}, {"A": 700_000, "C": 300_000}, scope=SCOPE)
    assert {key: (each.suggested, each.chosen, each.difference) for key, each in compared.items()} == {
        "A": (500_000, 700_000, 200_000),
        "B": (250_000, 0, -250_000),
        "D": (250_000, 0, -250_000),
    }


def test_a_draft_begins_with_weights_that_people_can_go_on_from() -> None:
    assert begin_with({"a": 333_334, "b": 333_333, "c": 333_333}) == {"a": 1, "b": 1, "c": 1}
    assert begin_with({"a": 500_000, "b": 500_000, "c": 0}) == {"a": 1, "b": 1, "c": 0}
    assert begin_with({"a": 750_000, "b": 250_000}) == {"a": 75, "b": 25}
    # what is alike weighs alike, though it is one more than a hundred then
    assert begin_with({"a": 500_000, "b": 166_667, "c": 166_667, "d": 166_666}) == {"a": 50, "b": 17, "c": 17, "d": 17}
    assert begin_with({"a": 984_375, "b": 15_625}) == {"a": 984, "b": 16}
    assert begin_with({"a": 999_999, "b": 1}) == {"a": 999_999, "b": 1}
    assert begin_with({"a": 0}) == {"a": 0}
    assert begin_with({}) == {}


@given(st.dictionaries(st.text(max_size=3), st.integers(0, WHOLE), max_size=8))
def test_nobody_for_whom_something_is_suggested_begins_with_more_than_a_tenth_less(suggested: dict[str, int]) -> None:
    weights, whole = begin_with(suggested), sum(suggested.values())
    total = sum(weights.values())
    assert weights.keys() == suggested.keys()
    for key, parts in suggested.items():
        assert bool(weights[key]) is bool(parts)
        if parts > 1:
            assert abs(Fraction(weights[key], total) - Fraction(parts, whole)) <= Fraction(parts, whole) / 4
