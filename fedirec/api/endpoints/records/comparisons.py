"""What became of a source in a remix, what a version changed, and the history of a record."""

from __future__ import annotations

from fedirec.accounts.permissions import Permission
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.endpoints.alike import listed
from fedirec.api.endpoints.finding import get_standing_record, get_visible_record
from fedirec.api.paging import piece_with, read_place, size_of
from fedirec.api.shapes.comparisons import (
    ChangesQuery,
    Comparison,
    ComparisonQuery,
    Events,
    show_comparison,
    show_event,
)
from fedirec.errors import NotFound
from fedirec.remix.queries.histories import history_of
from fedirec.remix.sides import present_side, source_side, version_sides


async def compare(call: Call) -> Comparison:
    record, asked = await get_standing_record(call), call.asked(ComparisonQuery)
    source = next((each for each in record.sources if each.uri == asked.source), None)
    if source is None:
        raise NotFound("That is not one of its sources.")
    found = await source_side(record, source.id, viewer=call.looker, as_now=asked.as_now)
    return await show_comparison(found.side, await present_side(record), is_remix=True)


async def show_changes(call: Call) -> Comparison:
    record, number = await get_standing_record(call), call.row("number")
    since = call.asked(ChangesQuery).since or number - 1
    if not 0 < since < number <= record.revision:
        raise NotFound("There is no such version.")
    before, after = await version_sides(record, before=since, after=number, viewer=call.looker)
    return await show_comparison(before, after, is_remix=False)


async def show_history(call: Call) -> Events:
    record = await get_visible_record(call)
    events, has_more = await history_of(record, viewer=call.looker, after=read_place(call), limit=size_of(call))
    end = str(events[-1].place) if has_more and events else None
    return piece_with(call, Events, [show_event(call, record, event) for event in events], end=end)


ENDPOINTS = (
    Endpoint(
        name="compare_with_source",
        method="GET",
        path="/records/{id:int}/comparison",
        permission=Permission.READ_OWN,
        says="What a record did with one of its sources: the text word by word, and what else became different.",
        run=compare,
        query=ComparisonQuery,
        answer=Comparison,
        is_open=True,
    ),
    Endpoint(
        name="show_changes",
        method="GET",
        path="/records/{id:int}/revisions/{number:int}/changes",
        permission=Permission.READ_OWN,
        says="What a version of a record changed.",
        run=show_changes,
        query=ChangesQuery,
        answer=Comparison,
        is_open=True,
    ),
    listed(
        "show_history",
        "/records/{id:int}/history",
        "What happened to a record and around it, from the beginning: its sources, its versions, remixes, who agreed.",
        show_history,
        answer=Events,
        is_open=True,
    ),
)
