"""What these pages have in common: how people are shown, how a refused form comes back, how lists go on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from fedirec.accounts.permissions import Permission
from fedirec.accounts.viewer import Viewer
from fedirec.activitypub.models import Actor
from fedirec.errors import FedirecError, Invalid, TooMany
from fedirec.media.cache import MediaCache
from fedirec.web.forms import Form
from fedirec.web.language import gettext as _
from fedirec.web.paging import Page
from fedirec.web.render import render
from fedirec.web.views import PersonView, Tab

SECRET: Final = {"Cache-Control": "no-store"}
"""For pages that show something once."""
_MAX_ID: Final = 2**63


def person_view(actor: Actor, *, cache: MediaCache | None = None) -> PersonView:
    """How `actor`, ours or somebody else's, is shown; the pictures of others come through `cache` or not at all."""
    picture = actor.icon_url if actor.state == "active" and not actor.media_rejected else None
    if picture and not actor.is_local:
        picture = cache.path_for(picture) if cache else None
    notes = {"suspended": _("suspended"), "deleted": _("gone"), "pending": _("waiting to be let in")}
    return PersonView(
        name=actor.name or actor.handle,
        handle=f"@{actor.handle}@{actor.host}",
        url=actor.uri if actor.is_local else f"/people/remote/{actor.id}",
        icon_url=picture,
        is_remote=not actor.is_local,
        host="" if actor.is_local else actor.host,
        note=notes.get(actor.state, ""),
    )


_OF_SECURITY: Final = ("/settings/password", "/settings/codes", "/settings/sessions")
"""Where forms of the page on security lead."""


def settings_tabs(request: Request[Any], viewer: Viewer) -> list[Tab]:
    """The pages of settings that `viewer` may see."""
    pages = [
        ("/settings", _("Your page")),
        ("/settings/making", _("New records")),
        ("/settings/skills", _("What you do")),
        ("/settings/notices", _("Notifications")),
        ("/settings/boundaries", _("Keeping away")),
        ("/settings/reading", _("Language and time")),
        ("/settings/security", _("Account and security")),
        ("/settings/programs", _("Programs")),
        ("/settings/data", _("Your data")),
        ("/settings/moving", _("Moving")),
    ]
    if not viewer.can(Permission.MANAGE_OWN):
        pages = [
            ("/settings/visit", _("Your visit")),
            ("/settings/notices", _("Notifications")),
            ("/settings/reading", _("Language and time")),
        ]
    if viewer.can(Permission.INVITE):
        pages.append(("/invitations", _("Invitations")))
    here = "/settings/security" if request.url.path in _OF_SECURITY else request.url.path
    for page in ("/settings/boundaries", "/settings/notices", "/settings/data", "/settings/moving"):
        here = page if here.startswith(page) else here
    here = "/settings/data" if here.startswith("/settings/leaving") else here
    return [Tab(label=label, url=url, is_current=url == here) for url, label in pages]


def once_more(
    request: Request[Any], template: str, form: Form, error: FedirecError | None = None, **values: Any
) -> Response:
    """The form comes back with everything that was typed, and with what was wrong beside it."""
    status, headers = 422, {}
    if error is not None:
        form.refuse(error)
        if isinstance(error, TooMany):
            status = 429
            headers = {"Retry-After": str(error.retry_after or 60)}
    return render(request, template, status, headers, form=form, **values)


def place_in(request: Request[Any], name: str) -> int | None:
    """Where the piece of a list that was asked for starts. Raises Invalid for what is no place in a list."""
    text = request.query_params.get(name)
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > 19 or int(text) >= _MAX_ID:
        raise Invalid("That page does not exist. Please start at the first one.")
    return int(text)


def page_with(request: Request[Any], items: Sequence[Any], *, name: str, place: int | None) -> Page[Any]:
    """One piece of a list; the next one starts at `place`."""
    if place is None:
        return Page(tuple(items))
    url = request.url.include_query_params(**{name: str(place)})
    return Page(tuple(items), f"{url.path}?{url.query}")


def id_in(request: Request[Any], name: str = "id") -> int:
    """The number in the path. Raises Invalid for one that no row can have."""
    number = int(request.path_params[name])
    if number >= _MAX_ID:
        raise Invalid
    return number


def number_in(form: Form, name: str) -> int:
    """The number in a hidden field. Raises Invalid for what our own page would not send."""
    number = form.number(name, required=True, min=1)
    if number is None:
        raise Invalid("That button does not lead anywhere. Please open the page again.")
    return number
