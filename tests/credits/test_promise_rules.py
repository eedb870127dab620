"""Objections and what is held back for them, and promises from which a proposal departs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fedirec.credits.decisions import Rule
from fedirec.credits.departures import (
    BLOCKS,
    SENTENCES,
    BlockKind,
    DepartureKind,
    Offer,
    Promise,
    Source,
    block_of,
    blocks,
    departures,
    without_consent,
)
from fedirec.credits.eyes import refuse_interest, refuse_judge, refuse_same_eyes, without_neutral
from fedirec.credits.objections import (
    MAX_OPEN,
    TIME_TO_APPEAL,
    TIME_TO_JUDGE,
    AppealState,
    Contest,
    ObjectionKind,
    ObjectionState,
    Resolution,
    can_appeal,
    held_parts,
    is_contested,
    is_reached,
    lockable,
    refuse_answer,
    refuse_appeal,
    refuse_objection,
    refuse_withdrawal,
)
from fedirec.credits.shares import WHOLE, amounts_of, to_ppm
from fedirec.errors import Conflict, Forbidden, Invalid
from fedirec.remix.licences import (
    ALL_RIGHTS_RESERVED,
    BY,
    BY_NC,
    BY_NC_SA,
    BY_ND,
    BY_SA,
    CC0,
    CHOICES,
    UNKNOWN,
    find_licence,
)
from fedirec.remix.terms import DecidedBy, Pays, Terms

NOW = datetime(2026, 11, 23, tzinfo=UTC)
ANSWERED = {"answered_at": NOW, "now": NOW + timedelta(days=1)}


def objects(kind: ObjectionKind = ObjectionKind.TOO_LITTLE, **more: Any) -> None:
    given: dict[str, Any] = {"is_open": True, "is_listed": True, "words": "I sang in act 2.", "remedy": "2 % more"}
    refuse_objection(kind, **(given | more))


def test_listed_people_object_and_others_who_say_that_they_were_left_out() -> None:
    objects()
    objects(ObjectionKind.LEFT_OUT, is_listed=False)
    for kind, field_ in ((ObjectionKind.TOO_LITTLE, "wanted"), (ObjectionKind.TOO_MUCH, "line")):
        with pytest.raises(Invalid) as caught:
            objects(kind, names=False)
        assert caught.value.field == field_
    with pytest.raises(Forbidden):
        objects(is_listed=False)
    with pytest.raises(Invalid) as caught:
        objects(ObjectionKind.LEFT_OUT)
    assert caught.value.field == "kind"
    with pytest.raises(Conflict, match="not taken now"):
        objects(is_open=False)
    objects(waiting=MAX_OPEN - 1)
    with pytest.raises(Conflict, match="wait until"):
        objects(waiting=MAX_OPEN)
    for field in ("words", "remedy"):
        with pytest.raises(Invalid) as caught:
            objects(ObjectionKind.OTHER, **{field: " "})
        assert caught.value.field == field


def test_an_objection_is_answered_once_in_words_and_taken_back_as_long_as_it_holds_anything_up() -> None:
    refuse_answer(ObjectionState.OPEN, words="You are right.")
    refuse_withdrawal(ObjectionState.OPEN, "", answered_at=None, now=NOW)
    with pytest.raises(Invalid):
        refuse_answer(ObjectionState.OPEN, words="")
    for state in set(ObjectionState) - {ObjectionState.OPEN}:
        with pytest.raises(Conflict):
            refuse_answer(state, words="Once more.")
        for resolution in Resolution:
            if can_appeal(state, resolution, **ANSWERED):
                refuse_withdrawal(state, resolution, **ANSWERED)
                continue
            with pytest.raises(Conflict):
                refuse_withdrawal(state, resolution, **ANSWERED)


@pytest.mark.parametrize("state", ObjectionState)
@pytest.mark.parametrize("resolution", ["", *Resolution])
def test_every_answer_is_appealed_once_and_in_time(state: str, resolution: str) -> None:
    is_possible = state == ObjectionState.ANSWERED and bool(resolution)
    assert can_appeal(state, resolution, **ANSWERED) is is_possible
    late = NOW + TIME_TO_APPEAL
    assert not can_appeal(state, resolution, answered_at=NOW, now=late)
    if is_possible:
        refuse_appeal(state, resolution, words="Nobody listened to act 2.", **ANSWERED)
        with pytest.raises(Invalid):
            refuse_appeal(state, resolution, words=" ", **ANSWERED)
        with pytest.raises(Conflict, match="not any more"):
            refuse_appeal(state, resolution, words="Late.", answered_at=NOW, now=late)
    else:
        with pytest.raises(Conflict, match="one appeal" if state == ObjectionState.APPEALED else "cannot be appealed"):
            refuse_appeal(state, resolution, words="Again.", **ANSWERED)


EARLY, LATE = NOW + timedelta(days=6), NOW + timedelta(days=7)


@pytest.mark.parametrize(
    ("person", "judges", "now", "end"),
    [
        (5, {5}, EARLY, False),  # not listed, and had no part in it
        (1, {1, 5}, LATE, Forbidden),  # listed
        (3, {3, 5}, LATE, Forbidden),  # drew it up, answered, decided or locked it
        (9, {9, 5}, LATE, Forbidden),
        (1, {1, 3, 9}, EARLY, Conflict),  # nobody else is left: everybody listed had time first
        (1, {1, 3, 9}, LATE, True),
        (3, {3}, LATE, True),
        (9, {9}, LATE, Forbidden),  # but never their own
    ],
)
def test_an_appeal_is_decided_by_somebody_else_as_long_as_there_is_one(
    person: int, judges: set[int], now: datetime, end: Any
) -> None:
    given: dict[str, Any] = {"author": 9, "listed": {1, 9}, "involved": {3, 9}, "judges": judges, "told_at": NOW}
    if isinstance(end, bool):
        assert refuse_judge(person, **given, days=7, now=now) is end
        return
    with pytest.raises(end):
        refuse_judge(person, **given, days=7, now=now)


@pytest.mark.parametrize(
    ("person", "others", "now", "end"),
    [
        (5, {1}, EARLY, False),  # gets nothing
        (1, {5}, LATE, Forbidden),  # gets a share, and somebody else would not
        (1, {2, 5}, LATE, Forbidden),
        (1, {2}, EARLY, Conflict),  # all of them do: everybody listed has time first
        (1, {2}, LATE, True),
        (1, set(), EARLY, Conflict),
        (1, set(), LATE, True),
    ],
)
def test_whoever_gets_a_share_decides_only_where_nobody_could_who_does_not(
    person: int, others: set[int], now: datetime, end: Any
) -> None:
    if isinstance(end, bool):
        assert refuse_interest(person, {1, 2}, others=others, told_at=NOW, days=7, now=now) is end
        return
    with pytest.raises(end):
        refuse_interest(person, {1, 2}, others=others, told_at=NOW, days=7, now=now)


@pytest.mark.parametrize("needed", [2, 3])
@pytest.mark.parametrize("many", [1, 2, 3, 4])
def test_a_batch_is_never_stuck_and_never_seen_by_fewer_than_there_are(needed: int, many: int) -> None:
    payers = range(many)

    def may(person: int, before: tuple[int, ...], now: datetime) -> bool:
        try:
            refuse_same_eyes(person, before, payers=payers, told_at=NOW, days=7, now=now, people_needed=needed)
        except (Forbidden, Conflict):
            return False
        return True

    for before in [*((one,) for one in payers), *product(payers, payers)]:
        later = [person for person in payers if may(person, before, NOW + timedelta(days=7))]
        assert later, "somebody can go on"
        most = max(len({person, *before}) for person in payers)
        for person in later:
            assert len({person, *before}) == most or len({person, *before}) >= min(needed, len(before) + 1)
        for person in (each for each in payers if may(each, before, NOW)):
            assert len({person, *before}) >= min(needed, len(before) + 1), "whoever does more than their part waits"


def test_only_where_nobody_is_neutral_somebody_does_what_they_began_or_gain_by() -> None:
    assert without_neutral({1, 2, 3}, {1}, {2}) == frozenset()
    assert without_neutral({1, 2}, {1}, {2}) == {2}, "sooner who gains than who began it"
    assert without_neutral({1, 2}, {1, 2}, {2}) == {1, 2}
    assert without_neutral({1}, {1, 9}) == {1}


def test_it_is_open_what_comes_of_an_objection_until_nobody_can_say_otherwise() -> None:
    def contested(state: str, resolution: str = "", appeal: str | None = None, days: int = 1) -> bool:
        return is_contested(state, resolution, appeal=appeal, answered_at=NOW, now=NOW + timedelta(days=days))

    assert contested(ObjectionState.OPEN)
    assert contested(ObjectionState.ANSWERED, Resolution.REJECTED)
    assert not contested(ObjectionState.ANSWERED, Resolution.REJECTED, days=7)
    assert contested(ObjectionState.ANSWERED, Resolution.RESOLVED), "whoever answers does not say who is content"
    assert not contested(ObjectionState.WITHDRAWN)
    assert contested(ObjectionState.APPEALED, Resolution.REJECTED, AppealState.OPEN, days=90)
    waits: dict[str, Any] = {"appeal": AppealState.OPEN, "answered_at": NOW, "appealed_at": NOW}
    for early, end in ((timedelta(seconds=1), True), (timedelta(0), False)):
        at = NOW + TIME_TO_JUDGE - early
        assert is_contested(ObjectionState.APPEALED, Resolution.REJECTED, **waits, now=at) is end
    for decided in (AppealState.UPHELD, AppealState.DISMISSED):
        assert not contested(ObjectionState.APPEALED, Resolution.REJECTED, decided)


PPM = {"ana": 500_000, "bo": 300_000, "cy": 200_000}


@pytest.mark.parametrize(
    ("contest", "held"),
    [
        (Contest(line="bo"), {"bo": 300_000}),
        (Contest(line="bo", kind=ObjectionKind.TOO_MUCH, wanted=100_000), {"bo": 200_000}),
        (Contest(line="bo", kind=ObjectionKind.TOO_MUCH), {"bo": 300_000}),
        (Contest(line="bo", kind=ObjectionKind.TOO_MUCH, wanted=300_000), {}),
        (Contest(line="bo", kind=ObjectionKind.TOO_MUCH, wanted=400_000), {}),
        (Contest(line="cy", kind=ObjectionKind.TOO_LITTLE, wanted=280_000), {"ana": 50_000, "bo": 30_000}),
        (Contest(line="cy", kind=ObjectionKind.TOO_LITTLE, wanted=100_000), {}),
        (Contest(line="cy", kind=ObjectionKind.TOO_LITTLE), {}),
        (Contest(own=frozenset({"cy"}), kind=ObjectionKind.TOO_LITTLE, wanted=280_000), {"ana": 50_000, "bo": 30_000}),
        (Contest(own=frozenset({"cy"}), kind=ObjectionKind.LEFT_OUT, wanted=280_000), {"ana": 50_000, "bo": 30_000}),
        (Contest(own=frozenset({"cy"}), kind=ObjectionKind.LEFT_OUT, wanted=200_000), {}),
        (Contest(kind=ObjectionKind.LEFT_OUT, wanted=10_000), {"ana": 5_000, "bo": 3_000, "cy": 2_000}),
        (Contest(kind=ObjectionKind.LEFT_OUT), {}),
        (Contest(), {}),
        (Contest(line="gone", wanted=10_000), {"ana": 5_000, "bo": 3_000, "cy": 2_000}),
    ],
)
def test_no_more_is_held_back_than_could_go_to_somebody_else(contest: Contest, held: dict[str, int]) -> None:
    assert held_parts(PPM, [contest]) == {key: parts for key, parts in held.items() if parts}


@pytest.mark.parametrize(
    ("kind", "wanted", "had", "has", "reached"),
    [
        ("too_little", 500_000, 100_000, 499_999, False),
        ("too_little", 500_000, 100_000, 500_000, True),
        ("too_little", None, 100_000, 100_001, True),
        ("too_little", None, 100_000, 100_000, False),
        ("left_out", 10_000, 0, 0, False),
        ("left_out", 10_000, 0, 10_000, True),
        ("too_much", 100_000, 300_000, 200_000, False),
        ("too_much", 100_000, 300_000, 90_000, True),
        ("too_much", None, 300_000, 299_999, True),
        ("other", 100_000, 300_000, 200_000, False),
        ("other", 100_000, 300_000, 100_000, True),
        ("other", 400_000, 300_000, 200_000, False),
    ],
)
def test_what_somebody_asked_for_is_reached_by_their_number_or_a_change_their_way(
    kind: str, wanted: int | None, had: int, has: int, *, reached: bool
) -> None:
    for is_changed in (True, False):
        assert is_reached(kind, wanted=wanted, had=had, has=has, is_changed=is_changed) is reached
        assert is_reached("other", wanted=None, had=had, has=has, is_changed=is_changed) is is_changed


@given(
    weights=st.dictionaries(st.sampled_from("abcde"), st.integers(0, 50), min_size=1).filter(lambda w: any(w.values())),
    contests=st.lists(
        st.builds(
            Contest,
            line=st.sampled_from(["", *"abcdex"]),
            wanted=st.none() | st.integers(0, WHOLE),
            kind=st.sampled_from(ObjectionKind),
        ),
        max_size=4,
    ),
    total=st.integers(0, 10**6),
)
@settings(max_examples=100)
def test_what_is_locked_and_what_is_held_back_are_together_what_each_line_gets(
    weights: dict[str, int], contests: list[Contest], total: int
) -> None:
    ppm = to_ppm(weights, scope="prp_1")
    held = held_parts(ppm, contests)
    amounts = amounts_of(total, ppm, scope="prp_1")
    free = lockable(amounts, ppm, held)
    assert held_parts(ppm, reversed(contests)) == held
    assert all(0 < parts <= ppm[key] for key, parts in held.items())
    assert all(0 <= free[key] <= amounts[key] for key in amounts)
    assert all(free[key] == amounts[key] for key in amounts if key not in held)
    assert all(free[key] == 0 for key, parts in held.items() if parts == ppm[key])


@pytest.mark.parametrize("wanted", [-1, WHOLE + 1, True, 0.5])
def test_a_wish_out_of_bounds_is_refused(wanted: Any) -> None:
    with pytest.raises(Invalid):
        held_parts(PPM, [Contest(line="bo", wanted=wanted)])


POT = Terms(version=1, licence="CC-BY-SA-4.0", pays=Pays.POT, amount=500_00, currency="EUR", rule="by hearing")
PERHAPS = Terms(version=1, licence="CC-BY-SA-4.0", pays=Pays.PERHAPS)
NOTHING = Terms(version=1, licence="CC-BY-SA-4.0", decided_by=DecidedBy.CONTRIBUTORS)
OFFER = Offer(scope="prp_1", amount=500_00, currency="EUR", rule=Rule.HOST, shares={1: 600_000, 2: 400_000})
RAIN = "https://a.example/c/rain"


def promise(person: int, terms: Terms = POT, **more: Any) -> Promise:
    return Promise(person=person, challenge=more.pop("challenge", RAIN), terms=terms, **more)


@pytest.mark.parametrize(
    ("promises", "offer", "kinds"),
    [
        ([promise(1), promise(2)], {}, []),
        ([promise(1), promise(2)], {"amount": 500_01}, []),
        ([promise(1)], {"amount": 499_99}, [(1, "smaller_pot")]),
        ([promise(1)], {"amount": None}, [(1, "smaller_pot")]),
        ([promise(1)], {"currency": "USD"}, [(1, "other_currency")]),
        ([promise(1)], {"currency": "USD", "amount": 1}, [(1, "other_currency")]),
        ([promise(3)], {}, [(3, "nothing_left")]),
        ([promise(1)], {"shares": {1: 0, 2: WHOLE}}, [(1, "nothing_left")]),
        ([promise(1)], {"shares": {1: 0, 2: WHOLE}, "given_back": {1}}, []),
        ([promise(1)], {"rule": Rule.MAJORITY}, [(1, "other_decider")]),
        ([promise(1, replace(POT, decided_by=DecidedBy.CONTRIBUTORS))], {}, [(1, "other_decider")]),
        ([promise(1, replace(POT, decided_by=DecidedBy.COMMUNITY))], {"rule": Rule.CONSENT}, []),
        ([promise(1, PERHAPS), promise(9, PERHAPS)], {"amount": 1, "currency": "USD"}, []),
        ([promise(1, PERHAPS)], {"rule": Rule.CONSENT}, [(1, "other_decider")]),
        ([promise(1, NOTHING)], {"amount": None}, []),
        ([promise(3, is_kept=True)], {"amount": 1}, [(3, "nothing_left")]),
        ([promise(3, is_kept=True, got_share=True)], {"amount": 1}, []),
        ([promise(1), promise(1)], {"amount": 1}, [(1, "smaller_pot")]),
        ([promise(1), promise(2, challenge="another")], {}, [(1, "smaller_pot"), (2, "smaller_pot")]),
        ([promise(1), promise(2, challenge="another")], {"amount": 1_000_00}, []),
        ([promise(1), promise(2, challenge="another", is_kept=True)], {}, []),
        (
            [promise(1), promise(2, replace(POT, currency="USD"), challenge="another")],
            {},
            [(2, "other_currency")],
        ),
        ([promise(1), promise(2, replace(POT, version=2, amount=800_00))], {}, [(2, "smaller_pot")]),
    ],
)
def test_a_departure_names_the_person_whom_it_concerns(
    promises: list[Promise], offer: dict[str, Any], kinds: list[tuple[int, str]]
) -> None:
    found = departures(promises, replace(OFFER, **offer))
    assert [(each.person, each.kind) for each in found] == kinds
    assert departures(reversed(promises), replace(OFFER, **offer)) == found


def test_who_agreed_to_less_has_not_agreed_to_much_less_and_nobody_agrees_for_another() -> None:
    promises = [promise(1), promise(2)]
    first = departures(promises, replace(OFFER, amount=400_00))
    consents = {(1, first[0].digest)}
    assert [each.person for each in without_consent(first, consents)] == [2]
    less = departures(promises, replace(OFFER, amount=200_00))
    assert [each.person for each in without_consent(less, consents)] == [1, 2]
    elsewhere = departures(promises, replace(OFFER, amount=400_00, scope="prp_2"))
    assert len(without_consent(elsewhere, consents)) == 2
    other_words = [promise(1, replace(POT, rule="as the leaders like"))]
    assert without_consent(departures(other_words, replace(OFFER, amount=400_00)), consents)


def source(licence: Any, record: str = "https://b.example/records/9", **more: Any) -> Source:
    return Source(
        record=record, title="Rain", author="https://b.example/u/bo", author_name="Bo", licence=licence, **more
    )


def test_a_work_that_nobody_may_sell_stands_against_it_until_its_author_grants_it() -> None:
    found = blocks([source(BY_NC, "z"), source(BY_SA, "b"), source(UNKNOWN, "a"), source(BY_NC, "z")])
    assert [(each.source.record, each.kind) for each in found] == [("a", "unknown"), ("z", "noncommercial")]
    assert found[1].source.author_name == "Bo"
    assert blocks([source(BY_NC, is_granted=True), source(CC0)]) == []


def test_every_licence_says_whether_money_may_be_made() -> None:
    assert {licence for licence in CHOICES if block_of(licence) is None} == {CC0, BY, BY_SA, BY_ND}
    assert block_of(BY_NC_SA) is BlockKind.NONCOMMERCIAL
    assert block_of(ALL_RIGHTS_RESERVED) is BlockKind.RESERVED
    assert block_of(find_licence("https://creativecommons.org/licenses/sampling+/1.0/")) is BlockKind.RESERVED
    assert SENTENCES.keys() == set(DepartureKind)
    assert BLOCKS.keys() == set(BlockKind)
