"""Whoever a decision is about reads it and appeals, be they suspended or not."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.actions.sessions import prove_password
from fedirec.accounts.door import require_viewer
from fedirec.accounts.pages.views import id_in, once_more, person_view
from fedirec.accounts.permissions import Permission
from fedirec.activitypub.keyring import Keyring
from fedirec.activitypub.models import Actor
from fedirec.admin.actions.appealing import appeal
from fedirec.admin.judging import Action
from fedirec.admin.models import Appeal, Decision
from fedirec.admin.pages.reporting import thing_view
from fedirec.admin.queries.cases import appeal_of, decisions_about, get_decision
from fedirec.admin.queries.subjects import things_at
from fedirec.clock import now
from fedirec.errors import FedirecError, Misconfigured, NotFound, Unauthenticated
from fedirec.translatable import N_
from fedirec.web.forms import Form, filled_form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.ratelimit import visitor_of
from fedirec.web.render import redirect, render

TICKET_LASTS: Final = timedelta(hours=1)
"""How long somebody who is suspended has to write, once they have proved who they are."""
_LABEL: Final = "appeal"

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


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionView:
    """A decision, for whoever it is about."""

    id: int
    what: str
    meaning: str
    words: str
    at: datetime
    is_undone: bool
    things: tuple[tuple[str, str], ...]
    """What each is called, where that is known, and its address."""
    appeal: str
    """What they wrote, if they did."""
    answer: str
    is_granted: bool


async def show_decision(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.READ_OWN)
    decision = await _own(viewer.actor, id_in(request))
    return render(
        request,
        "admin/decision.html",
        decision=_decided(decision, await appeal_of(decision), await _titles([decision])),
        form=filled_form(),
    )


async def post_appeal(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.READ_OWN)
    decision = await _own(viewer.actor, id_in(request))
    form = await read_form(request)
    words = form.text("words", max=10_000)
    try:
        await appeal(viewer.actor, decision, words)
    except FedirecError as error:
        shown = _decided(decision, await appeal_of(decision), await _titles([decision]))
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
    titles = await _titles(rows)
    shown = [_decided(row, appeals.get(row.id), titles) for row in rows]
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


async def _titles(rows: Sequence[Decision]) -> dict[str, str]:
    """What the things that these decisions are about are called, or how they begin, by address."""
    things = [thing_view(thing) for thing in await things_at([str(each["uri"]) for row in rows for each in row.things])]
    return {thing.url: (thing.title if thing.kind != "comment" else "") or thing.words for thing in things}


def _decided(row: Decision, asked: Appeal | None, titles: Mapping[str, str]) -> DecisionView:
    what, meaning = WORDS_FOR_THEM[Action(row.action)]
    return DecisionView(
        id=row.id,
        what=_(what),
        meaning=_(meaning),
        words=row.words,
        at=row.created_at,
        is_undone=row.undone_at is not None,
        things=tuple((titles.get(str(thing["uri"]), ""), str(thing["uri"])) for thing in row.things),
        appeal=asked.words if asked else "",
        answer=asked.answer if asked else "",
        is_granted=asked is not None and asked.state == "granted",
    )


routes = [
    Route("/decisions/{id:int}", show_decision, methods=["GET"]),
    Route("/decisions/{id:int}/appeal", post_appeal, methods=["POST"]),
    Route("/appeal", show_appeal, methods=["GET"]),
    Route("/appeal", post_suspended_appeal, methods=["POST"]),
]
