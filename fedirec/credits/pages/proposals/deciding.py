"""A treasurer decides and locks; those who lead it call it off."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.credits.actions.proposals.deciding import decide_proposal
from fedirec.credits.actions.proposals.locking import lock_proposal
from fedirec.credits.actions.proposals.publishing import MAX_NOTE, cancel_proposal
from fedirec.credits.pages.proposals.finding import proposal_in, speaker_in
from fedirec.credits.pages.proposals.showing import show_one
from fedirec.web.forms import read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import redirect


async def post_decide(request: Request[Any]) -> Response:
    viewer, proposal = speaker_in(request), await proposal_in(request)
    form = await read_form(request)
    verdict = form.choice("verdict", ("accept", "reject"))
    reason = form.text("reason", required=True, max=MAX_NOTE)
    if not form.errors:
        with form.collecting():
            digest = form.line("digest", max=100)
            await decide_proposal(viewer.actor, proposal, digest=digest, accepts=verdict == "accept", reason=reason)
            return redirect(request, f"/pay/{proposal.key}", _("Decided. Everybody who is listed has been told."))
    return await show_one(request, await proposal_in(request), form, about="decide", status=422)


async def post_lock(request: Request[Any]) -> Response:
    viewer, proposal = speaker_in(request), await proposal_in(request)
    form = await read_form(request)
    with form.collecting():
        await lock_proposal(viewer.actor, proposal, digest=form.line("digest", max=100))
        return redirect(request, f"/pay/{proposal.key}", _("Locked. From now on it is owed."))
    return await show_one(request, await proposal_in(request), form, about="lock", status=422)


async def post_cancel(request: Request[Any]) -> Response:
    viewer, proposal = speaker_in(request), await proposal_in(request)
    form = await read_form(request)
    reason = form.text("cancel_reason", required=bool(proposal.number), max=MAX_NOTE)
    if not form.errors:
        with form.collecting():
            await cancel_proposal(viewer.actor, proposal, reason)
            return redirect(request, f"/pay/{proposal.key}", _("It is called off. Nothing is shared by it."))
    return await show_one(request, await proposal_in(request), form, about="cancel", status=422)


routes = [
    Route("/pay/{key}/decide", post_decide, methods=["POST"]),
    Route("/pay/{key}/lock", post_lock, methods=["POST"]),
    Route("/pay/{key}/cancel", post_cancel, methods=["POST"]),
]
