"""What waits for those who pay: money to confirm, what to decide and to lock, who is owed what, and what is ready."""

from __future__ import annotations

from typing import Any, get_args

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer
from fedirec.accounts.pages.views import page_with, place_in
from fedirec.accounts.permissions import Permission
from fedirec.credits.pages.money.tabs import TREASURY, treasury_tabs
from fedirec.credits.queries.settings import money_settings
from fedirec.credits.queries.waiting import entries_to_confirm, proposals_to_decide, proposals_to_lock
from fedirec.errors import FedirecError
from fedirec.ledger.balances import all_balances
from fedirec.ledger.currencies import CURRENCIES, find_amount
from fedirec.payouts.actions.alone import refuse_own_notes
from fedirec.payouts.actions.resuming import MAX_WORDS, resume_payouts
from fedirec.payouts.actions.transferring import DIRECTIONS, Direction, book_transfer
from fedirec.payouts.adapters.catalogue import PROVIDERS
from fedirec.payouts.adapters.protocol import Kind
from fedirec.payouts.lacks import LACKS
from fedirec.payouts.pages.treasury.views import (
    batch_view,
    labels_of,
    payout_view,
)
from fedirec.payouts.pages.views import PRIVATE
from fedirec.payouts.queries.money import is_coming
from fedirec.payouts.queries.stopping import find_stop
from fedirec.payouts.queries.treasury import (
    batches,
    ready_payouts,
    ready_sums,
    stopped_payouts,
    strange_payouts,
    unclaimed_payouts,
    unread_payouts,
)
from fedirec.payouts.queries.troubles import find_troubles
from fedirec.payouts.queries.waiting import waiting_people
from fedirec.web.forms import Form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import redirect, render
from fedirec.web.sentences import told
from fedirec.web.views import Choice

PAGE = "payouts/treasury.html"


async def show_treasury(request: Request[Any]) -> Response:
    require_viewer(request, Permission.PAY)
    return render(request, PAGE, headers=PRIVATE, **await treasury(request, Form()))


async def post_resumption(request: Request[Any]) -> Response:
    """Somebody has compared what was paid since the backup was made that came back."""
    viewer = require_viewer(request, Permission.PAY)
    form = await read_form(request)
    words = form.text("words", required=True, max=MAX_WORDS)
    if not form.errors:
        with form.collecting():
            await resume_payouts(viewer, words=words)
            return redirect(request, TREASURY, _("Payments can go out again."))
    return render(request, PAGE, 422, PRIVATE, **await treasury(request, form))


async def post_transfer(request: Request[Any]) -> Response:
    """Money of this instance was moved between its bank and a provider."""
    viewer = require_viewer(request, Permission.PAY)
    form = await read_form(request)
    name, currency = form.choice("provider", list(PROVIDERS)), form.choice("currency", CURRENCIES)
    answers: tuple[Direction, ...] = get_args(Direction)
    way: Direction = next((each for each in answers if each == form.choice("way", answers)), "to_provider")
    amount = find_amount(form.line("amount", required=True, max=30), currency) if currency else None
    if amount is None:
        form.fail("amount", _("Please write an amount, such as 10 or 10.50."))
    reference = form.line("reference", required=True, max=100)
    text = form.line("text", required=True, max=300)
    if not form.errors and amount is not None:
        with form.collecting():
            said = {"provider": name, "currency": currency, "reference": reference, "text": text}
            await book_transfer(viewer, way=way, amount=amount, **said)
            return redirect(request, TREASURY, _("Written down."))
    return render(request, PAGE, 422, PRIVATE, **await treasury(request, form))


async def treasury(request: Request[Any], form: Form, *, typed: Form | None = None) -> dict[str, Any]:
    """What the page shows; `typed` is what was typed to put a batch together, where something is wrong in it."""
    ways, vault = request.state["ways"], request.state["vault"]
    labels, stop = await labels_of(ways), await find_stop()
    waiting, after = await waiting_people(ways, vault, after=place_in(request, "after") or 0)
    opened, _more = await batches(open_only=True)
    settings = await money_settings()
    owed = [
        {
            "name": each.person.name,
            "amount": each.amount,
            "currency": each.currency,
            "since": each.since,
            "lacks": [_(LACKS[lack]) for lack in each.lacks],
        }
        for each in waiting
    ]
    return {
        "form": form,
        "typed": typed or Form(),
        "stop": stop,
        "no_resuming": await _no_resuming(request) if stop else "",
        "ready_payouts": [payout_view(row) for row in await ready_payouts()] if stop else [],
        "tabs": treasury_tabs(request),
        "troubles": [_(each) for each in await find_troubles(ways, vault)],
        "entries": await entries_to_confirm(),
        "to_decide": [(row.title, f"/pay/{row.key}") for row in await proposals_to_decide()],
        "to_lock": [(row.title, f"/pay/{row.key}") for row in await proposals_to_lock()],
        "ready": [(labels.get(each.adapter, each.adapter), each) for each in await ready_sums(vault)],
        "opened": [batch_view(each.batch, labels, count=each.count, amount=each.amount) for each in opened],
        "strange": [payout_view(row) for row in await strange_payouts()],
        "unread": [payout_view(row) for row in await unread_payouts(vault)],
        "stopped": [payout_view(row) for row in await stopped_payouts()],
        "unclaimed": [payout_view(row) for row in await unclaimed_payouts()],
        "providers": [Choice(value=name, label=_(label)) for name, label in PROVIDERS.items()],
        "transfer_ways": [Choice(value=name, label=_(label)) for name, label in DIRECTIONS.items()],
        "currencies": [Choice(value=code, label=code) for code in sorted(CURRENCIES)],
        "with_providers": [
            (_(PROVIDERS.get(account.partition(":")[2], account)), currency, amount)
            async for account, currency, amount in all_balances(kind="provider")
        ],
        "has_providers": any(way.kind is Kind.NETWORK for way in (await ways.all()).values()),
        "is_coming": await is_coming(),
        "owed": page_with(request, owed, name="after", place=after),
        "threshold": settings.threshold,
        "currency": settings.currency,
    }


async def _no_resuming(request: Request[Any]) -> str:
    """Why whoever looks does not end the stop, or not yet; empty where they can."""
    try:
        await refuse_own_notes(require_viewer(request, Permission.PAY).actor)
    except FedirecError as error:
        return told(error)
    return ""


routes = [
    Route(TREASURY, show_treasury, methods=["GET"]),
    Route(f"{TREASURY}/transfers", post_transfer, methods=["POST"]),
    Route(f"{TREASURY}/resume", post_resumption, methods=["POST"]),
]
