"""The page behind the one-time link: from an empty database to an instance with an owner."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.actions.sessions import begin_session
from fedirec.accounts.actions.setup import MAX_TEXT, MAX_TITLE, check_instances, check_setup_token, finish_setup
from fedirec.accounts.door import let_in
from fedirec.accounts.names import check_name
from fedirec.accounts.origin import check_origin
from fedirec.accounts.pages.signing import browser_of
from fedirec.accounts.pages.views import SECRET, once_more
from fedirec.accounts.passwords import check_password
from fedirec.errors import FedirecError, Forbidden, Gone
from fedirec.settings import Settings
from fedirec.uris import host_of
from fedirec.web.forms import filled_form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.language import zone_named
from fedirec.web.ratelimit import visitor_of
from fedirec.web.render import Flash, redirect, render
from fedirec.web.views import Choice


async def show_setup(request: Request[Any]) -> Response:
    token = request.query_params.get("token", "")
    try:
        await _check(request, token)
    except Gone:
        return redirect(request, "/sign-in", Flash(text=_("This place is set up already."), kind="note"))
    except Forbidden:
        return render(request, "accounts/not_set_up.html", 403, SECRET, is_old_link=bool(token))
    settings: Settings = request.state["settings"]
    form = filled_form(
        {
            "token": token,
            "origin": settings.origin or _likely_origin(request, settings),
            "registration": "invite",
            "rules": _("Be kind. Name everybody whose work you build on. Publish only what is yours to publish."),
        }
    )
    return render(request, "accounts/setup.html", headers=SECRET, form=form, **_shown(request))


async def post_setup(request: Request[Any]) -> Response:
    settings: Settings = request.state["settings"]
    form = await read_form(request)
    token = form.text("token", max=200)
    await _check(request, token)
    zone = form.text("timezone", max=60)
    origin = settings.origin or form.text("origin", required=True, max=300)
    typed: dict[str, Any] = {
        "title": form.line("title", required=True, max=MAX_TITLE),
        "summary": form.text("summary", max=MAX_TEXT),
        "rules": form.text("rules", max=MAX_TEXT),
        "registration": form.choice("registration", [choice.value for choice in registration_choices()]),
        "question": form.line("question", max=300),
        "name": form.line("name", required=True, max=100),
        "display_name": form.line("display_name", max=500),
        "password": form.secret("password"),
        "timezone": zone if zone_named(zone) else "",
        "other_origin_is_meant": form.flag("other_origin"),
        "instances": form.text("instances", max=5_000).split(),
    }
    with form.collecting():
        check_instances(typed["instances"])
    with form.collecting():
        check_origin(
            origin,
            development=settings.development,
            asked_at=_asked_at(request),
            other_is_meant=bool(settings.origin) or typed["other_origin_is_meant"],
        )
    with form.collecting():
        check_name(typed["name"])
    with form.collecting():
        check_password(typed["password"], name=typed["name"])
    if form.errors:
        return once_more(request, "accounts/setup.html", form, **_shown(request))
    try:
        account, codes = await finish_setup(
            request.state["keyring"],
            settings,
            token=token,
            origin=origin,
            asked_at=_asked_at(request),
            **typed,
        )
    except FedirecError as error:
        return once_more(request, "accounts/setup.html", form, error, **_shown(request))
    site = request.state["site"]
    await site.load()
    is_here = site.origin == f"{request.url.scheme}://{_asked_at(request)}"
    response = render(
        request,
        "accounts/welcome.html",
        headers=SECRET,
        codes=codes,
        is_waiting=False,
        name=account.actor.handle,
        go_on="/" if is_here else f"{site.origin}/sign-in",
    )
    if is_here:
        let_in(response, request, await begin_session(account, browser=browser_of(request)))
    return response


def registration_choices() -> list[Choice]:
    """The ways in which an instance can be open."""
    return [
        Choice(value="invite", label=_("By invitation"), hint=_("Members invite people with a link.")),
        Choice(value="approval", label=_("By approval"), hint=_("Everybody may ask; moderators answer.")),
        Choice(value="open", label=_("Open"), hint=_("Everybody may join at once.")),
        Choice(value="closed", label=_("Closed"), hint=_("Nobody can join.")),
    ]


async def _check(request: Request[Any], token: str) -> None:
    request.state["attempts"].check(f"setup {visitor_of(request)}", cost=0.2)
    await check_setup_token(token)


def _asked_at(request: Request[Any]) -> str:
    """The host, with its port when that is unusual, under which the visitor sees the page."""
    return host_of(f"{request.url.scheme}://{request.url.netloc}")


def _likely_origin(request: Request[Any], settings: Settings) -> str:
    scheme = request.url.scheme if settings.development else "https"
    host = _asked_at(request)
    is_name = "." in host and not host.partition(":")[0].replace(".", "").isdigit()
    return f"{scheme}://{host}" if settings.development or is_name else ""


def _shown(request: Request[Any]) -> dict[str, Any]:
    settings: Settings = request.state["settings"]
    return {
        "fixed_origin": settings.origin,
        "asked_at": _asked_at(request),
        "is_development": settings.development,
        "registrations": registration_choices(),
    }


routes = [
    Route("/setup", show_setup, methods=["GET"]),
    Route("/setup", post_setup, methods=["POST"]),
]
