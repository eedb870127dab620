"""The public books: what this instance chooses to show of them, and the audit chain by which outsiders check them."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from fedirec.accounts.door import viewer_of
from fedirec.accounts.pages.views import place_in
from fedirec.accounts.permissions import Permission
from fedirec.credits.pages.money.tabs import treasury_tabs
from fedirec.credits.queries.ledger import (
    PublicEntry,
    Sum,
    Totals,
    links,
    public_entries,
    shows_entries,
    shows_totals,
)
from fedirec.credits.queries.settings import money_settings
from fedirec.credits.settings import Shown
from fedirec.errors import NotFound
from fedirec.ledger.currencies import write_amount
from fedirec.ledger.exports import export_chain
from fedirec.ledger.recording import head
from fedirec.translatable import N_
from fedirec.web.language import gettext as _
from fedirec.web.ratelimit import visitor_of
from fedirec.web.render import render
from fedirec.web.tables import write_cell

ACCOUNTS: Final[Mapping[str, str]] = {
    "bank": N_("at the bank"),
    "provider": N_("with those who pay for this instance"),
    "income": N_("came in, and is not shared yet"),
    "expense": N_("was spent, and is not taken off yet"),
    "host_share": N_("kept by this instance"),
    "pool": N_("to be shared, and nobody's yet"),
    "payable": N_("owed to contributors"),
    "in_flight": N_("on its way to contributors"),
    "fees": N_("what paying cost"),
    "unclaimed": N_("owed, and not claimed"),
    "rounding": N_("left over from rounding"),
}
"""What stands in accounts of each kind."""
MOVES: Final[Mapping[str, str]] = {
    "bank": N_("the bank"),
    "provider": N_("a payment provider"),
    "income": N_("income"),
    "expense": N_("costs"),
    "host_share": N_("this instance"),
    "pool": N_("the pool"),
    "payable": N_("contributors"),
    "in_flight": N_("payments on their way"),
    "fees": N_("fees"),
    "unclaimed": N_("unclaimed money"),
    "rounding": N_("rounding"),
}
_HAVES: Final = frozenset({"bank", "provider", "expense", "fees"})
"""Kinds of accounts that stand in debit; the others are shown with their sign turned."""
_PIECE: Final = 30
_TABLE: Final = 1_000
"""Entries in one table."""


async def show_ledger(request: Request[Any]) -> Response:
    settings, before, totals, viewer = (
        await money_settings(),
        place_in(request, "before"),
        _totals(request),
        viewer_of(request),
    )
    rows = await public_entries(before=before, limit=_PIECE + 1) if shows_entries(settings) else []
    number, digest = await head()
    return render(
        request,
        "credits/ledger.html",
        tabs=treasury_tabs(request) if viewer is not None and viewer.can(Permission.PAY) else [],
        totals=[_total(each) for each in await totals.read()] if shows_totals(settings) else [],
        paid=[(each.amount, each.currency) for each in totals.paid] if shows_totals(settings) else [],
        entries=rows[:_PIECE],
        moves=MOVES,
        shows=settings.shows_ledger if shows_totals(settings) else Shown.NOTHING,
        next_url=f"/ledger?before={rows[_PIECE - 1].id}" if len(rows) > _PIECE else "",
        head=(number, digest),
        unclaimed=(settings.unclaimed_policy, settings.unclaimed_months, settings.unclaimed_charity),
    )


async def send_table(request: Request[Any]) -> Response:
    """What the page shows, as a table: no cell of it is a formula, whatever people wrote."""
    settings, before = await money_settings(), place_in(request, "before")
    if not shows_totals(settings):
        raise NotFound
    file = io.StringIO(newline="")
    writer = csv.writer(file, quoting=csv.QUOTE_ALL)
    if shows_entries(settings):
        rows = await public_entries(before=before, limit=_TABLE)
        writer.writerow(["id", "posted_at", "kind", "reference", "description", "account", "amount", "currency"])
        for entry in rows:
            writer.writerows(_cells(entry))
    else:
        writer.writerow(["account", "amount", "currency"])
        writer.writerows([each.kind, _digits(each), each.currency] for each in await _totals(request).read())
    name = f"{request.state['site'].uris.host.replace(':', '-')}-ledger.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response("\ufeff" + file.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


async def show_audit(request: Request[Any]) -> Response:
    rows = await links(before=place_in(request, "before"), limit=_PIECE + 1)
    number, digest = await head()
    return render(
        request,
        "credits/ledger_audit.html",
        links=rows[:_PIECE],
        head=(number, digest),
        next_url=f"/ledger/audit?before={rows[_PIECE - 1].number}" if len(rows) > _PIECE else "",
    )


async def send_audit(request: Request[Any]) -> Response:
    """All of the audit chain, a line of JSON for each link: `fedirec audit verify --file` reads it."""
    request.state["attempts"].check(f"audit {visitor_of(request)}", cost=2)

    async def pieces() -> AsyncIterator[bytes]:
        async for piece in export_chain():
            yield piece

    headers = {"Content-Disposition": 'attachment; filename="audit.jsonl"', "Cache-Control": "no-store"}
    return StreamingResponse(pieces(), media_type="application/jsonl", headers=headers)


def _totals(request: Request[Any]) -> Totals:
    totals: Totals = request.state["totals"]
    return totals


def _total(each: Sum) -> tuple[str, int, str]:
    """In words, how much, and of which currency."""
    return _(ACCOUNTS[each.kind]), each.amount if each.kind in _HAVES else -each.amount, each.currency


def _cells(entry: PublicEntry) -> list[list[str]]:
    said = [
        str(entry.id),
        entry.posted_at.isoformat(),
        *map(write_cell, (entry.kind, entry.reference, entry.description)),
    ]
    return [[*said, each.kind, _digits(each), each.currency] for each in entry.sums]


def _digits(each: Sum) -> str:
    """A number and nothing else, so that tables count with it; it is no formula, even below 0."""
    return write_amount(each.amount, each.currency)


routes = [
    Route("/ledger", show_ledger, methods=["GET"]),
    Route("/ledger.csv", send_table, methods=["GET"]),
    Route("/ledger/audit", show_audit, methods=["GET"]),
    Route("/ledger/audit.jsonl", send_audit, methods=["GET"]),
]
