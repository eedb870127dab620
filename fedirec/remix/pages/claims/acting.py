"""What the people concerned and moderators do about a claim."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer
from fedirec.accounts.permissions import Permission
from fedirec.accounts.viewer import Viewer
from fedirec.errors import FedirecError, NotFound
from fedirec.remix.actions.claims import (
    add_evidence,
    agree,
    appeal_claim,
    contradict,
    decide_claim,
    find_missing_source,
    look_at,
    page_of,
    refuse_answer,
    withdraw,
)
from fedirec.remix.models import Claim
from fedirec.remix.pages.claims.saying import links_in
from fedirec.remix.pages.claims.showing import show_file, visible_claim
from fedirec.web.forms import Form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import attempt, redirect


async def post_evidence(request: Request[Any]) -> Response:
    viewer, claim, form = await _begun(request)
    words, links = form.text("words", max=10_000), links_in(form)
    said = _("It stands with what was said before.")
    return await _done(request, viewer, claim, form, add_evidence(viewer.actor, claim.key, words, links), said)


async def post_answer(request: Request[Any]) -> Response:
    viewer, claim, form = await _begun(request)
    answer = form.choice("answer", ["agree", "contradict"])
    words, links = form.text("words", max=10_000), links_in(form)
    if form.errors:
        return await show_file(request, viewer, claim, form)
    if answer == "agree":
        try:
            await refuse_answer(viewer.actor, claim)
            await find_missing_source(request.state["remote"], claim)
        except FedirecError as error:
            form.refuse(error)
            return await show_file(request, viewer, claim, form)
        doing, said = agree(viewer.actor, claim.key, words), _("Thank you. It is changed.")
    else:
        doing = contradict(viewer.actor, claim.key, words, links)
        said = _("A moderator will read what both of you say, and decide.")
    return await _done(request, viewer, claim, form, doing, said)


async def post_withdrawal(request: Request[Any]) -> Response:
    viewer, claim, _form = await _begun(request)
    return await attempt(request, page_of(claim), withdraw(viewer.actor, claim.key), _("It is taken back."))


async def post_appeal(request: Request[Any]) -> Response:
    viewer, claim, form = await _begun(request)
    words = form.text("words", max=10_000)
    said = _("Somebody will look at it again.")
    return await _done(request, viewer, claim, form, appeal_claim(viewer.actor, claim.key, words), said)


async def post_look(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MODERATE)
    claim, form = await visible_claim(viewer, request.path_params["key"]), await read_form(request)
    lets_go = form.flag("release")
    said = _("Others can look at it now.") if lets_go else _("You have it for an hour.")
    doing = look_at(viewer, claim.key, lets_go=lets_go, take_over=form.flag("take_over"))
    return await attempt(request, page_of(claim), doing, said)


async def post_decision(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MODERATE)
    claim, form = await visible_claim(viewer, request.path_params["key"]), await read_form(request)
    decision, reason = form.choice("decision", ["uphold", "dismiss"]), form.text("reason", max=10_000)
    if form.errors:
        return await show_file(request, viewer, claim, form)
    upholds = decision == "uphold"
    if upholds:
        try:
            await find_missing_source(request.state["remote"], claim)
        except FedirecError as error:
            form.refuse(error)
            return await show_file(request, viewer, claim, form)
    doing = decide_claim(viewer, claim.key, upholds=upholds, reason=reason)
    return await _done(request, viewer, claim, form, doing, _("It is decided, and they are told why."))


async def _begun(request: Request[Any]) -> tuple[Viewer, Claim, Form]:
    viewer = require_viewer(request, Permission.CLAIM_CREDIT)
    claim = await visible_claim(viewer, request.path_params["key"])
    return viewer, claim, await read_form(request)


async def _done(
    request: Request[Any], viewer: Viewer, claim: Claim, form: Form, doing: Awaitable[object], said: str
) -> Response:
    """The page of the claim after `doing`, or the form once more with what stood against it."""
    try:
        await doing
    except NotFound:
        raise
    except FedirecError as error:
        form.refuse(error)
        return await show_file(request, viewer, claim, form)
    return redirect(request, page_of(claim), said)


routes = [
    Route("/claims/{key}/say", post_evidence, methods=["POST"]),
    Route("/claims/{key}/answer", post_answer, methods=["POST"]),
    Route("/claims/{key}/withdraw", post_withdrawal, methods=["POST"]),
    Route("/claims/{key}/appeal", post_appeal, methods=["POST"]),
    Route("/claims/{key}/look", post_look, methods=["POST"]),
    Route("/claims/{key}/decision", post_decision, methods=["POST"]),
]
