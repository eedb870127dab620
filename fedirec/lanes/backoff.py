"""When a job is tried again and when a lane is left alone. Pure rules: the time is given, nothing is stored."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from fedirec.lanes.models import Job
from fedirec.lanes.outcomes import Crashed, Dead, Done, Later, Outcome

Handler = Callable[[Job], Awaitable[Outcome | Crashed]]
HandlerOfMany = Callable[[Sequence[Job]], Awaitable[Sequence[Outcome | Crashed]]]

FIRST_WAIT: Final = timedelta(seconds=30)
LONGEST_WAIT: Final = timedelta(hours=12)
LONGEST_REQUESTED_WAIT: Final = timedelta(hours=24)
JITTER: Final = 0.25
TOO_MANY_REQUESTS: Final = 429

LONGEST_WAIT_FOR_US: Final = timedelta(minutes=10)
"""Before work is tried again for which our own database had no room, however long that lasts."""

FAILURES_TO_OPEN: Final = 5
WITHIN: Final = timedelta(minutes=10)
FIRST_OPEN: Final = timedelta(minutes=30)

LEAST_TRIES: Final = 10
"""Before them nothing is given up for its age: the machine may have been off all that time, or its clock wrong."""
CRASHES_ALLOWED: Final = 5
ATTEMPTS_BEFORE_STEPPING_ASIDE: Final = 5

_dice: Final = random.SystemRandom()


def jittered(wait: timedelta) -> timedelta:
    """`wait`, up to a quarter shorter or longer, so that what failed together does not come back together."""
    return wait * _dice.uniform(1 - JITTER, 1 + JITTER)


def doubling(attempt: int) -> timedelta:
    """How long to wait after the attempt of this number, counted from 1: 30 s, 1 min, 2 min … 12 h."""
    return min(FIRST_WAIT * (1 << min(max(attempt, 1) - 1, 30)), LONGEST_WAIT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How the jobs of one kind are run."""

    handler: Handler
    concurrency: int
    """How many lanes of this kind are drained at once."""
    batch: int = 20
    """How many jobs of a lane are taken before other lanes get their turn."""
    give_up_after: timedelta = timedelta(days=7)
    """A job that fails when it is older than this, and not for the first few times, is dead."""
    max_attempts: int | None = None
    schedule: Callable[[int], timedelta] = doubling
    """How long a job to blame waits after the attempt of this number, before jitter."""
    time_limit: timedelta = timedelta(minutes=15)
    """A handler that takes longer is cancelled, which counts as a crash."""
    together: HandlerOfMany | None = None
    """Handles several jobs of a lane at once, each with its own outcome, in their order."""
    at_once: int = 20
    """How many jobs `together` is given."""
    is_tallied: bool = False
    """Whether it is remembered for some days how many tries of a lane went well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What is known of a lane's other side."""

    failures: int = 0
    failing_since: datetime | None = None
    trips: int = 0
    held_until: datetime | None = None
    error: str | None = None


WELL: Final = Health()


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """What becomes of a job that was not done: tried again at `due_at`, or dead since `dead_at`."""

    attempts: int
    crashes: int
    due_at: datetime
    dead_at: datetime | None
    status: int | None
    error: str


def is_answer(outcome: Outcome | Crashed) -> bool:
    """Whether the outcome shows that the other side is there and well."""
    match outcome:
        case Done():
            return True
        case Dead(status=int()) | Later(status=int(), blame="job"):
            return True
        case _:
            return False


def health_after(health: Health, outcome: Outcome | Crashed, *, attempts: int, at: datetime) -> Health:
    """The lane's health after a job, tried `attempts` times by now, ended in `outcome`.

    Back-off doubles from 30 s to 12 h. Five failures in a row within ten minutes open the circuit for 30 min; then
    one job is the probe, and each probe that fails doubles the pause, up to 12 h. Retry-After is kept to the second,
    up to a day; a 429 is a request to slow down and not a failure.
    """
    if is_answer(outcome):
        return WELL
    if not (isinstance(outcome, Later) and outcome.blame == "lane"):
        return health
    error = fitting(outcome.error)
    if outcome.status == TOO_MANY_REQUESTS:
        return replace(health, held_until=at + _pause(outcome, otherwise=jittered(doubling(attempts))), error=error)
    failures, trips = health.failures + 1, health.trips
    since = health.failing_since or at
    if trips or (failures >= FAILURES_TO_OPEN and at - since <= WITHIN):
        trips += 1
        opened = min(FIRST_OPEN * (1 << min(trips - 1, 10)), LONGEST_WAIT)
        pause = max(opened, _pause(outcome, otherwise=opened))
    else:
        pause = _pause(outcome, otherwise=jittered(doubling(failures)))
    return Health(failures=failures, failing_since=since, trips=trips, held_until=at + pause, error=error)


def retry_of(job: Job, outcome: Later | Dead | Crashed, kind: Kind, *, lane: Health, at: datetime) -> Retry:
    """What becomes of `job` after `outcome`, in a lane whose health is `lane` by now."""
    if isinstance(outcome, Later) and outcome.blame == "us":
        return Retry(
            attempts=job.attempts,
            crashes=job.crashes,
            due_at=at + jittered(min(max(FIRST_WAIT, (at - job.wanted_at) / 4), LONGEST_WAIT_FOR_US)),
            dead_at=None,
            status=None,
            error=fitting(outcome.error),
        )
    attempts = job.attempts + 1
    crashes = job.crashes
    due_at = job.due_at
    dead = isinstance(outcome, Dead)
    match outcome:
        case Crashed():
            crashes += 1
            dead = crashes >= CRASHES_ALLOWED
            due_at = at + jittered(kind.schedule(attempts))
        case Later(blame="job"):
            due_at = at + _pause(outcome, otherwise=jittered(kind.schedule(attempts)))
        case Later(status=int()) if attempts >= ATTEMPTS_BEFORE_STEPPING_ASIDE:
            # The other side answers, and perhaps chokes on this one only: let another job be the next to try.
            due_at = max(at, lane.held_until or at) + jittered(kind.schedule(attempts))
    is_old = at - job.wanted_at >= kind.give_up_after and attempts >= LEAST_TRIES
    dead = dead or is_old or attempts >= (kind.max_attempts or attempts + 1)
    return Retry(
        attempts=attempts,
        crashes=crashes,
        due_at=due_at,
        dead_at=at if dead else None,
        status=None if isinstance(outcome, Crashed) else outcome.status,
        error=fitting(outcome.error),
    )


def fitting(error: str) -> str:
    """`error` as the database can hold it: 500 characters at most, none of which it would refuse."""
    return error.replace("\x00", "").encode("utf-8", "replace").decode()[:500]


def _pause(outcome: Later, *, otherwise: timedelta) -> timedelta:
    if outcome.after is None:
        return otherwise
    return min(max(outcome.after, timedelta(0)), LONGEST_REQUESTED_WAIT)
