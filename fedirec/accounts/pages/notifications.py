"""What somebody should know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.actions.notifications import mark_read
from fedirec.accounts.door import require_viewer
from fedirec.accounts.models import Notification
from fedirec.accounts.notices import FAMILIES, OF_SEVERAL, SENTENCES, Notice, family_of
from fedirec.accounts.pages.views import page_with, person_view, place_in
from fedirec.accounts.permissions import Permission
from fedirec.accounts.queries import PAGE, notifications_of
from fedirec.media.cache import MediaCache
from fedirec.web.forms import read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import local_path, redirect, render
from fedirec.web.views import PersonView, Tab

NAMED: Final = 2
"""People whose names stand in the sentence about several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What is needed to show something from elsewhere."""

    origin: str
    cache: MediaCache


@dataclass(frozen=True, slots=True, kw_only=True)
class EventView:
    """One thing that happened: who did it, when, and where it can be seen."""

    who: str
    person: PersonView | None
    url: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeView:
    """What somebody is told, as one sentence however many did the same to the same thing."""

    sentence: str
    sign: str
    url: str
    people: tuple[PersonView, ...]
    events: tuple[EventView, ...]
    """Each of several, the newest first; empty when there is only one."""
    at: datetime
    is_new: bool
    reason: str
    ids: tuple[int, ...]


async def show_notifications(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.READ_OWN)
    unread_only = request.query_params.get("show") == "new"
    family = next((each for each in FAMILIES if each.name == request.query_params.get("kind")), None)
    rows, place = await notifications_of(
        viewer.account,
        before=place_in(request, "before"),
        unread_only=unread_only,
        kinds=[kind.value for kind in family.kinds] if family else (),
    )
    around = Around(origin=request.state["site"].origin, cache=request.state["media_cache"])
    chosen = family.name if family else ""
    return render(
        request,
        "accounts/notifications.html",
        notices=page_with(request, _grouped(rows, around), name="before", place=place),
        last=rows[0].id if rows else 0,
        here=_address(kind=chosen, show="new" if unread_only else ""),
        tabs=[
            Tab(label=_("Everything"), url=_address(kind=chosen), is_current=not unread_only),
            Tab(label=_("New"), url=_address(kind=chosen, show="new"), is_current=unread_only),
        ],
        families=[
            (
                _(each.label),
                each.sign,
                _address(kind="" if each.name == chosen else each.name, show="new" if unread_only else ""),
                each.name == chosen,
            )
            for each in FAMILIES
        ],
    )


async def post_read(request: Request[Any]) -> Response:
    """Everything up to the newest that was shown is read, or only what was named; what came since stays new."""
    viewer = require_viewer(request, Permission.MANAGE_VISIT)
    form = await read_form(request)
    named = [int(text) for text in form.values("notice")[:PAGE] if text.isascii() and text.isdigit() and len(text) < 19]
    if named:
        await mark_read(viewer.account, only=named)
    else:
        await mark_read(viewer.account, up_to=form.number("last", min=0))
    return redirect(request, local_path(form.value("back"), "/notifications"))


def _grouped(rows: Sequence[Notification], around: Around) -> list[NoticeView]:
    """The rows of a page as sentences: those of one kind about one thing together, the newest in front."""
    groups: dict[tuple[str, str, bool], list[Notification]] = {}
    for row in rows:
        alone = "" if Notice(row.kind) in OF_SEVERAL else str(row.id)
        about = str(row.details.get("title") or "") + alone
        groups.setdefault((row.kind, about, row.read_at is None), []).append(row)
    return [_shown(group, around) for group in groups.values()]


def _shown(group: Sequence[Notification], around: Around) -> NoticeView:
    newest, kind = group[0], Notice(group[0].kind)
    names = list(dict.fromkeys(_name(row) for row in group))
    title = str(newest.details.get("title") or _("without a title"))
    sentence = SENTENCES[kind] if len(names) == 1 else OF_SEVERAL[kind]
    people = {row.actor.id: person_view(row.actor, cache=around.cache) for row in group if row.actor}
    events = tuple(
        EventView(
            who=_name(row),
            person=person_view(row.actor, cache=around.cache) if row.actor else None,
            url=_here(row.url, around.origin),
            at=row.created_at,
        )
        for row in group
    )
    return NoticeView(
        sentence=_(sentence) % {"who": _together(names), "title": title},
        sign=family_of(kind).sign,
        url=events[0].url,
        people=tuple(people.values()),
        events=events if len({event.url for event in events}) > 1 else (),
        at=newest.created_at,
        is_new=newest.read_at is None,
        reason=str(newest.details.get("reason") or ""),
        ids=tuple(row.id for row in group),
    )


def _name(row: Notification) -> str:
    return row.actor.name or row.actor.handle if row.actor else str(row.details.get("who") or _("Somebody"))


def _together(names: Sequence[str]) -> str:
    """Several names as a sentence has them; nobody counts."""
    if len(names) == 1:
        return names[0]
    pair = {"one": names[0], "other": names[1]}
    return _("%(one)s and %(other)s") % pair if len(names) == NAMED else _("%(one)s, %(other)s and others") % pair


def _here(url: str, origin: str) -> str:
    """The page to look at: one of ours, or our page about what lives elsewhere."""
    if url.startswith("/"):
        return local_path(url)
    if url.startswith(f"{origin}/"):
        return local_path(url.removeprefix(origin))
    return f"/explore?q={quote(url, safe='')}"


def _address(**filters: str) -> str:
    kept = {name: value for name, value in filters.items() if value}
    return f"/notifications?{urlencode(kept)}" if kept else "/notifications"


routes = [
    Route("/notifications", show_notifications, methods=["GET"]),
    Route("/notifications/read", post_read, methods=["POST"]),
]
