"""Joining this instance."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.actions.joining import MAX_ANSWER, sign_up
from fedirec.accounts.actions.sessions import begin_session
from fedirec.accounts.door import let_in, viewer_of
from fedirec.accounts.names import check_name
from fedirec.accounts.pages.signing import browser_of
from fedirec.accounts.pages.views import SECRET, once_more, person_view
from fedirec.accounts.passwords import check_password
from fedirec.accounts.queries import find_invitation, get_instance
from fedirec.clock import now
from fedirec.errors import FedirecError
from fedirec.web.forms import filled_form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.language import zone_named
from fedirec.web.ratelimit import visitor_of
from fedirec.web.render import redirect, render


async def show_sign_up(request: Request[Any]) -> Response:
    viewer = viewer_of(request)
    if viewer and viewer.actor.is_local:
        return redirect(request, "/")
    invitation = request.query_params.get("invitation", "")
    return render(
        request,
        "accounts/sign_up.html",
        form=filled_form({"invitation": invitation}),
        **await _shown(request, invitation),
    )


async def post_sign_up(request: Request[Any]) -> Response:
    form = await read_form(request)
    invitation = form.text("invitation", max=200)
    name, display_name = form.line("name", required=True, max=100), form.line("display_name", max=500)
    password, answer = form.secret("password"), form.text("answer", max=MAX_ANSWER)
    zone = form.text("timezone", max=60)
    shown = await _shown(request, invitation)
    if shown["rules"] and not form.flag("agreed"):
        form.fail("agreed", _("Please read the rules and agree to them."))
    if shown["waits"] and not answer:
        form.fail("answer", _("Please write a few words, so that we know who you are."))
    with form.collecting():
        check_name(name)
    with form.collecting():
        check_password(password, name=name)
    if form.errors:
        return once_more(request, "accounts/sign_up.html", form, **shown)
    try:
        request.state["attempts"].check(f"join {visitor_of(request)}")
        joined = await sign_up(
            request.state["site"].uris,
            request.state["keyring"],
            name=name,
            password=password,
            display_name=display_name,
            invitation=invitation or None,
            answer=answer,
            timezone=zone if zone_named(zone) else "",
        )
    except FedirecError as error:
        return once_more(request, "accounts/sign_up.html", form, error, **shown)
    response = render(
        request,
        "accounts/welcome.html",
        headers=SECRET,
        codes=joined.recovery_codes,
        is_waiting=joined.is_waiting,
        name=joined.account.actor.handle,
        go_on="/",
    )
    if not joined.is_waiting:
        let_in(response, request, await begin_session(joined.account, browser=browser_of(request)))
    return response


async def _shown(request: Request[Any], invitation: str) -> dict[str, Any]:
    """What the form shows of the instance, and of whoever invited."""
    instance = await get_instance()
    found = await find_invitation(invitation) if invitation else None
    return {
        "registration": instance.registration,
        "question": instance.registration_question,
        "rules": instance.rules,
        "doors_closed": instance.doors_closed_until is not None and instance.doors_closed_until > now(),
        "host": request.state["site"].uris.host,
        "is_invited": found is not None,
        "inviter": person_view(found.inviter.actor) if found and found.inviter else None,
        "waits": instance.registration == "approval" and found is None,
    }


routes = [
    Route("/sign-up", show_sign_up, methods=["GET"]),
    Route("/sign-up", post_sign_up, methods=["POST"]),
]
