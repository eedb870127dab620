"""The trail of a record on a page of its own, and for programs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fedirec.remix.kinds import KINDS
from fedirec.remix.models import Record
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.trails import TrailView, trail_document, trail_view
from fedirec.remix.pages.visitors import record_in, remote_record_in, visitor
from fedirec.web.drawing import draw
from fedirec.web.environment import Templates
from fedirec.web.language import gettext as _
from fedirec.web.negotiation import wants_json
from fedirec.web.render import render
from fedirec.web.trails import only
from fedirec.web.views import Tab
from fedirec.web.words import kind_word

MAX_DRAWN: Final = 400
"""Boxes of a drawing that is downloaded."""


async def show_lineage(request: Request[Any]) -> Response:
    return await _show_lineage(request, await record_in(request))


async def show_remote_lineage(request: Request[Any]) -> Response:
    return await _show_lineage(request, await remote_record_in(request))


async def show_lineage_document(request: Request[Any]) -> Response:
    return await _lineage_document(await record_in(request))


async def show_remote_lineage_document(request: Request[Any]) -> Response:
    return await _lineage_document(await remote_record_in(request))


async def show_lineage_picture(request: Request[Any]) -> Response:
    return await _lineage_picture(request, await record_in(request))


async def show_remote_lineage_picture(request: Request[Any]) -> Response:
    return await _lineage_picture(request, await remote_record_in(request))


async def _show_lineage(request: Request[Any], record: Record) -> Response:
    if wants_json(request):
        return await _lineage_document(record)
    cards = Cards(request)
    trail = await trail_view(cards, record, visitor(request), with_cards=False)
    shown = cards.record(record)
    kinds = [kind for kind in KINDS if any(node.kind == kind for node in trail.nodes)]
    wanted = _wanted_kind(request)
    return render(
        request,
        "remix/lineage.html",
        record=shown,
        trail=_only(trail, wanted),
        is_picked=bool(wanted),
        kinds=[
            Tab(label=_("Everything"), url=f"{shown.url}/lineage", is_current=not wanted),
            *(
                Tab(label=kind_word(kind), url=f"{shown.url}/lineage?kind={kind}", is_current=kind == wanted)
                for kind in kinds
            ),
        ]
        if len(kinds) > 1
        else [],
        query=f"?kind={wanted}" if wanted else "",
    )


async def _lineage_picture(request: Request[Any], record: Record) -> Response:
    """The drawing as a file of its own, in the colours of paper, with far more of the trail than fits a page."""
    cards = Cards(request)
    trail = _only(await trail_view(cards, record, visitor(request), with_cards=False), _wanted_kind(request))
    headers = {
        "Vary": "Accept-Language, Cookie",
        "Cache-Control": "private, no-cache",
        "Content-Disposition": 'attachment; filename="trail.svg"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    templates: Templates = request.state["templates"]

    def picture() -> str:
        drawing = draw(trail.nodes, trail.edges, MAX_DRAWN)
        values = {"drawing": drawing, "title": record.title, "origin": cards.site.origin}
        return templates.render("remix/trail.svg", values)

    return Response(await to_thread.run_sync(picture), media_type="image/svg+xml", headers=headers)


def _wanted_kind(request: Request[Any]) -> str:
    asked = request.query_params.get("kind", "")
    return asked if asked in KINDS else ""


def _only(trail: TrailView, kind: str) -> TrailView:
    if not kind:
        return trail
    nodes, edges = only(trail.nodes, trail.edges, kind)
    return replace(trail, nodes=nodes, edges=edges)


async def _lineage_document(record: Record) -> Response:
    headers = {"Vary": "Accept, Cookie", "Access-Control-Allow-Origin": "*", "Cache-Control": "private, no-cache"}
    return JSONResponse(await trail_document(record), headers=headers)


routes = [
    Route("/records/remote/{id:int}/lineage", show_remote_lineage, methods=["GET"]),
    Route("/records/remote/{id:int}/lineage.json", show_remote_lineage_document, methods=["GET"]),
    Route("/records/remote/{id:int}/lineage.svg", show_remote_lineage_picture, methods=["GET"]),
    Route("/records/{key}/lineage", show_lineage, methods=["GET"]),
    Route("/records/{key}/lineage.json", show_lineage_document, methods=["GET"]),
    Route("/records/{key}/lineage.svg", show_lineage_picture, methods=["GET"]),
]
