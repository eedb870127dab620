"""The treasurer's list of payees: what holds each of them up, and who says that they are somebody."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.actions.persons import actors_of
from fedirec.accounts.door import require_viewer
from fedirec.accounts.pages.views import SECRET, id_in, once_more, page_with, person_view, place_in
from fedirec.accounts.permissions import Permission
from fedirec.clock import now
from fedirec.credits.pages.money.tabs import treasury_tabs
from fedirec.credits.queries.settings import money_settings
from fedirec.errors import FedirecError
from fedirec.ledger.iban import write_iban
from fedirec.payouts.actions.payees.codes import MAX_REASON, decide_code
from fedirec.payouts.actions.payees.holding import MOST_DAYS, hold_by_hand, release_pay
from fedirec.payouts.actions.payees.naming import decide_naming
from fedirec.payouts.actions.payees.treasury import read_details, set_form, take_statements
from fedirec.payouts.adapters.catalogue import ADAPTERS
from fedirec.payouts.addresses import PAYEES
from fedirec.payouts.codes import CodeState
from fedirec.payouts.happenings import SAID
from fedirec.payouts.models import Payee
from fedirec.payouts.pages.tables import table_of_sums
from fedirec.payouts.pages.views import PRIVATE, how_paid
from fedirec.payouts.queries.codes import decidable_at, get_code, waiting_codes
from fedirec.payouts.queries.namings import named_from, waiting_namings
from fedirec.payouts.queries.payees import (
    PayeeStatus,
    events_of,
    get_payee,
    payees_by_age,
    status_of,
    statuses_of,
)
from fedirec.web.forms import Form, filled_form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import attempt, redirect, render, turn_back
from fedirec.web.views import Tab

_PAGE: Final = "payouts/payee.html"


async def show_payees(request: Request[Any]) -> Response:
    require_viewer(request, Permission.PAY)
    return await _show(request, filled_form({"year": str(now().year)}))


async def _show(request: Request[Any], form: Form, status: int = 200) -> Response:
    asked = request.query_params.get("which", "")
    which = asked if asked in ("held", "form") else "all"
    rows, before = await payees_by_age(which=which, before=place_in(request, "before"))
    statuses = await statuses_of([row.person_id for row in rows], request.state["vault"])
    settings = await money_settings()
    kinds = [("all", _("Everybody")), ("held", _("Held back")), ("form", _("Form is missing"))]
    return render(
        request,
        "payouts/payees.html",
        status,
        headers=PRIVATE,
        form=form,
        tabs=treasury_tabs(request),
        year=str(now().year),
        payees=page_with(request, [_row(statuses[row.person_id]) for row in rows], name="before", place=before),
        kinds=[Tab(label=label, url=f"{PAYEES}?which={name}", is_current=name == which) for name, label in kinds],
        named=[
            {
                "id": each.id,
                "name": each.person.name,
                "title": each.proposal.title,
                "url": f"/pay/{each.proposal.key}",
                "who": person_view(each.actor, cache=request.state["media_cache"]),
                "named_by": person_view(each.named_by, cache=request.state["media_cache"]),
                "from": named_from(each, settings),
                "is_early": named_from(each, settings) > now(),
            }
            for each in await waiting_namings()
        ],
        codes=[
            {
                "id": code.id,
                "who": person_view(code.used_by, cache=request.state["media_cache"]),
                "person": code.person.name,
                "used_at": code.used_at,
                "from": decidable_at(code, settings),
                "is_early": decidable_at(code, settings) > now(),
                "is_denied": code.state == CodeState.DENIED,
                "said": code.said,
                "said_by": person_view(code.said_by, cache=request.state["media_cache"]) if code.said_by else None,
                "reason": code.reason,
            }
            for code in await waiting_codes()
            if code.used_by is not None
        ],
    )


async def show_payee(request: Request[Any]) -> Response:
    require_viewer(request, Permission.PAY)
    return render(request, _PAGE, headers=PRIVATE, **await _payee(request, await _payee_in(request)))


async def post_reading(request: Request[Any]) -> Response:
    """All of it, on a page that is shown once and on record for good."""
    viewer = require_viewer(request, Permission.PAY)
    await read_form(request)
    payee = await _payee_in(request)
    try:
        details = await read_details(viewer, payee, vault=request.state["vault"])
    except FedirecError as error:
        return once_more(request, _PAGE, Form(), error, **await _payee(request, payee))
    labels = {each.name: _(each.label) for each in ADAPTERS[payee.adapter].asks} if payee.adapter in ADAPTERS else {}
    shown = [
        (labels.get(name, name), write_iban(value) if name == "iban" else value) for name, value in details.items()
    ]
    return render(request, _PAGE, headers=SECRET, **await _payee(request, payee), details=shown)


async def post_hold(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.PAY)
    form = await read_form(request)
    payee = await _payee_in(request)
    vault, post = request.state["vault"], request.state["post"]
    if form.value("do") == "release":
        released = release_pay(viewer, payee, vault=vault, post=post)
        return await attempt(request, f"{PAYEES}/{payee.key}", released, _("It can be paid again."))
    days = form.number("days", required=True, min=1, max=MOST_DAYS)
    if form.errors or days is None:
        return once_more(request, _PAGE, form, **await _payee(request, payee))
    held = hold_by_hand(viewer, payee, days=days, vault=vault, post=post)
    return await attempt(request, f"{PAYEES}/{payee.key}", held, _("It is held back, and they are told."))


async def post_form(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.PAY)
    form = await read_form(request)
    payee = await _payee_in(request)
    done = set_form(viewer, payee, is_wanted=form.flag("wanted"), is_received=form.flag("received"))
    return await attempt(request, f"{PAYEES}/{payee.key}", done, _("Saved."))


async def post_code(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.PAY)
    form = await read_form(request)
    code = await get_code(id_in(request))
    decided = decide_code(
        viewer,
        code,
        is_accepted=form.choice("answer", ("accept", "refuse")) == "accept",
        reason=form.text(f"reason-{code.id}", max=MAX_REASON),
        vault=request.state["vault"],
        post=request.state["post"],
    )
    try:
        is_decided = await decided
    except FedirecError as error:
        return turn_back(request, PAYEES, error)
    done = _("It is decided, and everybody whom it concerns is told.")
    return redirect(request, PAYEES, done if is_decided else _("Thank you. Another treasurer has to say the same."))


async def post_naming(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.PAY)
    form = await read_form(request)
    is_accepted = form.choice("answer", ("accept", "refuse")) == "accept"
    vault, post = request.state["vault"], request.state["post"]
    decided = decide_naming(viewer, id_in(request), is_accepted=is_accepted, vault=vault, post=post)
    return await attempt(request, PAYEES, decided, _("It is decided, and everybody whom it concerns is told."))


async def post_statements(request: Request[Any]) -> Response:
    """What everybody was paid in a year, for spreadsheets, which run nothing in it."""
    viewer = require_viewer(request, Permission.PAY)
    form = await read_form(request)
    year = form.number("year", required=True, min=2000, max=now().year)
    if form.errors or year is None:
        return await _show(request, form, 422)
    sums = await take_statements(viewer, year)
    headers = PRIVATE | {"Content-Disposition": f'attachment; filename="statements-{year}.csv"'}
    return Response(table_of_sums(sums), media_type="text/csv", headers=headers)


async def _payee_in(request: Request[Any]) -> Payee:
    return await get_payee(str(request.path_params["key"]))


def _row(status: PayeeStatus) -> dict[str, Any]:
    payee = status.payee
    return {
        "url": f"{PAYEES}/{payee.key}",
        "name": payee.person.name,
        "lacks_terms": not status.has_accepted,
        "lacks_form": status.needs_form,
        "lacks_details": not status.has_details,
        "lacks_confirmation": status.has_details and not status.is_confirmed,
        **how_paid(status),
    }


async def _payee(request: Request[Any], payee: Payee) -> dict[str, Any]:
    status = await status_of(payee, request.state["vault"])
    cache = request.state["media_cache"]
    return {
        "payee": _row(status),
        "people": [person_view(actor, cache=cache) for actor in await actors_of(payee.person)],
        "wants_form": payee.needs_form,
        "form_at": payee.form_at,
        "is_held_by_hand": payee.treasurer_until is not None and payee.treasurer_until > now(),
        "happened": [
            (
                _(SAID[event.happening]),
                event.created_at,
                person_view(event.actor, cache=cache) if event.actor else None,
            )
            for event in await events_of(payee)
        ],
    }


routes = [
    Route(PAYEES, show_payees, methods=["GET"]),
    Route(f"{PAYEES}/codes/{{id:int}}", post_code, methods=["POST"]),
    Route(f"{PAYEES}/named/{{id:int}}", post_naming, methods=["POST"]),
    Route(f"{PAYEES}/statements", post_statements, methods=["POST"]),
    Route(f"{PAYEES}/{{key}}", show_payee, methods=["GET"]),
    Route(f"{PAYEES}/{{key}}/read", post_reading, methods=["POST"]),
    Route(f"{PAYEES}/{{key}}/hold", post_hold, methods=["POST"]),
    Route(f"{PAYEES}/{{key}}/form", post_form, methods=["POST"]),
]
