"""Who was reported, what for, what was known before, and what can be done about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer
from fedirec.accounts.pages.administration import admin_tabs
from fedirec.accounts.pages.views import id_in, page_with, person_view, place_in
from fedirec.accounts.permissions import Permission
from fedirec.accounts.viewer import Viewer
from fedirec.activitypub.models import Actor
from fedirec.admin.judging import ACTIONS, CATEGORIES, TEMPLATES, UNDOABLE, Action, Category
from fedirec.admin.models import Appeal, Decision, ReportedThing
from fedirec.admin.pages.reporting import page_of
from fedirec.admin.queries.cases import History, get_accused, history_of, open_cases
from fedirec.admin.queries.keys import changed_keys_of
from fedirec.admin.queries.subjects import Thing
from fedirec.html import clean
from fedirec.web.forms import Form, filled_form
from fedirec.web.language import gettext as _
from fedirec.web.render import render
from fedirec.web.views import Choice, PersonView


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """Somebody with open reports, in the queue."""

    id: int
    person: PersonView
    categories: tuple[str, ...]
    since: datetime
    claimed_by: str
    wishes_forwarding: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectView:
    """What a report is about: as it was, and whether it is still so."""

    uri: str
    kind: str
    title: str
    html: str
    files: tuple[str, ...]
    url: str
    is_gone: bool
    has_changed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportView:
    """One report about somebody, for moderators."""

    id: int
    reporter: PersonView | None
    source: str
    host: str
    category: str
    words: str
    at: datetime
    things: tuple[SubjectView, ...]
    may_forward: bool
    wishes_forwarding: bool
    is_forwarded: bool
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PastView:
    """A decision about somebody, for moderators."""

    id: int
    what: str
    by: PersonView | None
    words: str
    reason: str
    at: datetime
    is_undone: bool
    may_undo: bool
    appeal: str


async def show_cases(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MODERATE)
    rows, place = await open_cases(after=place_in(request, "after"))
    cases = [
        CaseView(
            id=row.accused.id,
            person=person_view(row.accused),
            categories=tuple(_(CATEGORIES[Category(each)]) for each in row.categories),
            since=row.since,
            claimed_by=(row.claimed_by.name or row.claimed_by.handle) if row.claimed_by else "",
            wishes_forwarding=row.wishes_forwarding,
        )
        for row in rows
    ]
    return render(
        request,
        "admin/cases.html",
        tabs=admin_tabs(request, viewer),
        cases=page_with(request, cases, name="after", place=place),
    )


async def show_case(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MODERATE)
    accused = await get_accused(id_in(request))
    return await show_file(request, viewer, accused, filled_form())


async def show_file(request: Request[Any], viewer: Viewer, accused: Actor, form: Form) -> Response:
    """Everything that is known of `accused`, with the forms; a refused `form` comes back as it was typed."""
    history = await history_of(accused)
    claimed = next((each.claimed_by for each in history.open if each.claimed_by), None)
    return render(
        request,
        "admin/case.html",
        422 if form.errors else 200,
        tabs=admin_tabs(request, viewer),
        form=form,
        id=accused.id,
        person=person_view(accused),
        is_limited=accused.limited_at is not None,
        keys=await changed_keys_of(accused),
        open=_reports(history, is_open=True),
        closed=_reports(history, is_open=False),
        past=[past_view(row, history.appeals) for row in history.decisions],
        notes=[
            (person_view(note.author) if note.author else None, note.text, note.created_at) for note in history.notes
        ],
        things=_things(history),
        actions=_actions(accused),
        templates=[_(text) for texts in TEMPLATES.values() for text in texts],
        claimed_by=(claimed.name or claimed.handle) if claimed else "",
        is_mine=claimed is not None and claimed.id == viewer.actor.id,
    )


def _actions(accused: Actor) -> list[Choice]:
    """What can be done about `accused`."""
    left_out = {Action.DELETE, Action.WARN} if not accused.is_local else set()
    if accused.limited_at is not None:
        left_out.add(Action.LIMIT)
    if accused.state != "active":
        left_out.add(Action.SUSPEND)
    return [
        Choice(value=each.value, label=_(label), hint=_(meaning))
        for each, (label, meaning) in ACTIONS.items()
        if each not in left_out
    ]


def _things(history: History) -> list[Choice]:
    """What can be hidden or deleted."""
    found = {
        thing.uri: Choice(value=thing.uri, label=str(thing.kept.get("name") or thing.uri), hint=thing.uri)
        for each in history.things.values()
        for thing in each
        if thing.kind != "person" and thing.uri in history.present
    }
    return list(found.values())


def _reports(history: History, *, is_open: bool) -> list[ReportView]:
    return [
        ReportView(
            id=row.id,
            reporter=person_view(row.reporter) if row.reporter else None,
            source=row.source,
            host=row.reporter.host if row.reporter and row.source == "peer" else "",
            category=_(CATEGORIES[Category(row.category)]),
            words=row.words,
            at=row.created_at,
            things=tuple(_subject(thing, history.present) for thing in history.things.get(row.id, ())),
            may_forward=is_open and not history.accused.is_local and row.forwarded_at is None,
            wishes_forwarding=row.wishes_forwarding,
            is_forwarded=row.forwarded_at is not None,
            outcome=_(ACTIONS[Action(row.outcome)][0]) if row.outcome else "",
        )
        for row in (history.open if is_open else history.closed)
    ]


def _subject(thing: ReportedThing, present: Mapping[str, Thing]) -> SubjectView:
    now_ = present.get(thing.uri)
    return SubjectView(
        uri=thing.uri,
        kind=thing.kind,
        title=str(thing.kept.get("name") or ""),
        html=clean(str(thing.kept.get("content") or "")),
        files=tuple(str(file.get("description") or file.get("url")) for file in thing.kept.get("files", ())),
        url=page_of(now_) if now_ else "",
        is_gone=now_ is None,
        has_changed=now_ is not None and now_.kept.get("content") != thing.kept.get("content"),
    )


def past_view(row: Decision, appeals: Mapping[int, Appeal]) -> PastView:
    """How moderators are shown a decision; `appeals` are by decision."""
    asked = appeals.get(row.id)
    return PastView(
        id=row.id,
        what=_(ACTIONS[Action(row.action)][0]),
        by=person_view(row.decided_by) if row.decided_by else None,
        words=row.words,
        reason=row.reason,
        at=row.created_at,
        is_undone=row.undone_at is not None,
        may_undo=row.undone_at is None and Action(row.action) in UNDOABLE,
        appeal=asked.state if asked else "",
    )


routes = [
    Route("/admin/reports", show_cases, methods=["GET"]),
    Route("/admin/reports/{id:int}", show_case, methods=["GET"]),
]
