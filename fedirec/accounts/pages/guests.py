"""Signing in with an account of another server."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.actions.passages import LASTS, Answer, begin_passage, finish_passage, take_passage
from fedirec.accounts.actions.providers import ABOUT, BACK
from fedirec.accounts.actions.sessions import begin_session, sign_out
from fedirec.accounts.codes import new_secret
from fedirec.accounts.door import let_in, session_secret, viewer_of
from fedirec.accounts.home import forget_home, home_of, remember_home
from fedirec.accounts.pages.signing import browser_of
from fedirec.accounts.pages.views import SECRET, once_more
from fedirec.errors import FedirecError
from fedirec.web.cookies import drop_cookie, read_cookie, set_cookie
from fedirec.web.forms import Form, filled_form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.ratelimit import visitor_of
from fedirec.web.render import local_path, onward, redirect, render

COOKIE: Final = "passage"
_PAGE: Final = "accounts/sign_in_elsewhere.html"


async def show_sign_in(request: Request[Any]) -> Response:
    then = local_path(request.query_params.get("next"))
    if viewer_of(request):
        return redirect(request, then)
    return render(request, _PAGE, form=filled_form({"next": then, "handle": home_of(request, viewer_of(request))}))


async def post_sign_in(request: Request[Any]) -> Response:
    """The visitor goes on to their own server: by a header, because no form may lead to another site."""
    form = await read_form(request)
    typed, then = form.line("handle", required=True, max=400), local_path(form.value("next"))
    if form.errors:
        return once_more(request, _PAGE, form)
    browser = read_cookie(request, COOKIE) or new_secret()
    try:
        departure = await begin_passage(
            request.state["remote"],
            typed,
            next_path=then,
            browser=browser,
            visitor=visitor_of(request),
            attempts=request.state["attempts"],
        )
    except FedirecError as error:
        return _refused(request, form, error)
    response = render(
        request,
        "accounts/departure.html",
        headers=SECRET | onward(departure.url),
        url=departure.url,
        host=departure.host,
        back_url=then,
    )
    set_cookie(response, request, COOKIE, browser, max_age=int(LASTS.total_seconds()))
    return response


async def show_arrival(request: Request[Any]) -> Response:
    """The visitor comes back from their own server, and is a guest if it says who they are."""
    query = request.query_params
    state, browser = query.get("state", ""), read_cookie(request, COOKIE) or ""
    answer = Answer(code=query.get("code", ""), error=query.get("error", ""), issuer=query.get("iss"))
    form = Form()
    try:
        passage = await take_passage(
            state, browser=browser, visitor=visitor_of(request), attempts=request.state["attempts"]
        )
        form = filled_form({"handle": passage.typed, "next": passage.next_path})
        account = await finish_passage(request.state["remote"], passage, answer, state=state, browser=browser)
    except FedirecError as error:
        return _refused(request, form, error)
    secret = await begin_session(account, browser=browser_of(request))
    if before := session_secret(request):
        await sign_out(before)
    actor = await account.actor
    handle = f"@{actor.handle}@{actor.host}"
    response = redirect(
        request, local_path(passage.next_path), _("Welcome. You are here as %(handle)s.") % {"handle": handle}
    )
    let_in(response, request, secret)
    drop_cookie(response, request, COOKIE)
    remember_home(response, request, handle)
    return response


async def show_who_asks(request: Request[Any]) -> Response:
    """Who we are, for servers that know those who ask by an address (IndieAuth), and where they may send people."""
    site = request.state["site"]
    back = site.origin + BACK
    headers = {"Link": f'<{back}>; rel="redirect_uri"'}
    return render(request, "accounts/who_asks.html", headers=headers, address=site.origin + ABOUT, back=back)


async def post_forgetting(request: Request[Any]) -> Response:
    """The browser does not keep the visitor's handle any more."""
    form = await read_form(request)
    response = redirect(request, local_path(form.value("back")), _("This browser has forgotten your handle."))
    forget_home(response, request)
    return response


def _refused(request: Request[Any], form: Form, error: FedirecError) -> Response:
    error.field = error.field or "handle"
    response = once_more(request, _PAGE, form, error)
    response.headers["Cache-Control"] = SECRET["Cache-Control"]
    return response


routes = [
    Route("/sign-in/elsewhere", show_sign_in, methods=["GET"]),
    Route("/sign-in/elsewhere", post_sign_in, methods=["POST"]),
    Route(ABOUT, show_who_asks, methods=["GET"]),
    Route(BACK, show_arrival, methods=["GET"]),
    Route("/forget-me", post_forgetting, methods=["POST"]),
]
