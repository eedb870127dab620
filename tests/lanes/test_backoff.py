"""The rules of waiting, without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedirec.lanes import Dead, Done, Job, Kind, Later
from fedirec.lanes.backoff import LEAST_TRIES, WELL, Health, doubling, health_after, jittered, retry_of
from fedirec.lanes.outcomes import Crashed

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DOWN = Later("no answer")


async def never(_: Job) -> Done:
    raise AssertionError("rules run nothing")


KIND = Kind(handler=never, concurrency=1)


def waited(health: Health, at: datetime) -> timedelta:
    assert health.held_until is not None
    return health.held_until - at


@pytest.mark.parametrize(
    ("attempt", "seconds"), [(0, 30), (1, 30), (2, 60), (3, 120), (11, 30720), (12, 43200), (10**6, 43200)]
)
def test_waits_double_from_thirty_seconds_to_twelve_hours(attempt: int, seconds: int) -> None:
    assert doubling(attempt) == timedelta(seconds=seconds)


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=1)))
def test_jitter_stays_within_a_quarter(wait: timedelta) -> None:
    slack = timedelta(microseconds=1)
    assert wait * 0.75 - slack <= jittered(wait) <= wait * 1.25 + slack


def test_five_failures_within_ten_minutes_open_the_circuit_for_half_an_hour() -> None:
    health = WELL
    for minute in range(4):
        health = health_after(health, DOWN, attempts=1, at=NOON + minute * MINUTE)
        assert health.trips == 0
    health = health_after(health, DOWN, attempts=1, at=NOON + 4 * MINUTE)
    assert (health.trips, waited(health, NOON + 4 * MINUTE)) == (1, 30 * MINUTE)


def test_five_slow_failures_only_back_off() -> None:
    health = WELL
    for minute in range(0, 15, 3):
        health = health_after(health, DOWN, attempts=1, at=NOON + minute * MINUTE)
    assert (health.failures, health.trips) == (5, 0)
    assert 0.75 * 8 * MINUTE <= waited(health, NOON + 12 * MINUTE) <= 1.25 * 8 * MINUTE


def test_each_probe_that_fails_doubles_the_pause_up_to_twelve_hours() -> None:
    health = Health(failures=5, failing_since=NOON, trips=1, held_until=NOON)
    pauses = []
    for _ in range(7):
        health = health_after(health, DOWN, attempts=1, at=NOON)
        pauses.append(waited(health, NOON) / HOUR)
    assert pauses == [1, 2, 4, 8, 12, 12, 12]


@pytest.mark.parametrize(
    "outcome", [Done(), Dead("gone", status=410), Later("wait for the key", status=401, blame="job")]
)
def test_any_answer_makes_a_lane_well(outcome: Done | Dead | Later) -> None:
    ill = Health(failures=7, failing_since=NOON, trips=2, held_until=NOON, error="no answer")
    assert health_after(ill, outcome, attempts=1, at=NOON) == WELL


@pytest.mark.parametrize("outcome", [Dead("no such address"), Later("not now", blame="job"), Crashed("KeyError")])
def test_what_is_our_own_fault_says_nothing_about_the_other_side(outcome: Dead | Later | Crashed) -> None:
    ill = Health(failures=3, failing_since=NOON, held_until=NOON)
    assert health_after(ill, outcome, attempts=1, at=NOON) == ill


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        (timedelta(seconds=7), timedelta(seconds=7)),
        (HOUR, HOUR),
        (timedelta(days=3), timedelta(days=1)),
        (-HOUR, timedelta(0)),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_kept_to_the_second_up_to_a_day(asked: timedelta, kept: timedelta, status: int) -> None:
    health = health_after(WELL, Later("slow down", status=status, after=asked), attempts=1, at=NOON)
    assert waited(health, NOON) == kept


def test_being_asked_to_slow_down_is_not_a_failure() -> None:
    health = WELL
    for attempt in range(1, 9):
        health = health_after(health, Later("slow down", status=429), attempts=attempt, at=NOON)
    assert (health.failures, health.trips) == (0, 0)
    assert waited(health, NOON) >= 0.75 * 64 * MINUTE


def test_a_longer_retry_after_outlasts_an_open_circuit() -> None:
    ill = Health(failures=4, failing_since=NOON)
    assert waited(health_after(ill, Later("down", status=503, after=6 * HOUR), attempts=1, at=NOON), NOON) == 6 * HOUR
    assert waited(health_after(ill, Later("down", status=503, after=MINUTE), attempts=1, at=NOON), NOON) == 30 * MINUTE


def job(**values: object) -> Job:
    return Job(**{"id": 1, "lane": "a", "kind": "k", "payload": {}, "wanted_at": NOON, "due_at": NOON} | values)


def test_a_lane_to_blame_keeps_its_first_job_first() -> None:
    lane = Health(failures=1, held_until=NOON + HOUR)
    assert retry_of(job(), DOWN, KIND, lane=lane, at=NOON).due_at == NOON


def test_a_job_that_a_live_host_refuses_again_and_again_lets_others_try_first() -> None:
    lane = Health(failures=5, held_until=NOON + HOUR)
    assert retry_of(job(attempts=4), Later("oops", status=500), KIND, lane=lane, at=NOON).due_at > NOON + HOUR
    assert retry_of(job(attempts=4), DOWN, KIND, lane=lane, at=NOON).due_at == NOON


def test_a_job_to_blame_waits_as_its_kind_says() -> None:
    kind = Kind(handler=never, concurrency=1, schedule=lambda attempt: attempt * HOUR)
    due_at = retry_of(job(attempts=3), Later("no", blame="job"), kind, lane=WELL, at=NOON).due_at
    assert 3 * HOUR <= due_at - NOON <= 5 * HOUR


@pytest.mark.parametrize(
    ("values", "outcome"),
    [
        ({}, Dead("no")),
        ({"crashes": 4}, Crashed("KeyError")),
        ({"attempts": 2}, Later("no", blame="job")),
        ({"attempts": 2}, DOWN),
    ],
)
def test_a_job_dies(values: dict[str, object], outcome: Later | Dead | Crashed) -> None:
    kind = Kind(handler=never, concurrency=1, max_attempts=3)
    assert retry_of(job(**values), outcome, kind, lane=WELL, at=NOON).dead_at == NOON


@pytest.mark.parametrize(
    ("values", "outcome"),
    [
        ({"crashes": 3, "attempts": 50}, Crashed("KeyError")),
        ({"wanted_at": NOON - timedelta(days=6, hours=23), "attempts": 50}, DOWN),
        ({"wanted_at": NOON - timedelta(days=700), "attempts": LEAST_TRIES - 2}, DOWN),
        ({"attempts": 1000}, Later("no", blame="job")),
    ],
)
def test_a_job_lives_on(values: dict[str, object], outcome: Later | Dead | Crashed) -> None:
    assert retry_of(job(**values), outcome, KIND, lane=WELL, at=NOON).dead_at is None


@pytest.mark.parametrize("outcome", [DOWN, Later("no", blame="job")])
def test_a_job_dies_of_age_when_it_was_tried_often_enough(outcome: Later) -> None:
    old = job(wanted_at=NOON - timedelta(days=7), attempts=LEAST_TRIES - 1)
    assert retry_of(old, outcome, KIND, lane=WELL, at=NOON).dead_at == NOON


@given(st.text(st.characters(exclude_categories=())))
def test_no_error_text_is_refused_by_a_database(text: str) -> None:
    error = retry_of(job(), Dead(text), KIND, lane=WELL, at=NOON).error
    assert len(error.encode()) <= 2000
    assert "\x00" not in error


def test_our_own_trouble_counts_as_no_try_and_never_ends_anything() -> None:
    full = Later("no space left on the disk", blame="us")
    for after, shortest, longest in ((timedelta(0), 22, 38), (10 * MINUTE, 112, 188), (9 * 24 * HOUR, 449, 751)):
        job = Job(id=1, attempts=LEAST_TRIES, crashes=4, due_at=NOON, wanted_at=NOON)
        retry = retry_of(job, full, Kind(handler=never, concurrency=1, max_attempts=2), lane=WELL, at=NOON + after)
        assert (retry.attempts, retry.crashes, retry.dead_at) == (LEAST_TRIES, 4, None)
        assert shortest <= (retry.due_at - NOON - after).total_seconds() <= longest
    assert health_after(WELL, full, attempts=1, at=NOON) == WELL
