"""The doors, the watched words, and what waits before the doors."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer
from fedirec.accounts.pages.administration import admin_tabs
from fedirec.accounts.pages.views import id_in, once_more, page_with, person_view, place_in
from fedirec.accounts.permissions import Permission
from fedirec.accounts.queries import get_instance
from fedirec.accounts.viewer import Viewer
from fedirec.admin.actions.doors import (
    close_doors,
    keep_out,
    keep_out_host,
    keep_work_out,
    let_in,
    let_work_in,
    open_doors,
)
from fedirec.admin.actions.watching import set_watch
from fedirec.admin.queries.held import held_comments, held_works
from fedirec.clock import now
from fedirec.errors import FedirecError, Invalid
from fedirec.web.forms import Form, filled_form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import attempt, redirect, render, turn_back
from fedirec.web.views import Choice, PersonView

HELD_PAGE: Final = "/admin/watch/held"
Answering = Callable[[Viewer, int], Awaitable[None]]
HOURS = (("3", 3), ("12", 12), ("48", 48), ("168", 168))


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldView:
    """A comment or a work that waits."""

    action: str
    """Where the answer is sent."""
    person: PersonView
    title: str
    url: str
    html: str
    host: str
    at: datetime
    files: tuple[str, ...] = ()
    """What the files of a work show, as its author describes it."""


async def show_watch(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MODERATE)
    instance = await get_instance()
    form = filled_form(
        {
            "words": instance.watched_words,
            "contact": instance.contact,
            "holds_strangers": "on" if instance.holds_strangers else "",
        }
    )
    return render(request, "admin/watch.html", form=form, **await _values(request, viewer))


async def post_watch(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MODERATE)
    form = await read_form(request)
    words, contact = form.text("words", max=100_000), form.line("contact", max=1_000)
    try:
        await set_watch(viewer, words=words, holds_strangers=form.flag("holds_strangers"), contact=contact)
    except FedirecError as error:
        return await _again(request, viewer, form, error)
    return redirect(request, "/admin/watch", _("It is so from now on."))


async def post_doors(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MODERATE)
    form = await read_form(request)
    try:
        if form.flag("open"):
            await open_doors(viewer)
            return redirect(request, "/admin/watch", _("The doors are open."))
        hours = form.number("hours", required=True, min=1) or 0
        await close_doors(viewer, hours=hours, reason=form.text("reason", max=500))
    except FedirecError as error:
        return turn_back(request, "/admin/watch", error)
    return redirect(request, "/admin/watch", _("The doors are closed. What strangers say and make waits for you."))


async def show_held(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MODERATE)
    rows, place = await held_comments(after=place_in(request, "after"))
    works, next_work = await held_works(after=place_in(request, "after_work"))
    shown = [
        HeldView(
            action=f"/admin/watch/held/{row.id}",
            person=person_view(row.author),
            title=row.record.title,
            url=row.record.uri if row.record.uri.startswith(request.state["site"].origin) else "",
            html=row.content,
            host=row.author.host,
            at=row.created_at,
        )
        for row in rows
    ]
    made = [
        HeldView(
            action=f"/admin/watch/held/works/{row.id}",
            person=person_view(row.author),
            title=row.title,
            url=row.url or row.uri,
            html=row.content,
            host=row.author.host,
            at=row.held_at or row.published_at,
            files=tuple(file.description or file.kind for file in row.attachments),
        )
        for row in works
    ]
    return render(
        request,
        "admin/held.html",
        tabs=admin_tabs(request, viewer),
        held=page_with(request, shown, name="after", place=place),
        works=page_with(request, made, name="after_work", place=next_work),
    )


async def post_held(request: Request[Any]) -> Response:
    """A comment that waits is let in or kept out, or everything from its instance is kept out."""
    return await _answer(request, let_in, keep_out, _("It stands on its record now."))


async def post_held_work(request: Request[Any]) -> Response:
    """A work that waits is let in or kept out, or everything from its instance is kept out."""
    return await _answer(request, let_work_in, keep_work_out, _("It can be seen now."))


async def _answer(request: Request[Any], take: Answering, refuse: Answering, done: str) -> Response:
    viewer = require_viewer(request, Permission.MODERATE)
    form = await read_form(request)
    key, answer = id_in(request), form.choice("answer", ["in", "out", "host"])
    if answer == "in":
        return await attempt(request, HELD_PAGE, take(viewer, key), done)
    host = form.line("host", required=True, max=300) if answer == "host" else ""
    if form.errors:
        raise Invalid("Choose one of the answers that are offered.")
    action = keep_out_host(viewer, host) if answer == "host" else refuse(viewer, key)
    return await attempt(request, HELD_PAGE, action, _("It stays out."))


async def _again(request: Request[Any], viewer: Viewer, form: Form, error: FedirecError) -> Response:
    return once_more(request, "admin/watch.html", form, error, **await _values(request, viewer))


async def _values(request: Request[Any], viewer: Viewer) -> dict[str, Any]:
    instance = await get_instance()
    until = instance.doors_closed_until
    said, _place = await held_comments(limit=1)
    made, _place = await held_works(limit=1)
    labels = {3: _("3 hours"), 12: _("12 hours"), 48: _("2 days"), 168: _("a week")}
    return {
        "tabs": admin_tabs(request, viewer),
        "closed_until": until if until is not None and until > now() else None,
        "has_waiting": bool(said or made),
        "hours": [Choice(value=value, label=labels[number]) for value, number in HOURS],
    }


routes = [
    Route("/admin/watch", show_watch, methods=["GET"]),
    Route("/admin/watch", post_watch, methods=["POST"]),
    Route("/admin/watch/doors", post_doors, methods=["POST"]),
    Route("/admin/watch/held", show_held, methods=["GET"]),
    Route("/admin/watch/held/{id:int}", post_held, methods=["POST"]),
    Route("/admin/watch/held/works/{id:int}", post_held_work, methods=["POST"]),
]
