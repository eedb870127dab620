"""One's own money, to be read: how one is paid is said in a browser only."""

from __future__ import annotations

from dataclasses import asdict

from fedirec.accounts.actions.persons import person_of
from fedirec.accounts.permissions import Permission
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.shapes.money import Balance, Money, Statement, StatementLine
from fedirec.clock import now
from fedirec.errors import NotFound
from fedirec.payouts.queries.money import balances_with, statement_of, years_of
from fedirec.payouts.queries.payees import statuses_of


async def show(call: Call) -> Money:
    person, state = await person_of(call.actor), call.request.state
    standing = (await statuses_of([person.id], state["vault"])).get(person.id)
    balances = await balances_with(person, standing, state["ways"])
    return Money(
        balances=[
            Balance.model_validate(asdict(each) | {"lacks": [lack.value for lack in each.lacks]}) for each in balances
        ],
        held_until=standing.held_until if standing else None,
        years=await years_of(person),
    )


async def show_year(call: Call) -> Statement:
    year = call.row("year")
    if not 2000 <= year <= now().year:
        raise NotFound
    found = await statement_of(await person_of(call.actor), year)
    return Statement(
        year=found.year,
        country=found.country,
        lines=[StatementLine.model_validate(asdict(line)) for line in found.lines],
    )


ENDPOINTS = (
    Endpoint(
        name="show_money",
        method="GET",
        path="/me/money",
        permission=Permission.BE_PAID,
        says="What you are owed in each currency, and why it is not paid yet.",
        run=show,
        answer=Money,
    ),
    Endpoint(
        name="show_statement",
        method="GET",
        path="/me/money/{year:int}",
        permission=Permission.BE_PAID,
        says="What you were paid in a year, by proposal and kind of income.",
        run=show_year,
        answer=Statement,
    ),
)
