"""What moderators do about somebody who was reported."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer
from fedirec.accounts.pages.views import id_in
from fedirec.accounts.permissions import Permission
from fedirec.accounts.queries import SUSPENDED, get_account
from fedirec.activitypub.actors import MAX_HISTORY
from fedirec.admin.actions.confirming import MAX_REASON, confirm_keys
from fedirec.admin.actions.deciding import decide, undo, undo_all
from fedirec.admin.actions.forwarding import forward
from fedirec.admin.actions.looking import let_go_of_reports, look_at_reports
from fedirec.admin.actions.noting import write_note
from fedirec.admin.judging import TEMPLATES, Action, Verdict
from fedirec.admin.pages.cases.showing import show_file
from fedirec.admin.queries.cases import get_accused, get_decision, get_report
from fedirec.errors import FedirecError
from fedirec.uris import MAX_URI
from fedirec.web.forms import read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import Flash, attempt, redirect


async def post_decision(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MODERATE)
    accused = await get_accused(id_in(request))
    form = await read_form(request)
    action = form.choice("action", [each.value for each in Action])
    words, reason = form.text("words", max=10_000), form.text("reason", max=10_000)
    if form.errors:
        return await show_file(request, viewer, accused, form)
    things = [uri for uri in form.values("things")[:100] if len(uri) <= MAX_URI]
    template = form.value("template")
    if not words and template in {_(text) for text in TEMPLATES.get(Action(action), ())}:
        words = template
    verdict = Verdict(action=Action(action), things=things, words=words, reason=reason)
    try:
        await decide(viewer, accused, verdict)
    except FedirecError as error:
        form.refuse(error)
        return await show_file(request, viewer, accused, form)
    done, page = _("It is done, and those who should know are told."), f"/admin/reports/{accused.id}"
    return redirect(request, "/admin/reports", Flash(text=done, url=page, label=_("Look closer")))


async def post_claim(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MODERATE)
    accused = await get_accused(id_in(request))
    form = await read_form(request)
    page = f"/admin/reports/{accused.id}"
    if form.flag("release"):
        await let_go_of_reports(viewer, accused)
        return redirect(request, page, _("Others can look at it now."))
    return await attempt(
        request, page, look_at_reports(viewer, accused, take_over=form.flag("take_over")), _("You have it for an hour.")
    )


async def post_note(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MODERATE)
    accused = await get_accused(id_in(request))
    form = await read_form(request)
    text = form.text("text", max=10_000)
    page = f"/admin/reports/{accused.id}"
    return await attempt(request, page, write_note(viewer, accused, text), _("The other moderators can read it."))


async def post_forward(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MODERATE)
    found = await get_report(id_in(request))
    form = await read_form(request)
    words = form.text("words", max=10_000)
    page, site = f"/admin/reports/{found.accused_id}", request.state["site"]
    return await attempt(request, page, forward(viewer, site, found, words=words), _("Their instance will hear of it."))


async def post_keys(request: Request[Any]) -> Response:
    """Somebody elsewhere is who they were before, with the keys that are on the page."""
    viewer = require_viewer(request, Permission.MODERATE)
    person = await get_accused(id_in(request))
    form = await read_form(request)
    why = form.text("why", required=True, max=MAX_REASON)
    if not form.errors:
        try:
            await confirm_keys(viewer, person, reason=why, seen=form.values("key")[:MAX_HISTORY])
        except FedirecError as error:
            form.refuse(error)
        else:
            done = _("They are believed again, and what was refused because of their keys is looked at again.")
            return redirect(request, f"/admin/reports/{person.id}", done)
    return await show_file(request, viewer, person, form)


async def post_undo(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MODERATE)
    decision = await get_decision(id_in(request))
    form = await read_form(request)
    page, reason = f"/admin/reports/{decision.about_id}", form.text("reason", max=500)
    return await attempt(request, page, undo(viewer, decision, reason=reason), _("It is taken back."))


async def post_suspension(request: Request[Any]) -> Response:
    """Somebody of ours is suspended, or can come back, from the page about them."""
    viewer = require_viewer(request, Permission.SUSPEND)
    name = str(request.path_params["name"])
    account = await get_account(name, host=request.state["site"].uris.host)
    form = await read_form(request)
    page, reason, words = f"/admin/people/{name}", form.text("reason", max=500), form.text("words", max=2_000)
    if account.state == SUSPENDED:
        return await attempt(
            request,
            page,
            undo_all(viewer, account.actor, Action.SUSPEND, reason=reason),
            _("They can come back now."),
        )
    verdict = Verdict(action=Action.SUSPEND, reason=reason, words=words)
    done = _("They are suspended, and signed out everywhere.")
    return await attempt(request, page, decide(viewer, account.actor, verdict), done)


routes = [
    Route("/admin/reports/{id:int}/decision", post_decision, methods=["POST"]),
    Route("/admin/reports/{id:int}/claim", post_claim, methods=["POST"]),
    Route("/admin/reports/{id:int}/notes", post_note, methods=["POST"]),
    Route("/admin/reports/{id:int}/keys", post_keys, methods=["POST"]),
    Route("/admin/reports/forward/{id:int}", post_forward, methods=["POST"]),
    Route("/admin/decisions/{id:int}/undo", post_undo, methods=["POST"]),
    Route("/admin/people/{name}/suspension", post_suspension, methods=["POST"]),
]
