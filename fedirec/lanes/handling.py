"""Jobs are handed to whoever handles them, and whatever comes of that has a name."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta

from fedirec.db.outages import is_outage
from fedirec.errors import FedirecError
from fedirec.lanes.backoff import Kind
from fedirec.lanes.models import Job
from fedirec.lanes.outcomes import Crashed, Dead, Later, Outcome

log = logging.getLogger(__name__)


async def run_jobs(jobs: Sequence[Job], kind: Kind) -> Sequence[Outcome | Crashed]:
    """What came of `jobs`, which are of one `kind` and lane; whatever happens to their handler is an outcome."""
    try:
        async with asyncio.timeout(kind.time_limit.total_seconds()):
            if kind.together and len(jobs) > 1:
                return await kind.together(jobs)
            return [await kind.handler(job) for job in jobs]
    except FedirecError as error:
        if is_outage(error):
            return _waiting_for_us(jobs, error)
        if not error.retryable:
            return [Dead(error.detail) for _ in jobs]
        after = None if error.retry_after is None else timedelta(seconds=error.retry_after)
        return [Later(error.detail, after=after, blame="job") for _ in jobs]
    except Exception as error:
        if is_outage(error):
            return _waiting_for_us(jobs, error)
        names = ", ".join(str(job.id) for job in jobs)
        log.exception("the handler of job %s (%s in %s) failed", names, jobs[0].kind, jobs[0].lane)
        return [Crashed(f"{type(error).__name__}: {error}") for _ in jobs]


def _waiting_for_us(jobs: Sequence[Job], error: Exception) -> list[Outcome | Crashed]:
    """All of `jobs` are tried again, for it is our own database or disk that is unwell."""
    log.error("there is no room for what %s does; trying again: %s", jobs[0].lane, error)
    return [Later(f"{type(error).__name__}: {error}", blame="us") for _ in jobs]
