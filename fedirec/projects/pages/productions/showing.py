"""The page of a production, and all that were released. What people answer there is for a package above this one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from fedirec.accounts.door import viewer_of
from fedirec.accounts.permissions import Permission
from fedirec.activitypub.peers import hosts_of
from fedirec.errors import NotFound
from fedirec.projects.models import Production, Project
from fedirec.projects.pages.finding import parts_in_project, project_in
from fedirec.projects.pages.productions.views import CreditsView, credits_view, is_shown, production_view
from fedirec.projects.pages.tabs import project_tabs
from fedirec.projects.queries.productions import (
    get_production,
    get_production_row,
    links_of,
    productions_of,
    released_productions,
    roles_of,
)
from fedirec.projects.queries.projects import may_see_project
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.visitors import number_of, row_in, visitor
from fedirec.remix.powers import Deed, may_do
from fedirec.remix.queries.parts import records_in
from fedirec.remix.roles import label_of
from fedirec.translatable import N_
from fedirec.web.language import gettext as _
from fedirec.web.negotiation import VARY, wants_activity
from fedirec.web.paging import Cursor, page_of, wanted_page
from fedirec.web.render import render
from fedirec.web.sections import Section

_IN_SECTION: Final = 6
"""Productions that stand on the page of their project."""
_PEOPLE_IN_SECTION: Final = 24
"""People in a preview of the credits there."""


async def production_in(request: Request[Any], project: Project) -> Production:
    """The production of `project` in the path. Raises NotFound."""
    return await get_production(project, request.path_params["key"])


async def show_production(request: Request[Any]) -> Response:
    return await _show(request, await production_in(request, await project_in(request)))


async def show_remote_production(request: Request[Any]) -> Response:
    """What we know of a production of another instance; programs go on to its origin."""
    production = await get_production_row(row_in(request))
    if production.project.actor.is_local or not await may_see_project(production.project, None):
        raise NotFound("There is no such production here.")
    if wants_activity(request):
        return RedirectResponse(production.uri, status_code=303, headers=VARY)
    return await _show(request, production)


async def show_released(request: Request[Any]) -> Response:
    """What was finished, here and elsewhere, the newest first."""
    cards, wanted = Cards(request), wanted_page(request)
    rows = await released_productions(after=wanted.after, limit=wanted.limit)
    piece = page_of(rows, request, wanted=wanted, place=_place_of, show=lambda row: row)
    records = await records_in([row.record_id for row in piece.items if row.record_id is not None])
    await cards.dress(records)
    return render(
        request,
        "projects/productions.html",
        records=[cards.record(record) for record in records],
        next_url=piece.next_url,
        projects={cards.record_url(row.record): production_view(cards, row) for row in piece.items if row.record},
    )


def _place_of(production: Production) -> Cursor:
    assert production.released_at is not None
    return Cursor(at=production.released_at, id=production.id)


async def _show(request: Request[Any], production: Production) -> Response:
    cards, viewer = Cards(request), visitor(request)
    project = production.project
    is_ours = project.actor.is_local
    parts = await parts_in_project(request, project) if is_ours else frozenset()
    start = number_of(request.query_params.get("from", "")) or 0
    shown = production_view(cards, production, whole=True)
    record = None
    if production.record_id is not None:
        records = await records_in([production.record_id])
        await cards.dress(records)
        record = next((cards.record(each) for each in records if is_shown(each)), None)
    own = [line for line in await roles_of(production) if viewer is not None and line.actor_id == viewer.id]
    return render(
        request,
        "projects/production.html",
        production=shown,
        hosts=await hosts_of([shown.host]),
        uri=production.uri,
        tabs=project_tabs(cards, project, current="", parts=parts),
        record=record,
        credits=await credits_view(cards, production, start=start),
        digest_holds=production.digest_holds,
        links=await links_of(production),
        own=[(line, line.label or label_of(line.role, gettext=_)) for line in own],
        may_answer=bool(own) and (member := viewer_of(request)) is not None and member.can(Permission.TAKE_PART),
        is_leader=may_do(Deed.PREPARE_PRODUCTION, parts),
    )


async def load_productions(request: Request[Any], project: Any) -> Mapping[str, Any] | None:
    """What a project has finished, and the credits of what it prepares; leaders find where one is begun."""
    parts = await parts_in_project(request, project) if project.actor.is_local else frozenset()
    is_leader = may_do(Deed.PREPARE_PRODUCTION, parts)
    rows = list(await productions_of(project))[:_IN_SECTION]
    if not rows and not is_leader:
        return None
    cards = Cards(request)
    preview: CreditsView | None = None
    drafted = next((row for row in rows if row.state == "draft"), None)
    if drafted is not None:
        preview = await credits_view(cards, drafted)
    return {
        "productions": [production_view(cards, row) for row in rows],
        "preview": preview,
        "preview_people": preview.people[:_PEOPLE_IN_SECTION] if preview else (),
        "preview_of": production_view(cards, drafted) if drafted else None,
        "is_leader": is_leader,
        "new_url": f"{cards.here(project.actor.uri)}/productions/new",
    }


SECTION: Final = Section(
    name="productions", title=N_("What is finished"), template="projects/productions_part.html", load=load_productions
)

routes = [
    Route("/productions", show_released, methods=["GET"]),
    Route("/productions/remote/{id:int}", show_remote_production, methods=["GET"]),
    Route("/p/{slug}/productions/{key}", show_production, methods=["GET"]),
]
