"""What members set for themselves: their page, their language, their password, their browsers and programs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from babel import Locale, UnknownLocaleError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.actions.passwords import change_password, prove_presence, renew_recovery_codes
from fedirec.accounts.actions.profile import MAX_ABOUT, choose_notices, edit_preferences, edit_profile
from fedirec.accounts.actions.sessions import end_session, end_sessions
from fedirec.accounts.actions.tokens import create_token, revoke_token
from fedirec.accounts.door import require_viewer
from fedirec.accounts.notices import FAMILIES, WISHES, Notice
from fedirec.accounts.pages.people import ROLES
from fedirec.accounts.pages.views import SECRET, number_in, once_more, person_view
from fedirec.accounts.permissions import Permission, Scope
from fedirec.accounts.queries import has_recovery_codes, sessions_of, tokens_of
from fedirec.accounts.uploader import quota_of
from fedirec.accounts.viewer import Viewer
from fedirec.errors import FedirecError
from fedirec.media.actions import keep_file
from fedirec.web.forms import filled_form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.language import languages, zone_names
from fedirec.web.render import redirect, render
from fedirec.web.views import Choice, Tab


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionView:
    """A browser that is signed in."""

    id: int
    browser: str
    is_this: bool
    since: datetime
    used_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenView:
    """A program that may act for somebody."""

    id: int
    name: str
    scopes: str
    since: datetime
    used_at: datetime | None


def tabs(request: Request[Any], viewer: Viewer) -> list[Tab]:
    """The pages of settings."""
    pages = [
        ("/settings", _("Your page")),
        ("/settings/making", _("New records")),
        ("/settings/notices", _("Notifications")),
        ("/settings/reading", _("Language and time")),
        ("/settings/security", _("Account and security")),
        ("/settings/programs", _("Programs")),
    ]
    if viewer.can(Permission.INVITE):
        pages.append(("/invitations", _("Invitations")))
    return [Tab(label=label, url=url, is_current=request.url.path == url) for url, label in pages]


async def show_profile(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MANAGE_OWN)
    form = filled_form(
        {
            "name": viewer.actor.name,
            "about": viewer.account.about,
            "approves": "on" if viewer.actor.approves_followers else None,
        }
    )
    return render(request, "accounts/profile.html", form=form, **_profile(request, viewer))


async def post_profile(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MANAGE_OWN)
    settings = request.state["settings"]
    form = await read_form(request, max_files=1, max_file_bytes=settings.max_image_bytes)
    name, about = form.line("name", max=500), form.text("about", max=MAX_ABOUT)
    upload = form.file("icon")
    if form.errors:
        return once_more(request, "accounts/profile.html", form, **_profile(request, viewer))
    try:
        icon = None
        if upload is not None:
            icon = await keep_file(
                request.state["store"],
                viewer.actor,
                file_name=upload.filename,
                source=upload.path,
                settings=settings,
                quota=quota_of(settings, viewer.role),
            )
        await edit_profile(
            request.state["site"].uris,
            viewer.account,
            name=name,
            about=about,
            icon=icon,
            without_icon=form.flag("without_icon"),
            approves_followers=form.flag("approves"),
        )
    except FedirecError as error:
        if upload is not None and error.field in (None, "file"):
            error.field = "icon"
        return once_more(request, "accounts/profile.html", form, error, **_profile(request, viewer))
    return redirect(request, "/settings", _("Your page is up to date."))


def _profile(request: Request[Any], viewer: Viewer) -> dict[str, Any]:
    return {
        "tabs": tabs(request, viewer),
        "person": person_view(viewer.actor),
        "has_icon": viewer.account.icon_id is not None,
        "max_bytes": request.state["settings"].max_image_bytes,
    }


async def show_reading(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MANAGE_OWN)
    form = filled_form({"locale": viewer.account.locale, "timezone": viewer.account.timezone})
    return render(request, "accounts/reading.html", form=form, **_reading(request, viewer))


async def post_reading(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MANAGE_OWN)
    form = await read_form(request)
    try:
        await edit_preferences(
            viewer.account, locale=form.text("locale", max=20) or None, timezone=form.text("timezone", max=60)
        )
    except FedirecError as error:
        return once_more(request, "accounts/reading.html", form, error, **_reading(request, viewer))
    return redirect(request, "/settings/reading", _("Saved."))


def _reading(request: Request[Any], viewer: Viewer) -> dict[str, Any]:
    return {
        "tabs": tabs(request, viewer),
        "locales": [
            Choice(value="", label=_("What my browser asks for")),
            *(Choice(value=name, label=_own_name(name)) for name in languages()),
        ],
        "zones": [Choice(value=name, label=name.replace("_", " ")) for name in zone_names()],
    }


async def show_notices(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MANAGE_OWN)
    unwanted = set(viewer.account.unwanted or ())
    return render(
        request,
        "accounts/notices.html",
        tabs=tabs(request, viewer),
        families=[
            (
                _(family.label),
                family.sign,
                [
                    Choice(value=kind.value, label=_(WISHES[kind]), hint="" if kind.value in unwanted else "on")
                    for kind in family.kinds
                ],
            )
            for family in FAMILIES
            if family.may_be_unwanted
        ],
    )


async def post_notices(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MANAGE_OWN)
    form = await read_form(request)
    wanted = form.many("wanted", [kind.value for kind in WISHES])
    await choose_notices(viewer.account, {Notice(kind) for kind in wanted})
    return redirect(request, "/settings/notices", _("Saved."))


def _own_name(locale: str) -> str:
    """What a language calls itself."""
    try:
        return str(Locale.parse(locale.replace("-", "_")).display_name or locale)
    except (UnknownLocaleError, ValueError):
        return locale


async def show_security(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MANAGE_ACCOUNT)
    return render(request, "accounts/security.html", **await _security(request, viewer))


async def post_password(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MANAGE_ACCOUNT)
    form = await read_form(request)
    old, new = form.secret("old"), form.secret("password")
    if form.errors:
        return once_more(request, "accounts/security.html", form, **await _security(request, viewer))
    try:
        await change_password(
            viewer.account, old=old, new=new, attempts=request.state["attempts"], session_id=viewer.session_id
        )
    except FedirecError as error:
        return once_more(request, "accounts/security.html", form, error, **await _security(request, viewer))
    return redirect(
        request, "/settings/security", _("Your password is changed. Every other browser has been signed out.")
    )


async def post_codes(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MANAGE_ACCOUNT)
    form = await read_form(request)
    present = form.secret("present")
    if form.errors:
        return once_more(request, "accounts/security.html", form, **await _security(request, viewer))
    try:
        await prove_presence(viewer.account, present, attempts=request.state["attempts"], field="present")
    except FedirecError as error:
        return once_more(request, "accounts/security.html", form, error, **await _security(request, viewer))
    codes = await renew_recovery_codes(viewer.account)
    return render(request, "accounts/codes.html", headers=SECRET, codes=codes, name=viewer.actor.handle)


async def post_session_end(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MANAGE_ACCOUNT)
    form = await read_form(request)
    if form.flag("others"):
        await end_sessions(viewer.account, but=viewer.session_id)
        return redirect(request, "/settings/security", _("Every other browser has been signed out."))
    await end_session(viewer.account, number_in(form, "session"))
    return redirect(request, "/settings/security", _("That browser has been signed out."))


async def _security(request: Request[Any], viewer: Viewer) -> dict[str, Any]:
    return {
        "tabs": tabs(request, viewer),
        "handle": viewer.actor.handle,
        "person": person_view(viewer.actor),
        "role": _(ROLES[viewer.role][0]),
        "since": viewer.account.created_at,
        "has_codes": await has_recovery_codes(viewer.account),
        "sessions": [
            SessionView(
                id=row.id,
                browser=row.browser,
                is_this=row.id == viewer.session_id,
                since=row.created_at,
                used_at=row.used_at,
            )
            for row in await sessions_of(viewer.account)
        ],
    }


async def show_programs(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MANAGE_ACCOUNT)
    return render(request, "accounts/programs.html", **await _programs(request, viewer))


async def post_token(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MANAGE_ACCOUNT)
    form = await read_form(request)
    name = form.line("name", required=True, max=100)
    scopes = form.many("scopes", [scope.value for scope in viewer.scopes], required=True)
    if form.errors:
        return once_more(request, "accounts/programs.html", form, **await _programs(request, viewer))
    try:
        token = await create_token(viewer.account, name=name, scopes=scopes, within=viewer.scopes)
    except FedirecError as error:
        return once_more(request, "accounts/programs.html", form, error, **await _programs(request, viewer))
    return render(
        request, "accounts/programs.html", headers=SECRET, **await _programs(request, viewer) | {"token": token}
    )


async def post_token_revocation(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MANAGE_ACCOUNT)
    await revoke_token(viewer.account, number_in(await read_form(request), "token"))
    return redirect(request, "/settings/programs", _("That token opens nothing any more."))


async def _programs(request: Request[Any], viewer: Viewer) -> dict[str, Any]:
    return {
        "tabs": tabs(request, viewer),
        "token": "",
        "scopes": [
            Choice(value=Scope.READ, label=_("Read what you can read")),
            Choice(value=Scope.WRITE, label=_("Publish, remix and comment as you")),
            Choice(value=Scope.FOLLOW, label=_("Follow people and challenges, and say what you like")),
            Choice(value=Scope.ACCOUNT, label=_("Look after your account: password, programs, invitations")),
            Choice(value=Scope.ADMIN, label=_("Look after this place, as far as you may")),
        ],
        "tokens": [
            TokenView(id=row.id, name=row.name, scopes=row.scopes, since=row.created_at, used_at=row.used_at)
            for row in await tokens_of(viewer.account)
        ],
    }


routes = [
    Route("/settings", show_profile, methods=["GET"]),
    Route("/settings", post_profile, methods=["POST"]),
    Route("/settings/reading", show_reading, methods=["GET"]),
    Route("/settings/reading", post_reading, methods=["POST"]),
    Route("/settings/notices", show_notices, methods=["GET"]),
    Route("/settings/notices", post_notices, methods=["POST"]),
    Route("/settings/security", show_security, methods=["GET"]),
    Route("/settings/password", post_password, methods=["POST"]),
    Route("/settings/codes", post_codes, methods=["POST"]),
    Route("/settings/sessions", post_session_end, methods=["POST"]),
    Route("/settings/programs", show_programs, methods=["GET"]),
    Route("/settings/programs", post_token, methods=["POST"]),
    Route("/settings/programs/revoke", post_token_revocation, methods=["POST"]),
]
