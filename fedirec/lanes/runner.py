"""Runs what waits in the lanes.

One loop speaks to the database. Each of its turns is one transaction, which writes what came of the jobs that ended
since the last turn, gives lanes back, leases others and reads their jobs. Between turns each leased lane has a task
that runs its jobs one after the other, and waits after each until what came of it is written.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import Counter
from collections.abc import AsyncGenerator, Collection, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import Final

from fedirec.clock import monotonic, now
from fedirec.db import on_postgres, transaction
from fedirec.db.listening import listen
from fedirec.db.outages import is_outage
from fedirec.lanes import leases
from fedirec.lanes.backoff import Kind
from fedirec.lanes.bell import CHANNEL, hearing
from fedirec.lanes.domains import Crowds, most_of_one
from fedirec.lanes.handling import run_jobs
from fedirec.lanes.leases import Leaving
from fedirec.lanes.models import Job
from fedirec.lanes.outcomes import Crashed, Dead, Done, Later, Outcome
from fedirec.lanes.reports import Claimed, Report, write_reports
from fedirec.lanes.tallies import Tries

log = logging.getLogger(__name__)

GATHER: Final = 0.010
"""How long, in seconds, a turn waits for more jobs to end, so that they share a commit."""
ENOUGH: Final = 100
"""With so many jobs ended a turn waits no longer."""
PAUSE_AFTER_ERROR: Final = 1.0
LOOKS: Final = 3
"""Times that a turn looks for lanes again where those that it found are too many of one domain."""


class Runner:
    """Runs the jobs of some kinds, in as many lanes at once as each kind allows.

    Jobs are run at least once: a process that is killed loses no job, but those it had begun are run again, once its
    leases have run out. After `poll` the database is asked for work that nobody rang for. Jobs that still run when
    `grace` is over after a stop are cancelled, and run again later.
    """

    def __init__(
        self,
        kinds: Mapping[str, Kind],
        *,
        name: str,
        lease: timedelta = timedelta(seconds=60),
        poll: timedelta = timedelta(seconds=1),
        grace: timedelta = timedelta(seconds=8),
    ) -> None:
        self.id = f"{name[:40]}:{secrets.token_hex(6)}"
        self._kinds = dict(kinds)
        self._lease = lease
        self._poll = min(poll, lease / 3).total_seconds()
        self._grace = grace
        self._stir = asyncio.Event()
        self._lanes: dict[str, Claimed] = {}
        self._drains: set[asyncio.Task[None]] = set()
        self._reports: list[Report] = []
        self._tries: dict[str, Tries] = {}
        """Of lanes that we work on, those that are not written yet."""
        self._renew_at = 0.0
        self._leaving = False
        self._ran = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Run what is due, and what becomes due, until `stop`; then let running jobs end, but not for long.

        On SQLite only one process works, so the leases of whoever worked before are void.
        """
        if not on_postgres():
            await leases.take_over(self._kinds)
        watching = [asyncio.create_task(self._stir_at(stop))]
        if on_postgres():
            watching.append(asyncio.create_task(listen(CHANNEL, self._stir.set)))
        try:
            async with self._working():
                while not stop.is_set():
                    await self._turn_or_pause(claim=True)
                    await self._wait()
                self._leaving = True
                end = monotonic() + self._grace.total_seconds()
                while self._lanes and monotonic() < end:
                    await self._wait()
                    await self._turn_or_pause(claim=False)
        finally:
            await _end(watching)

    async def run_until_idle(self, *, rounds: int = 1000) -> int:
        """Run everything that is due now, in at most that many rounds of leasing lanes; how many jobs were run."""
        before = self._ran
        async with self._working():
            while True:
                rounds -= await self._turn(claim=rounds > 0) > 0
                if self._lanes:
                    await self._wait()
                elif rounds > 0 and await leases.are_due(self._free(), at=now()):
                    rounds -= 1  # another runner locks them just now, and may not want them
                    await asyncio.sleep(GATHER)
                else:
                    break
        if rounds <= 0:
            log.warning("no more lanes were leased after the last round; there may be more to do")
        return self._ran - before

    @asynccontextmanager
    async def _working(self) -> AsyncGenerator[None]:
        """Within it the lanes are worked on; after it no task of ours runs and no lane is leased by us."""
        self._leaving = False
        try:
            with hearing(self._stir):
                yield
        finally:
            await _end(self._drains)
            if self._lanes:
                try:
                    await self._turn(claim=False)
                    async with transaction():
                        await leases.give_back_all(by=self.id, at=now())
                except Exception:
                    log.exception("%s could not give its leases back; they will run out", self.id)
                self._lanes.clear()
            self._reports.clear()

    async def _stir_at(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._stir.set()

    async def _wait(self) -> None:
        """Return when a turn is worth its commit."""
        if not self._reports:
            await self._stirred(self._poll)
        end = monotonic() + GATHER
        while len(self._reports) < self._enough() and (left := end - monotonic()) > 0:
            await self._stirred(left)

    def _enough(self) -> int:
        return min(len(self._lanes), ENOUGH)

    async def _stirred(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stir.wait()
        self._stir.clear()

    async def _turn_or_pause(self, *, claim: bool) -> None:
        try:
            await self._turn(claim=claim)
        except Exception as error:
            if is_outage(error):
                log.error("the database does not answer; trying again: %s", error)  # noqa: TRY400
            else:
                log.exception("the lanes cannot be read or written; trying again")
            await asyncio.sleep(PAUSE_AFTER_ERROR)

    async def _turn(self, *, claim: bool) -> int:
        """Write what came of jobs and lease lanes, in one transaction, if there is any need; how many were leased."""
        at = now()
        if not (self._reports or self._has_to_renew()) and not (claim and await leases.are_due(self._free(), at=at)):
            return 0
        reports, self._reports = self._reports, []
        reported = {report.lane.key for report in reports}
        try:
            async with transaction():
                held, busy = await leases.hold(reported, by=self.id)
                tries = await write_reports(
                    [report for report in reports if report.lane.key in held],
                    held,
                    kinds=self._kinds,
                    unwritten=self._tries,
                    at=at,
                )
                lost = reported - held.keys() - busy
                left = lost | {report.lane.key for report in reports if report.leaves and report.lane.key in held}
                await self._renew(self._lanes.keys() - left, at=at)
                claimed = await self._claim(left, at=at) if claim else []
        except BaseException:
            self._reports = reports + self._reports
            raise
        self._tries = {key: made for key, made in self._tries.items() if key not in held} | tries
        for key in left:
            self._lanes.pop(key, None)
            self._tries.pop(key, None)
        for report in reports:
            key = report.lane.key
            if key in busy:
                self._reports.append(report)
            elif not report.written.done():
                report.written.set_result(key in held)
        for key in lost:
            log.warning("%s lost its lease on %s", self.id, key)
        for lane in claimed:
            self._lanes[lane.key] = lane
            drain = asyncio.create_task(self._drain(lane))
            self._drains.add(drain)
            drain.add_done_callback(self._drains.discard)
        return len(claimed)

    async def _renew(self, lanes: Collection[str], *, at: datetime) -> None:
        if lanes and self._has_to_renew():
            await leases.renew(lanes, by=self.id, until=at + self._lease)
            self._renew_at = monotonic() + self._lease.total_seconds() / 3

    def _has_to_renew(self) -> bool:
        return bool(self._lanes) and monotonic() >= self._renew_at

    def _free(self, left: Collection[str] = ()) -> dict[str, int]:
        """How many more lanes of each kind may be leased. Lanes in `left` are ours no more."""
        working = Counter(lane.kind for key, lane in self._lanes.items() if key not in left)
        free = {name: kind.concurrency - working[name] for name, kind in self._kinds.items()}
        return {name: room for name, room in free.items() if room > 0}

    async def _claim(self, left: Collection[str], *, at: datetime) -> list[Claimed]:
        """Lease lanes that are due, and read their first jobs. Lanes in `left` are ours no more."""
        found = await self._lease_due(left, at=at)
        claimed: list[Claimed] = []
        empty: list[Leaving] = []
        for name in set(found.values()):
            keys = [key for key in found if found[key] == name]
            for key, jobs in (await leases.due_jobs(keys, limit=self._kinds[name].batch, at=at)).items():
                if jobs:
                    claimed.append(Claimed(key=key, kind=name, jobs=jobs))
                else:
                    empty.append(Leaving(key=key, more_at=None))
        await leases.give_back(empty)
        return claimed

    async def _lease_due(self, left: Collection[str], *, at: datetime) -> dict[str, str]:
        """Lanes that we lease from now on, key to kind; so many of one domain at most that others have room."""
        ours = {key: lane.kind for key, lane in self._lanes.items() if key not in left}
        most = {name: most_of_one(kind.concurrency) for name, kind in self._kinds.items()}
        crowds, found = Crowds(ours, most=most), dict[str, str]()
        for _ in range(LOOKS):
            taken = Counter(found.values())
            free = {name: room - taken[name] for name, room in self._free(left).items() if room > taken[name]}
            full = {name: crowds.full(name) for name in free}
            due = await leases.claim(free, full=full, by=self.id, at=at, until=at + self._lease)
            # A lane whose lease ran out while we work on it was only leased anew.
            fresh = {key: name for key, name in due.items() if key not in ours}
            beyond = [key for key, name in fresh.items() if not crowds.admit(key, name)]
            found |= {key: name for key, name in fresh.items() if key not in beyond}
            await leases.give_back([Leaving(key=key, more_at=at) for key in beyond])
            if not beyond:
                break
        return found

    async def _drain(self, lane: Claimed) -> None:
        """Run the jobs of a leased lane, each after what came of the one before is written."""
        kind = self._kinds[lane.kind]
        jobs = list(lane.jobs)
        while jobs:
            size = kind.at_once if kind.together else 1
            taken, jobs = jobs[:size], jobs[size:]
            self._ran += len(taken)
            outcomes = await run_jobs(taken, kind)
            failed = {
                job.order_key for job, end in zip(taken, outcomes, strict=True) if not isinstance(end, Done | Dead)
            }
            jobs = [other for other in jobs if not other.order_key or other.order_key not in failed]
            unwell = any(isinstance(end, Later) and end.blame == "lane" for end in outcomes)
            leaves = unwell or self._leaving or not jobs
            written = [self._report(lane, job, end) for job, end in zip(taken[:-1], outcomes[:-1], strict=True)]
            written.append(self._report(lane, taken[-1], outcomes[-1], leaves=leaves, unfinished=bool(jobs)))
            if len(self._reports) == len(taken) or len(self._reports) >= self._enough():
                self._stir.set()
            if not all([await each for each in written]) or leaves:
                return

    def _report(
        self, lane: Claimed, job: Job, outcome: Outcome | Crashed, *, leaves: bool = False, unfinished: bool = False
    ) -> asyncio.Future[bool]:
        """What came of `job` is written in the next turn; the answer says later whether our lease still stood."""
        written: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        report = Report(lane=lane, job=job, outcome=outcome, leaves=leaves, unfinished=unfinished, written=written)
        self._reports.append(report)
        return written


async def _end(tasks: Iterable[asyncio.Task[None]]) -> None:
    """The tasks are cancelled and over."""
    tasks = list(tasks)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
