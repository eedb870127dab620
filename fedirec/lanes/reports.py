"""What came of jobs, and how that is written: one transaction for all that ended since the last."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from fedirec.lanes import leases
from fedirec.lanes.backoff import LEAST_TRIES, Health, Kind, Retry, health_after, is_answer, retry_of
from fedirec.lanes.leases import Held, Leaving
from fedirec.lanes.models import Job
from fedirec.lanes.outcomes import Crashed, Done, Later, Outcome
from fedirec.lanes.tallies import Tries, added

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A lane that we leased, with the jobs of it that may run now."""

    key: str
    kind: str
    jobs: list[Job]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What came of a job, whether its lane is left after it, and whether with jobs that it could go on with.

    `written` says later whether the lease still stood.
    """

    lane: Claimed
    job: Job
    outcome: Outcome | Crashed
    leaves: bool
    unfinished: bool
    written: asyncio.Future[bool]


async def write_reports(
    reports: Sequence[Report],
    lanes: Mapping[str, Held],
    *,
    kinds: Mapping[str, Kind],
    unwritten: Mapping[str, Tries],
    at: datetime,
) -> dict[str, Tries]:
    """What came of jobs of `lanes` is in the database; the tries of them that are to be written with the rest.

    `unwritten` are those of the jobs before. Part of the caller's transaction.
    """
    changed: dict[str, Health] = {}
    older: dict[str, datetime] = {}
    done: list[Job] = []
    retries: list[tuple[Job, Retry]] = []
    leaving: list[Leaving] = []
    tries = {key: kept for key in lanes if (kept := unwritten.get(key))}
    for report in reports:
        lane, job, outcome = report.lane, report.job, report.outcome
        kind, before = kinds[lane.kind], lanes[lane.key].health
        health = health_after(before, outcome, attempts=job.attempts + 1, at=at)
        if health != before:
            changed[lane.key] = health
            _log_circuit(lane.key, before, health)
        if health.failures > before.failures and health.failures >= LEAST_TRIES:
            older[lane.key] = at - kind.give_up_after
        if isinstance(outcome, Done):
            done.append(job)
        else:
            retry = retry_of(job, outcome, kind, lane=health, at=at)
            retries.append((job, retry))
            if retry.dead_at:
                log.warning("job %s of %s is dead: %s", job.id, lane.key, retry.error)
        if kind.is_tallied and not (isinstance(outcome, Later) and outcome.blame == "us"):
            went_well = isinstance(outcome, Done)
            tries[lane.key] = tries.get(lane.key, Tries()) + Tries(well=went_well, ill=not went_well)
        if report.leaves:
            more = report.unfinished or len(lane.jobs) == kind.batch
            succeeded_at = at if is_answer(outcome) else None
            made = tries.pop(lane.key, None)
            leaving.append(
                Leaving(
                    key=lane.key,
                    more_at=at if more else None,
                    succeeded_at=succeeded_at,
                    tally=added(lanes[lane.key].tally, made, at=at) if made else None,
                )
            )
    await leases.forget_done(done, at=at)
    await leases.keep_retries(retries)
    await leases.give_up(older, at=at)
    await leases.keep_health(changed)
    await leases.give_back(leaving)
    return tries


def _log_circuit(key: str, before: Health, after: Health) -> None:
    if after.trips > before.trips:
        log.warning("%s is left alone until %s: %s", key, after.held_until, after.error)
    elif before.trips and not after.trips:
        log.info("%s is back", key)
