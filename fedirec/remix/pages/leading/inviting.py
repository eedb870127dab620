"""Inviting somebody to make something for a challenge, and asking for a work that is there already."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer
from fedirec.accounts.permissions import Permission
from fedirec.errors import FedirecError
from fedirec.remix.actions.submissions import MAX_INVITED, find_invited, invite_to_submit, propose_record
from fedirec.remix.logbook import MAX_REASON
from fedirec.remix.models import Challenge
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.challenges import challenge_tabs
from fedirec.remix.pages.finding import record_at, remote_for
from fedirec.remix.pages.leading.answering import answered_challenge_in
from fedirec.remix.pages.visitors import members_only
from fedirec.remix.powers import Deed, Part
from fedirec.web.forms import Form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import redirect, render


@members_only
async def show_inviting(request: Request[Any]) -> Response:
    return _show(request, await answered_challenge_in(request, Deed.INVITE_TO_SUBMIT), Form())


async def post_invitation(request: Request[Any]) -> Response:
    """Somebody is invited, or the author of a work that was found is asked for it."""
    viewer = require_viewer(request, Permission.TAKE_PART)
    challenge = await answered_challenge_in(request, Deed.INVITE_TO_SUBMIT)
    form = await read_form(request)
    is_for_work = form.choice("for", ("person", "work"), default="person") == "work"
    reason = form.text("reason", required=True, max=MAX_REASON)
    typed = form.address("address", required=True) if is_for_work else form.line("handle", required=True, max=300)
    if not form.errors:
        try:
            if is_for_work:
                record = await record_at(request, typed, maker=viewer.actor)
                await propose_record(viewer.actor, challenge, record, reason)
            else:
                host = request.state["site"].uris.host
                person = await find_invited(remote_for(request), typed, host=host)
                await invite_to_submit(viewer.actor, challenge, person, reason)
        except FedirecError as error:
            form.refuse(error, beside="address" if is_for_work else "handle")
    if form.errors:
        return _show(request, challenge, form, status=422)
    said = _("They have been asked, and the log says so.")
    return redirect(request, f"{Cards(request).challenge_url(challenge)}/waiting", said)


def _show(request: Request[Any], challenge: Challenge, form: Form, *, status: int = 200) -> Response:
    cards = Cards(request)
    return render(
        request,
        "remix/invite.html",
        status,
        challenge=cards.challenge(challenge),
        tabs=challenge_tabs(challenge, cards, current="waiting", parts={Part.LEADER}),
        form=form,
        is_for_work=form.value("for") == "work",
        max_invited=MAX_INVITED,
        max_reason=MAX_REASON,
    )


routes = [
    Route("/c/{slug}/invite", show_inviting, methods=["GET"]),
    Route("/c/{slug}/invite", post_invitation, methods=["POST"]),
]
