"""What a new version of a record changed."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.errors import Gone, NotFound
from fedirec.remix.models import Record
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.comparing.showing import comparison_view
from fedirec.remix.pages.comparing.sources import tabs_of, wanted_view
from fedirec.remix.pages.visitors import number_of, record_in, remote_record_in, row_in, visitor
from fedirec.remix.sides import version_sides
from fedirec.web.language import gettext as _
from fedirec.web.render import render
from fedirec.web.views import Tab


async def show_changes(request: Request[Any]) -> Response:
    return await _show(request, await record_in(request))


async def show_remote_changes(request: Request[Any]) -> Response:
    return await _show(request, await remote_record_in(request))


async def _show(request: Request[Any], record: Record) -> Response:
    """What version `number` changed, in comparison to the one before or the one that is asked for."""
    if record.deleted_at:
        raise Gone
    cards, viewer = Cards(request), visitor(request)
    number = row_in(request, "number")
    since = number_of(request.query_params.get("since", "")) or number - 1
    if not 0 < since < number <= record.revision:
        raise NotFound("There is no such version.")
    before, after = await version_sides(record, before=since, after=number, viewer=viewer)
    await cards.dress([record])
    shown = cards.record(record)
    url = f"{shown.url}/versions/{number}/compare"
    query = f"?since={since}&" if since != number - 1 else "?"
    view = wanted_view(request)
    return render(
        request,
        "remix/compare.html",
        heading=_("What version %(n)s changed") % {"n": number},
        back=shown,
        before=None,
        after=None,
        note_before="",
        is_remembered=False,
        relation="",
        changed_url="",
        is_now=False,
        comparison=await comparison_view(cards, before, after, viewer, is_remix=False),
        view=view,
        views=tabs_of(f"{url}{query}", view),
        warning=before.warning or after.warning,
        suggesting=None,
        steps=_steps(f"{shown.url}/versions", number, record.revision),
    )


def _steps(url: str, number: int, latest: int) -> list[Tab]:
    """The way to what the version before and the one after changed."""
    before = [Tab(label=_("The change before"), url=f"{url}/{number - 1}/compare")] if number > 2 else []
    after = [Tab(label=_("The change after"), url=f"{url}/{number + 1}/compare")] if number < latest else []
    return [*before, *after]


routes = [
    Route("/records/remote/{id:int}/versions/{number:int}/compare", show_remote_changes, methods=["GET"]),
    Route("/records/{key}/versions/{number:int}/compare", show_changes, methods=["GET"]),
]
