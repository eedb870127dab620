"""The trail of a record on a page of its own: drawn, as a list, generation by generation, and for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fedirec.accounts.door import viewer_of
from fedirec.remix.actions.descendants import look_for_remixes
from fedirec.remix.kinds import KINDS
from fedirec.remix.models import Record
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.completeness import completeness_view
from fedirec.remix.pages.drawings import drawn
from fedirec.remix.pages.sharing.heads import lineage_head
from fedirec.remix.pages.sharing.provenance import trail_in_prov
from fedirec.remix.pages.trails.credits import sentence_of
from fedirec.remix.pages.trails.documents import trail_document
from fedirec.remix.pages.trails.views import TrailView, trail_view
from fedirec.remix.pages.visitors import number_of, record_in, remote_record_in, visitor
from fedirec.remix.queries.completeness import completeness_of
from fedirec.remix.queries.credits import credits_of
from fedirec.remix.queries.records import actors_at
from fedirec.remix.queries.trails import trail_of
from fedirec.web.drawing import MAX_NODES, draw
from fedirec.web.environment import Templates
from fedirec.web.language import gettext as _
from fedirec.web.language import ngettext
from fedirec.web.negotiation import wants_json
from fedirec.web.render import render
from fedirec.web.trails import only
from fedirec.web.views import Tab, TrailNode
from fedirec.web.words import kind_word

MAX_DRAWN: Final = 400
"""Boxes of a drawing that is downloaded."""
LISTED: Final = 60
"""Records of one generation on one page."""
_PRIVATE: Final = {"Vary": "Accept, Accept-Language, Cookie", "Cache-Control": "private, no-cache"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """Some of the records that are as far from the record as each other."""

    label: str
    nodes: Sequence[TrailNode]
    next_url: str | None = None


async def show_lineage(request: Request[Any]) -> Response:
    return await _show_lineage(request, await record_in(request))


async def show_remote_lineage(request: Request[Any]) -> Response:
    record = await remote_record_in(request)
    if visitor(request) is not None and not wants_json(request):
        await look_for_remixes([record])
    return await _show_lineage(request, record)


async def show_lineage_document(request: Request[Any]) -> Response:
    return await _lineage_document(request, await record_in(request))


async def show_remote_lineage_document(request: Request[Any]) -> Response:
    return await _lineage_document(request, await remote_record_in(request))


async def show_lineage_picture(request: Request[Any]) -> Response:
    return await _lineage_picture(request, await record_in(request))


async def show_remote_lineage_picture(request: Request[Any]) -> Response:
    return await _lineage_picture(request, await remote_record_in(request))


async def show_provenance(request: Request[Any]) -> Response:
    return await _provenance(request, await record_in(request))


async def show_remote_provenance(request: Request[Any]) -> Response:
    return await _provenance(request, await remote_record_in(request))


async def _show_lineage(request: Request[Any], record: Record) -> Response:
    if wants_json(request):
        return await _lineage_document(request, record)
    cards = Cards(request)
    whole = await trail_view(cards, record, visitor(request), with_cards=False)
    shown = cards.record(record)
    url = f"{shown.url}/lineage"
    wanted = _wanted_kind(request)
    trail = _only(whole, wanted)
    picture = await drawn(cards, trail.nodes, trail.edges, around=_centre(request, trail))
    return render(
        request,
        "remix/lineage.html",
        head=lineage_head(record, whole.known, credit=whole.credit_text),
        record=shown,
        trail=trail,
        drawn=picture,
        is_moved=picture.drawing.centre != record.uri,
        is_picked=bool(wanted),
        kinds=_kinds(whole, url, wanted),
        generation=_generation(request, trail, url),
        generations=_generations(request, trail, url) if len(trail.nodes) > MAX_NODES else [],
        opens=f"{url}?kind={wanted}&" if wanted else f"{url}?",
        query=f"?kind={wanted}" if wanted else "",
        completeness=completeness_view(await completeness_of(whole.known), viewer=viewer_of(request)),
    )


def _kinds(trail: TrailView, url: str, wanted: str) -> list[Tab]:
    kinds = [kind for kind in KINDS if any(node.kind == kind for node in trail.nodes)]
    if len(kinds) < 2:
        return []
    return [
        Tab(label=_("Everything"), url=url, is_current=not wanted),
        *(Tab(label=kind_word(kind), url=f"{url}?kind={kind}", is_current=kind == wanted) for kind in kinds),
    ]


def _centre(request: Request[Any], trail: TrailView) -> str:
    """The record around which the address of the page wants the trail drawn; empty for the one whose page it is."""
    row = number_of(request.query_params.get("around", ""))
    return next((node.key for node in trail.nodes if row is not None and node.row == row), "")


def _generations(request: Request[Any], trail: TrailView, url: str) -> list[Tab]:
    """Every generation, the furthest sources first."""
    there = sorted({trail.generations[node.key] for node in trail.nodes if node.key in trail.generations} - {0})
    asked = request.query_params.get("generation", "")
    kind = _wanted_kind(request)
    return [
        Tab(
            label=generation_in_words(number),
            url=f"{url}?generation={number}{f'&kind={kind}' if kind else ''}#generation",
            is_current=asked == str(number),
        )
        for number in there
    ]


def _generation(request: Request[Any], trail: TrailView, url: str) -> Generation | None:
    """The piece of one generation that the address of the page asks for."""
    asked = request.query_params.get("generation", "")
    sign, digits = asked[:1] == "-", asked.removeprefix("-")
    number, start = number_of(digits), number_of(request.query_params.get("from", "0")) or 0
    if not number:
        return None
    wanted = -number if sign else number
    nodes = [node for node in trail.nodes if trail.generations.get(node.key) == wanted]
    kind = _wanted_kind(request)
    further = f"{url}?generation={wanted}&from={start + LISTED}{f'&kind={kind}' if kind else ''}#generation"
    return Generation(
        label=generation_in_words(wanted),
        nodes=nodes[start : start + LISTED],
        next_url=further if len(nodes) > start + LISTED else None,
    )


def generation_in_words(number: int) -> str:
    """How far something is from a record: negative for what it was made from."""
    if number == -1:
        return _("Its sources")
    if number == 1:
        return _("Made from it")
    if number < 0:
        return ngettext("%(n)s step back", "%(n)s steps back", -number) % {"n": -number}
    return ngettext("%(n)s step on", "%(n)s steps on", number) % {"n": number}


async def _lineage_picture(request: Request[Any], record: Record) -> Response:
    """The drawing as a file of its own, in the colours of paper, with far more of the trail than fits a page.

    Signs stand in the place of pictures: whoever gets the file asks no server for anything by opening it, and nobody's
    picture goes round without its author's name and licence beside it.
    """
    cards = Cards(request)
    trail = _only(await trail_view(cards, record, visitor(request), with_cards=False), _wanted_kind(request))
    headers = {
        **_PRIVATE,
        "Content-Disposition": 'attachment; filename="trail.svg"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    templates: Templates = request.state["templates"]
    opens = f"{cards.record_url(record)}/lineage?"

    def picture() -> str:
        drawing = draw(trail.nodes, trail.edges, MAX_DRAWN)
        values = {"drawing": drawing, "title": record.title, "origin": cards.site.origin, "opens": opens}
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


async def _lineage_document(request: Request[Any], record: Record) -> Response:
    headers = {**_PRIVATE, "Access-Control-Allow-Origin": "*"}
    return JSONResponse(await trail_document(record, request.state["further_credits"]), headers=headers)


async def _provenance(request: Request[Any], record: Record) -> Response:
    """The trail in the words of PROV, to be kept."""
    trail = await trail_of(record.uri)
    found = await credits_of(trail, request.state["further_credits"])
    actors = await actors_at({line.person for line in found.lines})
    said = sentence_of(Cards(request), found, actors, trail.waypoints)
    document = trail_in_prov(trail, credit="".join(text for text, _url in said), names=found.names)
    headers = {
        **_PRIVATE,
        "Access-Control-Allow-Origin": "*",
        "Content-Disposition": 'attachment; filename="trail.jsonld"',
    }
    return JSONResponse(document, media_type="application/ld+json", headers=headers)


routes = [
    Route("/records/remote/{id:int}/lineage", show_remote_lineage, methods=["GET"]),
    Route("/records/remote/{id:int}/lineage.json", show_remote_lineage_document, methods=["GET"]),
    Route("/records/remote/{id:int}/lineage.jsonld", show_remote_provenance, methods=["GET"]),
    Route("/records/remote/{id:int}/lineage.svg", show_remote_lineage_picture, methods=["GET"]),
    Route("/records/{key}/lineage", show_lineage, methods=["GET"]),
    Route("/records/{key}/lineage.json", show_lineage_document, methods=["GET"]),
    Route("/records/{key}/lineage.jsonld", show_provenance, methods=["GET"]),
    Route("/records/{key}/lineage.svg", show_lineage_picture, methods=["GET"]),
]
