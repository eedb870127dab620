"""The public log of a challenge."""

from __future__ import annotations

from fedirec.api.endpoint import Call
from fedirec.api.endpoints.alike import listed
from fedirec.api.endpoints.finding import get_challenge_row
from fedirec.api.paging import piece_of, read_place, size_of
from fedirec.api.shapes.logs import Log, LogQuery, show_entries
from fedirec.remix.queries.logs import log_of


async def list_log(call: Call) -> Log:
    challenge = await get_challenge_row(call.row())
    entries = await log_of(
        challenge.actor,
        only_decisions=call.asked(LogQuery).only_decisions,
        after=read_place(call),
        limit=size_of(call) + 1,
        viewer=call.looker,
    )
    shown = {entry.id: entry for entry in await show_entries(call, entries)}
    return piece_of(call, Log, entries, show=lambda entry: shown[entry.id], place=lambda entry: entry.place)


ENDPOINTS = (
    listed(
        "list_log",
        "/challenges/{id:int}/log",
        "What happened in a challenge and what was decided, by whom and why, the newest first.",
        list_log,
        answer=Log,
        query=LogQuery,
        is_open=True,
    ),
)
