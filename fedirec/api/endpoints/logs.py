"""The public log of a challenge, and how the log of any group is answered."""

from __future__ import annotations

from fedirec.activitypub.models import Actor
from fedirec.api.endpoint import Call
from fedirec.api.endpoints.alike import listed
from fedirec.api.endpoints.finding import get_challenge_row
from fedirec.api.paging import piece_of, read_place, size_of
from fedirec.api.shapes.logs import Log, LogQuery, show_entries
from fedirec.remix.queries.logs import log_of


async def list_log(call: Call) -> Log:
    return await log_of_group(call, (await get_challenge_row(call.row())).actor)


async def log_of_group(call: Call, group: Actor) -> Log:
    """The piece that is asked for of the log of `group`, which whoever asks may see."""
    entries = await log_of(
        group,
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
