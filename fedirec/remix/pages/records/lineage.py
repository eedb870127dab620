"""The trail of a record on a page of its own, and for programs."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fedirec.remix.models import Record
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.trails import trail_document, trail_view
from fedirec.remix.pages.visitors import record_in, remote_record_in, visitor
from fedirec.web.negotiation import wants_json
from fedirec.web.render import render


async def show_lineage(request: Request[Any]) -> Response:
    return await _show_lineage(request, await record_in(request))


async def show_remote_lineage(request: Request[Any]) -> Response:
    return await _show_lineage(request, await remote_record_in(request))


async def show_lineage_document(request: Request[Any]) -> Response:
    return await _lineage_document(await record_in(request))


async def show_remote_lineage_document(request: Request[Any]) -> Response:
    return await _lineage_document(await remote_record_in(request))


async def _show_lineage(request: Request[Any], record: Record) -> Response:
    if wants_json(request):
        return await _lineage_document(record)
    cards = Cards(request)
    trail = await trail_view(cards, record, visitor(request))
    return render(request, "remix/lineage.html", record=cards.record(record), trail=trail)


async def _lineage_document(record: Record) -> Response:
    headers = {"Vary": "Accept, Cookie", "Access-Control-Allow-Origin": "*", "Cache-Control": "private, no-cache"}
    return JSONResponse(await trail_document(record), headers=headers)


routes = [
    Route("/records/remote/{id:int}/lineage", show_remote_lineage, methods=["GET"]),
    Route("/records/remote/{id:int}/lineage.json", show_remote_lineage_document, methods=["GET"]),
    Route("/records/{key}/lineage", show_lineage, methods=["GET"]),
    Route("/records/{key}/lineage.json", show_lineage_document, methods=["GET"]),
]
