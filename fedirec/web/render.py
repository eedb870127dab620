"""Turning a template into an answer."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from fedirec.errors import FedirecError
from fedirec.web.cookies import drop_cookie, read_cookie, set_cookie
from fedirec.web.environment import Templates
from fedirec.web.forms import Form
from fedirec.web.language import Reader, accepted_languages, best_language, direction_of, reading, zone_named
from fedirec.web.sentences import told
from fedirec.web.views import MemberView

_FLASH: Final = "flash"
_MAX_FLASH: Final = 2_000
_PLAIN: Final = "".join(map(chr, range(0x21, 0x7F)))
"""What an address may hold in a header: other servers write other letters into theirs."""

FlashKind = Literal["done", "note", "problem"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flash:
    """A sentence that the next page shows once, perhaps with a way on or back."""

    text: str
    kind: FlashKind = "done"
    url: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteView:
    """This instance, as every page shows it."""

    name: str
    origin: str
    host: str
    is_set_up: bool
    may_join: bool = False
    """Whether somebody can become a member, at once or after a look at them."""
    source_url: str = ""
    """Where the source code of what runs here is."""


def render(
    request: Request,
    template: str,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **values: Any,
) -> Response:
    """The page, in the visitor's language and zone, with the viewer, the instance and what was said last.

    Templates get `viewer` (MemberView or None), `home` (their handle elsewhere, if it is known), `site` (SiteView),
    `path`, `locale`, `direction`, `flashes` and an empty `form` unless one is passed, besides `values`.
    """
    flash = _read_flash(request)
    who = reader_of(request)
    with reading(who):
        body = _templates(request).render(
            template,
            {
                "viewer": _member_shown(request),
                "home": str(_state(request).get("home", "")),
                "site": site_of(request),
                "path": request.url.path,
                "locale": who.locale,
                "direction": direction_of(who.locale),
                "flashes": [flash] if flash else [],
                "form": Form(),
                **values,
            },
        )
    response = HTMLResponse(body, status_code=status, headers=headers)
    response.headers.setdefault("Cache-Control", "private, no-cache")
    response.headers.setdefault("Vary", "Accept, Accept-Language, Cookie")
    if flash:
        drop_cookie(response, request, _FLASH)
    return response


def redirect(request: Request, url: str, flash: Flash | str | None = None) -> Response:
    """The browser goes on to `url` (303), which shows `flash` once."""
    response = RedirectResponse(url, status_code=303)
    if flash:
        shown = Flash(text=flash) if isinstance(flash, str) else flash
        parts = json.dumps([shown.text[:600], shown.kind, shown.url, shown.label])
        set_cookie(response, request, _FLASH, urlsafe_b64encode(parts.encode()).decode(), max_age=60)
    return response


def turn_back(request: Request, url: str, error: FedirecError) -> Response:
    """The browser goes back to `url`, which says once why something was not done."""
    return redirect(request, url, Flash(text=told(error), kind="problem"))


async def attempt(request: Request, url: str, action: Awaitable[object], done: str) -> Response:
    """`action` is done and the browser goes on to `url`, which says `done` once, or why it was not."""
    try:
        await action
    except FedirecError as error:
        return turn_back(request, url, error)
    return redirect(request, url, done)


def onward(url: str) -> dict[str, str]:
    """The header by which a page goes on to `url` on another site, to which no form of ours may lead."""
    return {"Refresh": f"0; url={quote(url, safe=_PLAIN)}"}


def local_path(value: str | None, default: str = "/") -> str:
    """`value` when it is a path on this instance, else `default`: where a form may send people afterwards."""
    if (
        not value
        or not value.startswith("/")
        or value[1:2] in ("/", "\\")
        or "\\" in value
        or not value.isprintable()
        or len(value) > 2_000
    ):
        return default
    return value


def site_of(request: Request) -> SiteView:
    """This instance, before setup as well as after it."""
    site = _state(request).get("site")
    instance = getattr(site, "instance", None)
    origin = str(getattr(site, "origin", "") or "") or f"{request.url.scheme}://{request.url.netloc}"
    return SiteView(
        name=str(getattr(instance, "name", "") or "fedirec"),
        origin=origin,
        host=origin.partition("://")[2],
        is_set_up=instance is not None and getattr(instance, "set_up_at", True) is not None,
        may_join=getattr(instance, "registration", "closed") != "closed",
        source_url=str(getattr(_state(request).get("settings"), "source_url", "")),
    )


def reader_of(request: Request) -> Reader:
    """Whose language and zone an answer to `request` is written in."""
    viewer = _member_shown(request)
    wanted = [viewer.locale] if viewer and viewer.locale else []
    zone = zone_named(viewer.zone) if viewer else None
    locale = best_language([*wanted, *accepted_languages(request.headers.get("accept-language", ""))])
    return Reader(locale=locale) if zone is None else Reader(locale=locale, zone=zone, knows_zone=True)


def _member_shown(request: Request) -> MemberView | None:
    viewer: MemberView | None = _state(request).get("viewer")
    return viewer


def _read_flash(request: Request) -> Flash | None:
    text = read_cookie(request, _FLASH)
    if not text or len(text) > _MAX_FLASH:
        return None
    try:
        words, kind, url, label = json.loads(urlsafe_b64decode(text))
    except (ValueError, TypeError):
        return None
    if not all(isinstance(part, str) for part in (words, kind, url, label)):
        return None
    return Flash(text=words, kind=kind if kind in ("note", "problem") else "done", url=local_path(url, ""), label=label)


def _state(request: Request) -> Mapping[str, Any]:
    state: Mapping[str, Any] = request.scope.get("state") or {}
    return state


def _templates(request: Request) -> Templates:
    templates: Templates | None = _state(request).get("templates")
    return templates or _own_templates()


@cache
def _own_templates() -> Templates:
    """For answers that are given before the application has joined its packages."""
    return Templates()
