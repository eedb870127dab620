"""What everybody needs of moderation: reporting, hearing what came of it, reading a decision, and appealing."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.actions.sessions import prove_password
from fedirec.accounts.door import require_viewer, viewer_of
from fedirec.accounts.pages.views import id_in, once_more, page_with, person_view, place_in
from fedirec.accounts.permissions import Permission
from fedirec.accounts.queries import get_instance
from fedirec.activitypub.keyring import Keyring
from fedirec.activitypub.models import Actor
from fedirec.admin.actions.appealing import appeal
from fedirec.admin.actions.reporting import TAKEN, report
from fedirec.admin.judging import CATEGORIES, Action, Category
from fedirec.admin.models import Appeal, Decision, Report
from fedirec.admin.queries.cases import PAGE, appeal_of, decisions_about, get_decision, reports_by
from fedirec.admin.queries.subjects import Thing, is_visible, things_at
from fedirec.clock import now
from fedirec.errors import FedirecError, Misconfigured, NotFound, Unauthenticated
from fedirec.html import excerpt
from fedirec.translatable import N_
from fedirec.uris import MAX_URI
from fedirec.web.forms import Form, filled_form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.ratelimit import visitor_of
from fedirec.web.render import redirect, render
from fedirec.web.views import Choice, PersonView

TICKET_LASTS: Final = timedelta(hours=1)
"""How long somebody who is suspended has to write, once they have proved who they are."""
_LABEL: Final = "appeal"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionView:
    """A decision, for whoever it is about."""

    id: int
    what: str
    meaning: str
    words: str
    at: datetime
    is_undone: bool
    things: tuple[str, ...]
    appeal: str
    """What they wrote, if they did."""
    answer: str
    is_granted: bool


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


async def show_decision(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.READ_OWN)
    decision = await _own(viewer.actor, id_in(request))
    return render(
        request, "admin/decision.html", decision=_decided(decision, await appeal_of(decision)), form=filled_form()
    )


async def post_appeal(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.READ_OWN)
    decision = await _own(viewer.actor, id_in(request))
    form = await read_form(request)
    words = form.text("words", max=10_000)
    try:
        await appeal(viewer.actor, decision, words)
    except FedirecError as error:
        shown = _decided(decision, await appeal_of(decision))
        return once_more(request, "admin/decision.html", form, error, decision=shown)
    done = _("Thank you. Somebody will look at it again, and answer you here.")
    return redirect(request, f"/decisions/{decision.id}", done)


async def show_appeal(request: Request[Any]) -> Response:
    """The door for those who are suspended, who cannot come in by the other one."""
    return render(request, "admin/appeal.html", form=filled_form(), decisions=[], ticket="", person=None)


async def post_suspended_appeal(request: Request[Any]) -> Response:
    """First they prove who they are and read what was decided; then they say why it should be looked at again."""
    form = await read_form(request)
    keyring: Keyring = request.state["keyring"]
    if not (ticket := form.value("ticket")):
        name, password = form.line("name", required=True, max=400), form.secret("password")
        if form.errors:
            return once_more(request, "admin/appeal.html", form, decisions=[], ticket="", person=None)
        try:
            account = await prove_password(
                name,
                host=request.state["site"].uris.host,
                password=password,
                address=visitor_of(request),
                attempts=request.state["attempts"],
            )
        except FedirecError as error:
            return once_more(request, "admin/appeal.html", form, error, decisions=[], ticket="", person=None)
        return await _suspended(request, account.actor, filled_form(), _ticket(keyring, account.actor))
    person = await _holder(keyring, ticket)
    number = form.number("decision", required=True, min=1)
    words = form.text("words", max=10_000)
    try:
        await appeal(person, await _own(person, number or 0), words)
    except FedirecError as error:
        form.refuse(error)
        return await _suspended(request, person, form, ticket)
    return await _suspended(request, person, filled_form(), ticket)


async def _suspended(request: Request[Any], person: Actor, form: Form, ticket: str) -> Response:
    rows = await decisions_about(person)
    appeals = {row.decision_id: row for row in await Appeal.filter(decision_id__in=[row.id for row in rows])}
    shown = [_decided(row, appeals.get(row.id)) for row in rows]
    return render(
        request,
        "admin/appeal.html",
        422 if form.errors else 200,
        form=form,
        decisions=shown,
        ticket=ticket,
        person=person_view(person),
    )


def _ticket(keyring: Keyring, person: Actor) -> str:
    until = int((now() + TICKET_LASTS).timestamp())
    return urlsafe_b64encode(keyring.seal(f"{person.id} {until}".encode(), label=_LABEL)).decode()


async def _holder(keyring: Keyring, ticket: str) -> Actor:
    """Who proved a moment ago who they are. Raises Unauthenticated."""
    try:
        number, until = keyring.unseal(urlsafe_b64decode(ticket[:400]), label=_LABEL).decode().split()
    except (Misconfigured, NotBase64, ValueError) as error:
        raise Unauthenticated("Please say again who you are.") from error
    person = await Actor.get_or_none(id=int(number)) if int(until) > now().timestamp() else None
    if person is None:
        raise Unauthenticated("Please say again who you are.")
    return person


async def _own(person: Actor, key: int) -> Decision:
    """The decision in row `key`, which is about `person`. Raises NotFound."""
    decision = await get_decision(key)
    if decision.about_id != person.id:
        raise NotFound("There is no such decision.")
    return decision


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
        words=excerpt(str(thing.kept.get("content") or "")),
        person=person_view(thing.accused),
        url=page_of(thing),
    )


def page_of(thing: Thing) -> str:
    """The page here on which `thing` is shown."""
    if thing.accused.is_local:
        return thing.uri
    place = {"person": "people", "record": "records", "comment": "comments", "challenge": "challenges"}[thing.kind]
    return f"/{place}/remote/{thing.row}"


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


def _decided(row: Decision, asked: Appeal | None) -> DecisionView:
    what, meaning = WORDS_FOR_THEM[Action(row.action)]
    return DecisionView(
        id=row.id,
        what=_(what),
        meaning=_(meaning),
        words=row.words,
        at=row.created_at,
        is_undone=row.undone_at is not None,
        things=tuple(str(thing["uri"]) for thing in row.things),
        appeal=asked.words if asked else "",
        answer=asked.answer if asked else "",
        is_granted=asked is not None and asked.state == "granted",
    )


WORDS_FOR_THEM: Final = {
    Action.WARN: (N_("A moderator wrote to you"), N_("Nothing else changes.")),
    Action.HIDE: (N_("Something of yours is hidden"), N_("Only you see it here now.")),
    Action.DELETE: (N_("Something of yours was deleted"), N_("It cannot be brought back.")),
    Action.LIMIT: (
        N_("You are limited"),
        N_("Only those who follow you see what you make, and nobody else is told of it."),
    ),
    Action.SUSPEND: (N_("Your account is suspended"), N_("Nothing of yours is shown. After 30 days it is erased.")),
}
"""What was done, and what that means, for whoever it was done to."""

routes = [
    Route("/report", show_report, methods=["GET"]),
    Route("/report", post_report, methods=["POST"]),
    Route("/reports", show_own_reports, methods=["GET"]),
    Route("/decisions/{id:int}", show_decision, methods=["GET"]),
    Route("/decisions/{id:int}/appeal", post_appeal, methods=["POST"]),
    Route("/appeal", show_appeal, methods=["GET"]),
    Route("/appeal", post_suspended_appeal, methods=["POST"]),
]
