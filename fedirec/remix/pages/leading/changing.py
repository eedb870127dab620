"""Changing and closing a challenge."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer
from fedirec.accounts.permissions import Permission, may_lead, refuse
from fedirec.accounts.viewer import Viewer
from fedirec.errors import FedirecError
from fedirec.remix.actions.challenges import change_challenge, close_challenge
from fedirec.remix.currencies import write_amount
from fedirec.remix.licences import BY_SA
from fedirec.remix.models import Challenge
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.leading.promises import MAX_BRIEF, terms_choices, terms_in
from fedirec.remix.pages.visitors import members_only
from fedirec.remix.queries.challenges import get_challenge, is_open
from fedirec.remix.terms import DecidedBy, Pays
from fedirec.web.forms import Form, filled_form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.language import zone_named
from fedirec.web.render import redirect, render
from fedirec.web.times import local_input


@members_only
async def show_edit(request: Request[Any]) -> Response:
    _viewer, challenge = await led_challenge_in(request)
    terms = next(iter(challenge.terms), None)
    money = ""
    if terms and terms.amount is not None and terms.currency:
        money = write_amount(terms.amount, terms.currency)
    form = filled_form(
        {
            "text": challenge.text,
            "deadline": local_input(challenge.deadline_at, challenge.timezone) if challenge.deadline_at else "",
            "licence": terms.licence if terms else BY_SA.id,
            "pays": terms.pays if terms else Pays.NOTHING.value,
            "amount": money,
            "currency": (terms.currency if terms else None) or "EUR",
            "decided_by": terms.decided_by if terms else DecidedBy.LEADERS.value,
            "terms": terms.text if terms else "",
        }
    )
    return _show_edit(request, challenge, form)


async def post_edit(request: Request[Any]) -> Response:
    viewer, challenge = await led_challenge_in(request)
    form = await read_form(request)
    text = form.text("text", required=True, max=MAX_BRIEF)
    deadline = form.instant("deadline", zone=challenge.timezone)
    changed = deadline if deadline and deadline != challenge.deadline_at else None
    terms = terms_in(form)
    if terms is None or form.errors:
        return _show_edit(request, challenge, form, status=422)
    try:
        await change_challenge(viewer.actor, challenge, deadline_at=changed, terms=terms, text=text)
    except FedirecError as error:
        form.refuse(error)
        return _show_edit(request, challenge, form, status=422)
    return redirect(request, Cards(request).challenge_url(challenge), _("Saved. Followers will hear of it."))


@members_only
async def show_closing(request: Request[Any]) -> Response:
    """Asks once more."""
    _viewer, challenge = await led_challenge_in(request)
    return render(request, "remix/close_challenge.html", challenge=Cards(request).challenge(challenge))


async def post_closing(request: Request[Any]) -> Response:
    viewer, challenge = await led_challenge_in(request)
    await close_challenge(viewer.actor, challenge)
    url = Cards(request).challenge_url(challenge)
    return redirect(request, url, _("It is closed. Thank you for leading it."))


async def led_challenge_in(request: Request[Any]) -> tuple[Viewer, Challenge]:
    """The challenge in the path, led by whoever asks. Raises NotFound or Forbidden."""
    viewer = require_viewer(request, Permission.OPEN_CHALLENGE)
    challenge = await get_challenge(request.path_params["slug"])
    allowed = may_lead(viewer.role, is_leader=challenge.leader_id == viewer.actor.id)
    refuse(allowed, "Only its leader can change a challenge.")
    return viewer, challenge


def _show_edit(request: Request[Any], challenge: Challenge, form: Form, *, status: int = 200) -> Response:
    return render(
        request,
        "remix/change_challenge.html",
        status,
        form=form,
        challenge=Cards(request).challenge(challenge),
        is_open=is_open(challenge),
        zone=challenge.timezone if zone_named(challenge.timezone) else "UTC",
        **terms_choices(),
    )


routes = [
    Route("/c/{slug}/edit", show_edit, methods=["GET"]),
    Route("/c/{slug}/edit", post_edit, methods=["POST"]),
    Route("/c/{slug}/close", show_closing, methods=["GET"]),
    Route("/c/{slug}/close", post_closing, methods=["POST"]),
]
