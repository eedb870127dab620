"""From whom and from which instances a member keeps away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.actions.boundaries import block, keep_away_from_host, lift, mute
from fedirec.accounts.boundaries import Distance, boundaries_of, find_boundary, get_boundary
from fedirec.accounts.door import require_viewer
from fedirec.accounts.models import Boundary
from fedirec.accounts.pages.views import id_in, once_more, person_view, settings_tabs
from fedirec.accounts.permissions import Permission
from fedirec.accounts.viewer import Viewer
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.errors import FedirecError, NotFound
from fedirec.translatable import N_
from fedirec.web.forms import Form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.paging import Cursor, Page, page_of, wanted_page
from fedirec.web.render import local_path, redirect, render
from fedirec.web.views import Choice, PersonView, Tab

HERE: Final = "/settings/boundaries"
LENGTHS: Final[Mapping[str, tuple[str, timedelta | None]]] = {
    "": (N_("until I say otherwise"), None),
    "hour": (N_("for an hour"), timedelta(hours=1)),
    "day": (N_("for a day"), timedelta(days=1)),
    "week": (N_("for a week"), timedelta(weeks=1)),
    "month": (N_("for a month"), timedelta(days=30)),
}
"""How long somebody may be muted, as the form offers it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundaryView:
    """Somebody, or an instance, from whom a member keeps away."""

    id: int
    person: PersonView | None
    host: str
    since: datetime
    ends_at: datetime | None


async def show_boundaries(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MANAGE_OWN)
    return render(request, "accounts/boundaries.html", **await _boundaries(request, viewer))


async def post_host(request: Request[Any]) -> Response:
    """Everybody of an instance is kept away."""
    viewer = require_viewer(request, Permission.MANAGE_OWN)
    form = await read_form(request)
    host = form.line("host", required=True, max=300)
    kind = form.choice("kind", [each.value for each in Distance])
    if form.errors:
        return once_more(request, "accounts/boundaries.html", form, **await _boundaries(request, viewer))
    try:
        made = await keep_away_from_host(viewer.actor, host, kind=Distance(kind))
    except FedirecError as error:
        return once_more(request, "accounts/boundaries.html", form, error, **await _boundaries(request, viewer))
    return redirect(request, _tab(kind), _("You keep away from %(host)s.") % {"host": made.host})


async def post_lift(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MANAGE_OWN)
    boundary = await get_boundary(viewer.actor, id_in(request))
    form = await read_form(request)
    kind, whom = boundary.kind, _name(boundary)
    await lift(viewer.actor, boundary)
    said = _("%(name)s is not blocked any more.") if kind == Distance.BLOCK else _("%(name)s is not muted any more.")
    return redirect(request, local_path(form.value("back"), _tab(kind)), said % {"name": whom})


async def show_distance(request: Request[Any]) -> Response:
    """Muting or blocking somebody, with what each of them means."""
    viewer = require_viewer(request, Permission.MANAGE_OWN)
    return await _show_distance(request, viewer, await _other(request, viewer), Form())


async def post_distance(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MANAGE_OWN)
    other = await _other(request, viewer)
    form = await read_form(request)
    kind = form.choice("do", [each.value for each in Distance])
    length = form.choice("length", list(LENGTHS), required=False)
    if form.errors:
        return await _show_distance(request, viewer, other, form)
    try:
        if kind == Distance.BLOCK:
            await block(viewer.actor, other, tell=form.flag("tell"))
            said = _("You and %(name)s do not see each other any more.")
        else:
            lasts = LENGTHS[length][1]
            await mute(viewer.actor, other, ends_at=now() + lasts if lasts else None)
            said = _("You do not see %(name)s any more. They notice nothing.")
    except FedirecError as error:
        form.refuse(error)
        return await _show_distance(request, viewer, other, form)
    return redirect(request, person_view(other).url, said % {"name": other.name or other.handle})


async def _show_distance(request: Request[Any], viewer: Viewer, other: Actor, form: Form) -> Response:
    known = await find_boundary(viewer.actor, other=other)
    return render(
        request,
        "accounts/distance.html",
        422 if form.errors else 200,
        form=form,
        person=person_view(other, cache=request.state["media_cache"]),
        action=request.url.path,
        lengths=[Choice(value=value, label=_(label)) for value, (label, _length) in LENGTHS.items()],
        boundary=known,
        is_blocked=known is not None and known.kind == Distance.BLOCK,
    )


async def _other(request: Request[Any], viewer: Viewer) -> Actor:
    other = await Actor.get_or_none(id=id_in(request))
    if other is None or other.state == "pending" or other.type == "Application" or other.id == viewer.actor.id:
        raise NotFound("Nobody here has that name.")
    return other


async def _boundaries(request: Request[Any], viewer: Viewer) -> dict[str, Any]:
    kind = Distance.MUTE if request.query_params.get("show") == Distance.MUTE else Distance.BLOCK
    wanted = wanted_page(request)
    rows = await boundaries_of(viewer.actor, kind=kind, after=wanted.after, limit=wanted.limit)
    cache = request.state["media_cache"]
    page: Page[BoundaryView] = page_of(
        rows,
        request,
        wanted=wanted,
        place=lambda row: Cursor(at=row.created_at, id=row.id),
        show=lambda row: BoundaryView(
            id=row.id,
            person=person_view(row.other, cache=cache) if row.other else None,
            host=row.host or "",
            since=row.created_at,
            ends_at=row.ends_at,
        ),
    )
    return {
        "tabs": settings_tabs(request, viewer),
        "kinds": [
            Tab(label=_("Blocked"), url=_tab(Distance.BLOCK), is_current=kind is Distance.BLOCK),
            Tab(label=_("Muted"), url=_tab(Distance.MUTE), is_current=kind is Distance.MUTE),
        ],
        "choices": [
            Choice(value=Distance.BLOCK.value, label=_("Block it"), hint=_("Nobody there reaches you, or you them.")),
            Choice(value=Distance.MUTE.value, label=_("Mute it"), hint=_("You do not see them. They notice nothing.")),
        ],
        "is_muted": kind is Distance.MUTE,
        "page": page,
    }


def _tab(kind: str) -> str:
    return f"{HERE}?show={kind}" if kind == Distance.MUTE else HERE


def _name(boundary: Boundary) -> str:
    other: Actor | None = boundary.other if boundary.other_id is not None else None
    return (other.name or other.handle) if other else (boundary.host or "")


routes = [
    Route(HERE, show_boundaries, methods=["GET"]),
    Route(f"{HERE}/hosts", post_host, methods=["POST"]),
    Route(f"{HERE}/{{id:int}}/lift", post_lift, methods=["POST"]),
    Route("/people/{id:int}/distance", show_distance, methods=["GET"]),
    Route("/people/{id:int}/distance", post_distance, methods=["POST"]),
]
