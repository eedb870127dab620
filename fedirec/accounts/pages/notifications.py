"""What somebody should know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.actions.notifications import mark_read
from fedirec.accounts.door import require_viewer
from fedirec.accounts.models import Notification
from fedirec.accounts.notices import SENTENCES, Notice
from fedirec.accounts.pages.views import page_with, person_view, place_in
from fedirec.accounts.permissions import Permission
from fedirec.accounts.queries import notifications_of
from fedirec.web.forms import read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import redirect, render
from fedirec.web.views import PersonView, Tab


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeView:
    """One thing that somebody is told."""

    id: int
    sentence: str
    url: str
    person: PersonView | None
    at: datetime
    is_new: bool
    reason: str


async def show_notifications(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.READ_OWN)
    unread_only = request.query_params.get("show") == "new"
    rows, place = await notifications_of(viewer.account, before=place_in(request, "before"), unread_only=unread_only)
    return render(
        request,
        "accounts/notifications.html",
        notices=page_with(request, [_shown(row) for row in rows], name="before", place=place),
        last=rows[0].id if rows else 0,
        tabs=[
            Tab(label=_("Everything"), url="/notifications", is_current=not unread_only),
            Tab(label=_("New"), url="/notifications?show=new", is_current=unread_only),
        ],
    )


async def post_read(request: Request[Any]) -> Response:
    """Everything up to the newest that was shown is read; what came since stays new."""
    viewer = require_viewer(request, Permission.MANAGE_OWN)
    form = await read_form(request)
    await mark_read(viewer.account, up_to=form.number("last", min=0))
    return redirect(request, "/notifications")


def _shown(row: Notification) -> NoticeView:
    who = row.actor.name or row.actor.handle if row.actor else str(row.details.get("who") or _("Somebody"))
    title = str(row.details.get("title") or _("without a title"))
    return NoticeView(
        id=row.id,
        sentence=_(SENTENCES[Notice(row.kind)]) % {"who": who, "title": title},
        url=row.url,
        person=person_view(row.actor) if row.actor else None,
        at=row.created_at,
        is_new=row.read_at is None,
        reason=str(row.details.get("reason") or ""),
    )


routes = [
    Route("/notifications", show_notifications, methods=["GET"]),
    Route("/notifications/read", post_read, methods=["POST"]),
]
