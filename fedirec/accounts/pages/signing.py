"""Signing in and out, and getting back in without the password."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.actions.passwords import recover
from fedirec.accounts.actions.sessions import sign_in, sign_out
from fedirec.accounts.door import let_in, let_out, session_secret, viewer_of
from fedirec.accounts.pages.views import once_more
from fedirec.errors import FedirecError
from fedirec.web.forms import filled_form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.ratelimit import visitor_of
from fedirec.web.render import local_path, redirect, render


async def show_sign_in(request: Request[Any]) -> Response:
    then = local_path(request.query_params.get("next"))
    if viewer_of(request):
        return redirect(request, then)
    return render(request, "accounts/sign_in.html", form=filled_form({"next": then}), **_ways(request))


async def post_sign_in(request: Request[Any]) -> Response:
    form = await read_form(request)
    name, password = form.line("name", required=True, max=400), form.secret("password")
    if form.errors:
        return once_more(request, "accounts/sign_in.html", form, **_ways(request))
    try:
        _account, secret = await sign_in(
            name,
            host=request.state["site"].uris.host,
            password=password,
            address=visitor_of(request),
            attempts=request.state["attempts"],
            browser=browser_of(request),
        )
    except FedirecError as error:
        return once_more(request, "accounts/sign_in.html", form, error, **_ways(request))
    if before := session_secret(request):
        await sign_out(before)
    response = redirect(request, local_path(form.value("next")))
    let_in(response, request, secret)
    return response


async def post_sign_out(request: Request[Any]) -> Response:
    if secret := session_secret(request):
        await sign_out(secret)
    response = redirect(request, "/", _("You are signed out. See you soon."))
    let_out(response, request)
    return response


async def show_recovery(request: Request[Any]) -> Response:
    return render(request, "accounts/recovery.html")


async def post_recovery(request: Request[Any]) -> Response:
    form = await read_form(request)
    name, code = form.line("name", required=True, max=400), form.line("code", required=True, max=100)
    password = form.secret("password")
    if form.errors:
        return once_more(request, "accounts/recovery.html", form)
    try:
        await recover(
            request.state["site"].uris,
            name,
            code=code,
            password=password,
            address=visitor_of(request),
            attempts=request.state["attempts"],
        )
    except FedirecError as error:
        return once_more(request, "accounts/recovery.html", form, error)
    response = redirect(request, "/sign-in", _("Your new password is set. Please sign in with it."))
    let_out(response, request)
    return response


def browser_of(request: Request[Any]) -> str:
    """A few words for the browser that asks, for the list of sessions."""
    agent = request.headers.get("user-agent", "")
    browsers = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox", "Firefox"), ("Chrom", "Chrome"), ("Safari", "Safari"))
    systems = (
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    )
    browser = next((shown for sign, shown in browsers if sign in agent), "")
    system = next((shown for sign, shown in systems if sign in agent), "")
    return " · ".join(filter(None, (browser, system))) or agent[:60]


def _ways(request: Request[Any]) -> dict[str, Any]:
    return {"may_join": request.state["site"].instance.registration != "closed"}


routes = [
    Route("/sign-in", show_sign_in, methods=["GET"]),
    Route("/sign-in", post_sign_in, methods=["POST"]),
    Route("/sign-out", post_sign_out, methods=["POST"]),
    Route("/recover", show_recovery, methods=["GET"]),
    Route("/recover", post_recovery, methods=["POST"]),
]
