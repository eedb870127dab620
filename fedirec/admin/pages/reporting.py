"""Everybody reports what is wrong, and hears what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer, viewer_of
from fedirec.accounts.pages.views import once_more, page_with, person_view, place_in
from fedirec.accounts.permissions import Permission
from fedirec.accounts.queries import get_instance
from fedirec.activitypub.models import Actor
from fedirec.admin.actions.reporting import TAKEN, report
from fedirec.admin.judging import CATEGORIES, Category
from fedirec.admin.models import Report
from fedirec.admin.queries.cases import PAGE, reports_by
from fedirec.admin.queries.subjects import Thing, is_visible, things_at
from fedirec.errors import FedirecError, NotFound
from fedirec.html import excerpt
from fedirec.projects.models import Project
from fedirec.remix.models import Record
from fedirec.remix.pages.cards import first_words_of
from fedirec.uris import MAX_URI
from fedirec.web.forms import filled_form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import redirect, render
from fedirec.web.views import Choice, PersonView

_PLACES: Final = {
    "person": "people",
    "record": "records",
    "comment": "comments",
    "challenge": "challenges",
    "project": "projects",
}
"""Where the pages of things of other instances are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingView:
    """Something that is or was reported."""

    kind: str
    title: str
    words: str
    person: PersonView
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportView:
    """A report, for whoever made it."""

    person: PersonView
    category: str
    words: str
    answer: str
    at: datetime


async def show_report(request: Request[Any]) -> Response:
    uri = request.query_params.get("about", "")[:MAX_URI]
    viewer = viewer_of(request)
    if viewer is None:
        return render(request, "admin/report_stranger.html", about=uri, contact=(await get_instance()).contact)
    require_viewer(request, Permission.REPORT)
    return render(request, "admin/report.html", form=filled_form({"about": uri}), **await _choices(viewer.actor, uri))


async def post_report(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.REPORT)
    form = await read_form(request)
    uri = form.line("about", required=True, max=MAX_URI)
    category = form.choice("category", [each.value for each in Category])
    words = form.text("words", max=10_000)
    if not form.errors:
        try:
            await report(
                viewer, [uri], category=Category(category), words=words, wishes_forwarding=form.flag("forward")
            )
        except NotFound:
            raise
        except FedirecError as error:
            return once_more(request, "admin/report.html", form, error, **await _choices(viewer.actor, uri))
        return redirect(request, "/reports", _(TAKEN))
    return once_more(request, "admin/report.html", form, **await _choices(viewer.actor, uri))


async def show_own_reports(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.READ_OWN)
    rows = await reports_by(viewer.actor, before=place_in(request, "before"))
    place = rows[PAGE - 1].id if len(rows) > PAGE else None
    shown = [_report(row) for row in rows[:PAGE]]
    return render(request, "admin/own_reports.html", reports=page_with(request, shown, name="before", place=place))


async def _choices(person: Actor, uri: str) -> dict[str, Any]:
    """What is shown beside the form of a report. Raises NotFound for what `person` cannot see."""
    thing = next(iter(await things_at([uri])), None) if uri else None
    if thing is None or not await is_visible(thing, person):
        raise NotFound("There is nothing at that address that you could report.")
    return {
        "thing": thing_view(thing),
        "categories": [Choice(value=each.value, label=_(label)) for each, label in CATEGORIES.items()],
        "other_host": "" if thing.accused.is_local else thing.accused.host,
    }


def thing_view(thing: Thing) -> ThingView:
    """How something that can be reported is shown, in few words."""
    return ThingView(
        kind=thing.kind,
        title=str(thing.kept.get("name") or ""),
        words=_words_in(thing),
        person=person_view(thing.accused),
        url=page_of(thing),
    )


def _words_in(thing: Thing) -> str:
    """The first of the words that somebody wrote there themselves."""
    if isinstance(thing.whole, Record):
        return first_words_of(thing.whole)
    return excerpt(str(thing.kept.get("content") or ""))


def page_of(thing: Thing) -> str:
    """The page here on which `thing` is shown."""
    lives_here = thing.whole.actor.is_local if isinstance(thing.whole, Project) else thing.accused.is_local
    if lives_here:
        return thing.uri
    return f"/{_PLACES[thing.kind]}/remote/{thing.row}"


def _report(row: Report) -> ReportView:
    answers = {
        "open": _("Nobody has looked at it yet."),
        "dismiss": _("A moderator looked at it, and left it as it is."),
    }
    done = _("A moderator looked at it, and did something about it.")
    return ReportView(
        person=person_view(row.accused),
        category=_(CATEGORIES[Category(row.category)]),
        words=row.words,
        answer=answers["open"] if row.state == "open" else answers.get(row.outcome, done),
        at=row.created_at,
    )


routes = [
    Route("/report", show_report, methods=["GET"]),
    Route("/report", post_report, methods=["POST"]),
    Route("/reports", show_own_reports, methods=["GET"]),
]
