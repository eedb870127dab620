"""The queue of moderators: who was reported, what for, what was known before, and what is done about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer
from fedirec.accounts.pages.administration import admin_tabs
from fedirec.accounts.pages.views import id_in, once_more, page_with, person_view, place_in
from fedirec.accounts.permissions import Permission
from fedirec.accounts.queries import SUSPENDED, get_account
from fedirec.accounts.viewer import Viewer
from fedirec.activitypub.models import Actor
from fedirec.admin.actions.appealing import answer_appeal
from fedirec.admin.actions.deciding import Verdict, claim, decide, release, undo, undo_all, write_note
from fedirec.admin.actions.forwarding import forward
from fedirec.admin.judging import ACTIONS, CATEGORIES, TEMPLATES, UNDOABLE, Action, Category
from fedirec.admin.models import Appeal, Decision, ReportedThing
from fedirec.admin.pages.reporting import page_of
from fedirec.admin.queries.cases import (
    PAGE,
    History,
    get_accused,
    get_appeal,
    get_decision,
    get_report,
    history_of,
    open_cases,
    waiting_appeals,
)
from fedirec.admin.queries.subjects import Thing
from fedirec.errors import FedirecError
from fedirec.html import clean
from fedirec.uris import MAX_URI
from fedirec.web.forms import Form, filled_form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import Flash, redirect, render
from fedirec.web.sentences import told
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
    return await _case(request, viewer, accused, filled_form())


async def post_decision(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MODERATE)
    accused = await get_accused(id_in(request))
    form = await read_form(request)
    action = form.choice("action", [each.value for each in Action])
    words, reason = form.text("words", max=10_000), form.text("reason", max=10_000)
    if form.errors:
        return await _case(request, viewer, accused, form)
    things = [uri for uri in form.values("thing")[:100] if len(uri) <= MAX_URI]
    template = form.value("template")
    if not words and template in {_(text) for text in TEMPLATES.get(Action(action), ())}:
        words = template
    verdict = Verdict(action=Action(action), things=things, words=words, reason=reason)
    try:
        await decide(viewer, accused, verdict)
    except FedirecError as error:
        form.refuse(error)
        return await _case(request, viewer, accused, form)
    return redirect(request, f"/admin/reports/{accused.id}", _("It is done, and those who should know are told."))


async def post_claim(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MODERATE)
    accused = await get_accused(id_in(request))
    form = await read_form(request)
    page = f"/admin/reports/{accused.id}"
    if form.flag("release"):
        await release(viewer, accused)
        return redirect(request, page, _("Others can look at it now."))
    return await _try(
        request, page, claim(viewer, accused, take_over=form.flag("take_over")), _("You have it for an hour.")
    )


async def post_note(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MODERATE)
    accused = await get_accused(id_in(request))
    form = await read_form(request)
    text = form.text("text", max=10_000)
    page = f"/admin/reports/{accused.id}"
    return await _try(request, page, write_note(viewer, accused, text), _("The other moderators can read it."))


async def post_forward(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MODERATE)
    found = await get_report(id_in(request))
    form = await read_form(request)
    words = form.text("words", max=10_000)
    page, site = f"/admin/reports/{found.accused_id}", request.state["site"]
    return await _try(request, page, forward(viewer, site, found, words=words), _("Their instance will hear of it."))


async def post_undo(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MODERATE)
    decision = await get_decision(id_in(request))
    form = await read_form(request)
    page, reason = f"/admin/reports/{decision.about_id}", form.text("reason", max=500)
    return await _try(request, page, undo(viewer, decision, reason=reason), _("It is taken back."))


async def post_suspension(request: Request[Any]) -> Response:
    """Somebody of ours is suspended, or can come back, from the page about them."""
    viewer = require_viewer(request, Permission.SUSPEND)
    name = str(request.path_params["name"])
    account = await get_account(name, host=request.state["site"].uris.host)
    form = await read_form(request)
    page, reason, words = f"/admin/people/{name}", form.text("reason", max=500), form.text("words", max=2_000)
    if account.state == SUSPENDED:
        return await _try(
            request,
            page,
            undo_all(viewer, account.actor, Action.SUSPEND, reason=reason),
            _("They can come back now."),
        )
    verdict = Verdict(action=Action.SUSPEND, reason=reason, words=words)
    done = _("They are suspended, and signed out everywhere.")
    return await _try(request, page, decide(viewer, account.actor, verdict), done)


async def show_appeals(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MODERATE)
    return await _appeals(request, viewer, filled_form())


async def post_answer(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MODERATE)
    form = await read_form(request)
    answer = form.choice("answer", ["grant", "decline"])
    words = form.text("words", max=10_000)
    if not form.errors:
        try:
            await answer_appeal(viewer, await get_appeal(id_in(request)), grants=answer == "grant", words=words)
        except FedirecError as error:
            form.refuse(error)
        else:
            return redirect(request, "/admin/appeals", _("They are told."))
    return await _appeals(request, viewer, form)


async def _appeals(request: Request[Any], viewer: Viewer, form: Form) -> Response:
    rows = await waiting_appeals(after=place_in(request, "after"))
    place = rows[PAGE - 1].id if len(rows) > PAGE else None
    shown = [
        {
            "id": row.id,
            "person": person_view(row.decision.about),
            "case": row.decision.about_id,
            "words": row.words,
            "at": row.created_at,
            "decision": _past(row.decision, {}),
        }
        for row in rows[:PAGE]
    ]
    values: dict[str, Any] = {
        "tabs": admin_tabs(request, viewer),
        "appeals": page_with(request, shown, name="after", place=place),
    }
    if form.errors:
        return once_more(request, "admin/appeals.html", form, **values)
    return render(request, "admin/appeals.html", form=form, **values)


async def _case(request: Request[Any], viewer: Viewer, accused: Actor, form: Form) -> Response:
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
        open=_reports(history, is_open=True),
        closed=_reports(history, is_open=False),
        past=[_past(row, history.appeals) for row in history.decisions],
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


def _subject(thing: ReportedThing, present: Any) -> SubjectView:
    now_: Thing | None = present.get(thing.uri)
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


def _past(row: Decision, appeals: Any) -> PastView:
    asked: Appeal | None = appeals.get(row.id)
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


async def _try(request: Request[Any], page: str, action: Any, done: str) -> Response:
    """Back to the page, with what was done or why it was not."""
    try:
        await action
    except FedirecError as error:
        return redirect(request, page, Flash(text=told(error), kind="problem"))
    return redirect(request, page, done)


routes = [
    Route("/admin/reports", show_cases, methods=["GET"]),
    Route("/admin/reports/{id:int}", show_case, methods=["GET"]),
    Route("/admin/reports/{id:int}/decision", post_decision, methods=["POST"]),
    Route("/admin/reports/{id:int}/claim", post_claim, methods=["POST"]),
    Route("/admin/reports/{id:int}/notes", post_note, methods=["POST"]),
    Route("/admin/reports/forward/{id:int}", post_forward, methods=["POST"]),
    Route("/admin/decisions/{id:int}/undo", post_undo, methods=["POST"]),
    Route("/admin/people/{name}/suspension", post_suspension, methods=["POST"]),
    Route("/admin/appeals", show_appeals, methods=["GET"]),
    Route("/admin/appeals/{id:int}", post_answer, methods=["POST"]),
]
