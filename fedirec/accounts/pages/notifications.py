"""What somebody should know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.actions.notifications import mark_read
from fedirec.accounts.door import require_viewer
from fedirec.accounts.models import Notification
from fedirec.accounts.notices import FAMILIES, Notice, family_of
from fedirec.accounts.pages.views import page_with, person_view, place_in
from fedirec.accounts.permissions import Permission
from fedirec.accounts.queries import PAGE, notifications_of
from fedirec.accounts.telling import grouped, name_in, page_of, sentence_of
from fedirec.media.cache import MediaCache
from fedirec.web.forms import read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import local_path, redirect, render
from fedirec.web.views import PersonView, Tab


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
    host: str
    """The other server to which `url` leads; empty for a page of ours."""
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
        notices=page_with(request, [_shown(group, around) for group in grouped(rows)], name="before", place=place),
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


def _shown(group: Sequence[Notification], around: Around) -> NoticeView:
    newest, kind = group[0], Notice(group[0].kind)
    people = {row.actor.id: person_view(row.actor, cache=around.cache) for row in group if row.actor}
    events = tuple(
        EventView(
            who=name_in(row),
            person=person_view(row.actor, cache=around.cache) if row.actor else None,
            url=page_of(row, around.origin),
            at=row.created_at,
        )
        for row in group
    )
    return NoticeView(
        sentence=sentence_of(group),
        sign=family_of(kind).sign,
        url=events[0].url,
        host=urlsplit(events[0].url).netloc,
        people=tuple(people.values()),
        events=events if len({event.url for event in events}) > 1 else (),
        at=newest.created_at,
        is_new=newest.read_at is None,
        reason=str(newest.details.get("reason") or ""),
        ids=tuple(row.id for row in group),
    )


def _address(**filters: str) -> str:
    kept = {name: value for name, value in filters.items() if value}
    return f"/notifications?{urlencode(kept)}" if kept else "/notifications"


routes = [
    Route("/notifications", show_notifications, methods=["GET"]),
    Route("/notifications/read", post_read, methods=["POST"]),
]
