"""One's own money: what is owed and why it is not paid yet, what was paid, how one is paid, and the statements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.actions.persons import person_of
from fedirec.accounts.door import require_viewer
from fedirec.accounts.pages.views import id_in, once_more, page_with, person_view, place_in
from fedirec.accounts.permissions import Permission
from fedirec.accounts.viewer import Viewer
from fedirec.clock import now
from fedirec.credits.queries.settings import money_settings
from fedirec.credits.revisions.lines import INCOMES
from fedirec.errors import FedirecError, NotFound
from fedirec.payouts.actions.payees.joining import moved_here, say_yes
from fedirec.payouts.actions.payees.naming import answer_naming
from fedirec.payouts.addresses import DETAILS, MONEY, TERMS
from fedirec.payouts.lacks import Lack
from fedirec.payouts.models import Payable
from fedirec.payouts.pages.tables import table_of_statement
from fedirec.payouts.pages.views import PRIVATE, how_paid, money_tabs, presence_of
from fedirec.payouts.payments import NAMES, State
from fedirec.payouts.queries.codes import code_of, is_in_hand
from fedirec.payouts.queries.money import (
    Statement,
    balances_with,
    is_coming,
    payables_of,
    statement_of,
    years_of,
)
from fedirec.payouts.queries.namings import namings_of
from fedirec.payouts.queries.payees import statuses_of
from fedirec.translatable import N_
from fedirec.web.countries import country_name
from fedirec.web.forms import read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import redirect, render

_PAGE: Final = "payouts/money.html"
LACKS: Final[Mapping[Lack, tuple[str, str]]] = {
    Lack.DETAILS: (N_("We do not know how you would like to be paid."), DETAILS),
    Lack.CONFIRMATION: (N_("Please say again that what you said about it is right."), DETAILS),
    Lack.TERMS: (N_("You have not accepted the terms of being paid."), TERMS),
    Lack.FORM: (N_("A form about taxes is missing. Those who run this place tell you which."), ""),
    Lack.HOLD: (N_("Nothing is paid for some days, because something changed."), DETAILS),
    Lack.WAY: (N_("The way in which you are paid is not offered here any more."), DETAILS),
    Lack.CURRENCY: (N_("The way in which you are paid does not pay this currency."), DETAILS),
    Lack.TOO_LITTLE: (N_("It is less than is paid at once. It is carried on until there is enough."), ""),
    Lack.WRITING: (N_("It cannot stand in the file for the bank yet. Please ask those who run this place."), ""),
    Lack.TOO_MUCH: (N_("It is more than is paid at once in that way."), DETAILS),
}
"""Why somebody is not paid, said to them, and where they can do something about it."""


async def show_money(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.BE_PAID)
    return render(request, _PAGE, headers=PRIVATE, **await _money(request, viewer))


async def post_yes(request: Request[Any]) -> Response:
    """They say that an account that moved to theirs was theirs."""
    viewer = require_viewer(request, Permission.BE_PAID)
    form = await read_form(request)
    try:
        await say_yes(
            viewer,
            id_in(request),
            present=form.secret("present", required=False),
            vault=request.state["vault"],
            post=request.state["post"],
            attempts=request.state["attempts"],
        )
    except FedirecError as error:
        response = once_more(request, _PAGE, form, error, **await _money(request, viewer))
        response.headers["Cache-Control"] = PRIVATE["Cache-Control"]
        return response
    return redirect(request, MONEY, _("You are one person now. Please look at how you are paid."))


async def post_named(request: Request[Any]) -> Response:
    """They say whether they are who was listed without an account."""
    viewer = require_viewer(request, Permission.BE_PAID)
    form = await read_form(request)
    is_me, field = form.value("answer") == "yes", f"present_{id_in(request)}"
    try:
        await answer_naming(
            viewer,
            id_in(request),
            is_me=is_me,
            present=form.secret(field, required=False),
            attempts=request.state["attempts"],
        )
    except FedirecError as error:
        error.field = field if error.field == "present" else error.field
        response = once_more(request, _PAGE, form, error, **await _money(request, viewer))
        response.headers["Cache-Control"] = PRIVATE["Cache-Control"]
        return response
    done = _("Thank you. After some days a treasurer agrees, and then it is yours.")
    return redirect(request, MONEY, done if is_me else _("Thank you. Nothing changes."))


async def show_statement(request: Request[Any]) -> Response:
    """What they were paid in a year, to be printed or kept."""
    viewer = require_viewer(request, Permission.BE_PAID)
    statement = await _statement(request, viewer)
    settings = await money_settings()
    return render(
        request,
        "payouts/statement.html",
        headers=PRIVATE,
        tabs=money_tabs(request),
        statement=statement,
        country=country_name(statement.country) if statement.country else "",
        kinds=INCOMES,
        who=viewer.actor,
        payer=(settings.debtor or {}).get("name", ""),
        made_at=now(),
    )


async def show_table(request: Request[Any]) -> Response:
    """The same for spreadsheets, which run nothing in it."""
    viewer = require_viewer(request, Permission.BE_PAID)
    statement = await _statement(request, viewer)
    headers = PRIVATE | {"Content-Disposition": f'attachment; filename="statement-{statement.year}.csv"'}
    return Response(table_of_statement(statement), media_type="text/csv", headers=headers)


async def _money(request: Request[Any], viewer: Viewer) -> dict[str, Any]:
    person, vault = await person_of(viewer.actor), request.state["vault"]
    status = (await statuses_of([person.id], vault)).get(person.id)
    rows, before = await payables_of(person, before=place_in(request, "before"))
    return {
        "tabs": money_tabs(request),
        "balances": await balances_with(person, status, request.state["ways"]),
        "is_coming": await is_coming(person),
        "lacks": LACKS,
        "payables": page_with(request, [_payable(row) for row in rows], name="before", place=before),
        "years": await years_of(person),
        "has_code": is_in_hand(await code_of(person)),
        "moved_here": [
            {
                "id": each.old.id,
                "who": person_view(each.old, cache=request.state["media_cache"]),
                "from": each.joins_at,
                "is_early": each.joins_at > now(),
            }
            for each in await moved_here(viewer.actor)
        ],
        "named": [
            {"id": each.id, "name": each.person.name, "title": each.proposal.title, "url": f"/pay/{each.proposal.key}"}
            for each in await namings_of(viewer.actor)
        ],
        "has_moved": viewer.actor.moved_to is not None,
        **await presence_of(viewer),
        **how_paid(status),
    }


async def _statement(request: Request[Any], viewer: Viewer) -> Statement:
    year = int(request.path_params["year"])
    if not 2000 <= year <= now().year:
        raise NotFound
    return await statement_of(await person_of(viewer.actor), year)


def _payable(row: Payable) -> dict[str, Any]:
    state = State(row.payout.state) if row.payout is not None else State.CARRIED
    return {
        "title": row.proposal.title,
        "url": f"/pay/{row.proposal.key}",
        "amount": row.amount,
        "currency": row.currency,
        "kinds": [(_(INCOMES[kind]), amount) for kind, amount in (row.kinds or {}).items()],
        "state": _(NAMES[state]),
        "at": row.payout.settled_at if row.payout is not None and row.payout.settled_at else row.created_at,
    }


routes = [
    Route(MONEY, show_money, methods=["GET"]),
    Route(f"{MONEY}/moves/{{id:int}}", post_yes, methods=["POST"]),
    Route(f"{MONEY}/named/{{id:int}}", post_named, methods=["POST"]),
    Route(f"{MONEY}/statements/{{year:int}}", show_statement, methods=["GET"]),
    Route(f"{MONEY}/statements/{{year:int}}.csv", show_table, methods=["GET"]),
]
