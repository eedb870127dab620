"""What waits to be done, what was given up, and what other instances sent in vain."""

from __future__ import annotations

from fedirec.accounts.permissions import Permission
from fedirec.admin.actions.queue import drop_job, retry_job
from fedirec.admin.actions.replaying import replay
from fedirec.admin.hosts import origin_named
from fedirec.admin.queries.arrivals import arrivals
from fedirec.admin.queries.queue import jobs, waiting_by_kind
from fedirec.admin.words import kind_in_words
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.endpoints.alike import listed
from fedirec.api.paging import piece_with, read_row, size_of
from fedirec.api.shapes.queue import (
    Arrival,
    Arrivals,
    ArrivalsQuery,
    Queue,
    QueuedJob,
    QueuedJobs,
    QueuedJobsQuery,
    Waiting,
)


async def show_queue(call: Call) -> Queue:
    return Queue(
        items=[
            Waiting(
                kind=each.kind,
                label=kind_in_words(each.kind),
                due=each.due,
                later=each.later,
                given_up=each.dead,
                oldest_at=each.oldest_at,
            )
            for each in await waiting_by_kind()
        ]
    )


async def list_jobs(call: Call) -> QueuedJobs:
    asked = call.asked(QueuedJobsQuery)
    origin = origin_named(call.site, asked.host) if asked.host else ""
    rows, end = await jobs(
        which=asked.which, kind=asked.kind, origin=origin, before=read_row(call), limit=size_of(call)
    )
    items = [
        QueuedJob(
            id=row.id,
            kind=row.kind,
            host=row.host,
            about=row.about,
            tries=row.attempts,
            wanted_at=row.wanted_at,
            due_at=row.due_at,
            given_up_at=row.dead_at,
            status=row.status,
            error=row.error,
        )
        for row in rows
    ]
    return piece_with(call, QueuedJobs, items, end=None if end is None else str(end))


async def retry_one(call: Call) -> None:
    await retry_job(call.viewer, call.row())


async def drop_one(call: Call) -> None:
    await drop_job(call.viewer, call.row())


async def list_arrivals(call: Call) -> Arrivals:
    asked = call.asked(ArrivalsQuery)
    origin = origin_named(call.site, asked.host) if asked.host else ""
    rows, end = await arrivals(state=asked.state, origin=origin, before=read_row(call), limit=size_of(call))
    items = [
        Arrival(
            id=row.id,
            uri=row.uri,
            type=row.type,
            sender=row.sender,
            state=row.state,
            reason=row.reason,
            received_at=row.received_at,
            handled_at=row.handled_at,
        )
        for row in rows
    ]
    return piece_with(call, Arrivals, items, end=None if end is None else str(end))


async def replay_arrival(call: Call) -> None:
    await replay(call.viewer, call.row())


ENDPOINTS = (
    Endpoint(
        name="show_queue",
        method="GET",
        path="/queue",
        permission=Permission.SEE_FEDERATION,
        says="What waits to be done, by kind, with the age of the oldest.",
        run=show_queue,
        answer=Queue,
    ),
    listed(
        "list_jobs",
        "/queue/jobs",
        "Work that was given up, or that waits, the newest first.",
        list_jobs,
        answer=QueuedJobs,
        query=QueuedJobsQuery,
        permission=Permission.SEE_FEDERATION,
    ),
    Endpoint(
        name="retry_job",
        method="POST",
        path="/queue/jobs/{id:int}/retry",
        permission=Permission.MANAGE_FEDERATION,
        says="Something that was given up is tried again.",
        run=retry_one,
        status=204,
        pages=("/admin/queue/{id:int}/retry",),
    ),
    Endpoint(
        name="drop_job",
        method="DELETE",
        path="/queue/jobs/{id:int}",
        permission=Permission.MANAGE_FEDERATION,
        says="A piece of work is let go.",
        run=drop_one,
        status=204,
        pages=("/admin/queue/{id:int}/drop",),
    ),
    listed(
        "list_arrivals",
        "/arrivals",
        "What other instances sent that was refused or failed, the newest first.",
        list_arrivals,
        answer=Arrivals,
        query=ArrivalsQuery,
        permission=Permission.SEE_FEDERATION,
    ),
    Endpoint(
        name="replay_arrival",
        method="POST",
        path="/arrivals/{id:int}/replay",
        permission=Permission.MANAGE_FEDERATION,
        says="Something that had no effect is handled again, as if it had just arrived.",
        run=replay_arrival,
        status=204,
        pages=("/admin/refused/{id:int}/replay",),
    ),
)
