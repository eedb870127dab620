"""Batches: put together, approved, paid, called off; and the file for the bank, byte for byte as it was written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.actions.audit import audit
from fedirec.accounts.actions.persons import person_of
from fedirec.accounts.door import require_viewer
from fedirec.accounts.pages.views import page_with, person_view, place_in
from fedirec.accounts.permissions import Permission
from fedirec.accounts.viewer import Viewer
from fedirec.credits.eyes import is_short
from fedirec.credits.pages.money.tabs import TREASURY, treasury_tabs
from fedirec.credits.queries.standing import payers
from fedirec.db import transaction
from fedirec.errors import Conflict, FedirecError, Invalid, Misconfigured
from fedirec.payouts.actions.alone import refuse_turn
from fedirec.payouts.actions.batching import (
    approve_batch,
    cancel_batch,
    propose_batch,
    tell_that_alone,
)
from fedirec.payouts.actions.reconciling import mark_batch
from fedirec.payouts.actions.submitting import submit_batch
from fedirec.payouts.adapters.protocol import Kind
from fedirec.payouts.addresses import BATCHES
from fedirec.payouts.models import PayoutBatch
from fedirec.payouts.pages.treasury.overview import PAGE as TREASURY_PAGE
from fedirec.payouts.pages.treasury.overview import treasury
from fedirec.payouts.pages.treasury.views import (
    batch_view,
    labels_of,
    payout_view,
)
from fedirec.payouts.pages.views import PRIVATE
from fedirec.payouts.payments import NOT_SENT, BatchState
from fedirec.payouts.queries.treasury import batches, get_batch, lines_of, paid_in, sum_of
from fedirec.translatable import N_
from fedirec.web.forms import Form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import attempt, redirect, render, turn_back
from fedirec.web.sentences import told

_PAGE = "payouts/batch.html"
_STEPS: Final[Mapping[str, str]] = {
    BatchState.PROPOSED: N_("Approving it:"),
    BatchState.APPROVED: N_("Paying it:"),
    BatchState.SUBMITTED: N_("Saying what became of it:"),
}
UNREADABLE: Final = N_(
    "The file cannot be opened, or is not any more what was written: the key for payees (payees.key) is missing or "
    "another one, or somebody changed the database. Ask the bank whether it has had this file, before anything is "
    "paid again."
)


async def show_batches(request: Request[Any]) -> Response:
    require_viewer(request, Permission.PAY)
    labels = await labels_of(request.state["ways"])
    rows, place = await batches(before=place_in(request, "before"))
    shown = [batch_view(each.batch, labels, count=each.count, amount=each.amount) for each in rows]
    return render(
        request,
        "payouts/batches.html",
        headers=PRIVATE,
        tabs=treasury_tabs(request),
        batches=page_with(request, shown, name="before", place=place),
    )


async def post_batch(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.PAY)
    form = await read_form(request)
    try:
        batch = await propose_batch(
            viewer,
            request.state["ways"],
            request.state["vault"],
            adapter=form.value("adapter"),
            currency=form.value("currency"),
            execute_on=_day(form.value("execute_on")),
        )
    except Invalid as error:
        if error.field != "execute_on":
            return turn_back(request, TREASURY, error)
        form.fail(error.field, told(error))
        return render(request, TREASURY_PAGE, 422, PRIVATE, **await treasury(request, Form(), typed=form))
    except FedirecError as error:
        return turn_back(request, TREASURY, error)
    return redirect(request, f"{BATCHES}/{batch.key}", _("Put together. Somebody else has to approve it now."))


async def show_batch(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.PAY)
    batch = await get_batch(str(request.path_params["key"]))
    return render(request, _PAGE, headers=PRIVATE, **await _batch(request, viewer, batch, Form()))


async def post_approval(request: Request[Any]) -> Response:
    viewer, batch, form = await _asked(request)
    approved = approve_batch(viewer, request.state["ways"], request.state["vault"], batch, digest=form.value("digest"))
    return await attempt(request, f"{BATCHES}/{batch.key}", approved, _("Approved. It can be paid now."))


async def post_submission(request: Request[Any]) -> Response:
    viewer, batch, _form = await _asked(request)
    page = f"{BATCHES}/{batch.key}"
    try:
        await submit_batch(viewer, request.state["ways"], request.state["vault"], batch)
        written = await request.state["cashier"].write_file(batch.id)
    except FedirecError as error:
        return turn_back(request, page, error)
    if written.file is not None:
        return redirect(request, page, _("The file is written. Hand it to the bank, and say here what became of it."))
    return redirect(request, page, _("It is on its way. Here stands what becomes of it."))


async def post_cancelling(request: Request[Any]) -> Response:
    viewer, batch, _form = await _asked(request)
    done = _("Called off. The payments wait for another batch.")
    return await attempt(request, f"{BATCHES}/{batch.key}", cancel_batch(viewer, request.state["ways"], batch), done)


async def post_alone(request: Request[Any]) -> Response:
    viewer, batch, _form = await _asked(request)
    done = _("Everybody in it has been told, and has time to look at it.")
    return await attempt(request, f"{BATCHES}/{batch.key}", tell_that_alone(viewer, batch), done)


async def post_marks(request: Request[Any]) -> Response:
    viewer, batch, form = await _asked(request)
    reference = form.line("reference", required=True, max=100)
    text = form.line("text", required=True, max=300)
    if not form.errors:
        with form.collecting():
            await mark_batch(viewer, request.state["ways"], batch, reference=reference, text=text)
            return redirect(request, f"{BATCHES}/{batch.key}", _("Written down as paid."))
    return render(request, _PAGE, 422, PRIVATE, **await _batch(request, viewer, batch, form))


async def show_file(request: Request[Any]) -> Response:
    """The stored file. Who had it is on record, for it says who is paid to which account."""
    viewer = require_viewer(request, Permission.PAY)
    batch = await get_batch(str(request.path_params["key"]))
    try:
        content = await request.state["cashier"].read_file(batch)
    except Misconfigured:
        return turn_back(request, f"{BATCHES}/{batch.key}", Conflict(UNREADABLE))
    async with transaction():
        await audit(viewer, "read_batch_file", f"{request.state['site'].origin}{BATCHES}/{batch.key}")
    headers = {**PRIVATE, "Content-Disposition": f'attachment; filename="{batch.file_name}"'}
    return Response(content, media_type=batch.file_type, headers=headers)


async def _asked(request: Request[Any]) -> tuple[Viewer, PayoutBatch, Form]:
    viewer = require_viewer(request, Permission.PAY)
    form = await read_form(request)
    return viewer, await get_batch(str(request.path_params["key"])), form


async def _batch(request: Request[Any], viewer: Viewer, batch: PayoutBatch, form: Form) -> dict[str, Any]:
    ways, cache = request.state["ways"], request.state["media_cache"]
    labels, way = await labels_of(ways), await ways.find(batch.adapter)
    lines, after = await lines_of(batch, after=place_in(request, "after") or 0)
    count, amount = await sum_of(batch)
    is_file = way is not None and way.kind is Kind.FILE
    hands = [
        (_("Put together by"), batch.proposed_by, batch.proposed_at),
        (_("Approved by"), batch.approved_by, batch.approved_at),
        (_("Paid by"), batch.paid_by, batch.submitted_at),
    ]
    shown = [payout_view(payout, tried) for payout, tried in lines]
    at_hand = list({actor.id: actor for _word, actor, _at in hands if actor is not None}.values())
    interested = await paid_in(batch, at_hand)
    return {
        "tabs": treasury_tabs(request),
        "form": form,
        "batch": batch_view(batch, labels, count=count, amount=amount),
        "standing": batch.state,
        "next_step": _(_STEPS[batch.state]) if batch.state in _STEPS else "",
        "refusal": await _refusal(viewer, batch),
        "is_short": is_short(await payers(), batch.people_needed),
        "digest": batch.digest,
        "execute_on": batch.execute_on,
        "not_before": batch.not_before,
        "hands": [(word, person_view(actor, cache=cache), at) for word, actor, at in hands if actor is not None],
        "interested": [person_view(actor, cache=cache) for actor in at_hand if actor.id in interested],
        "lines": page_with(request, shown, name="after", place=after),
        "has_file": bool(batch.file_digest),
        "file_digest": batch.file_digest,
        "can_be_called_off": batch.state in NOT_SENT
        or (batch.state == BatchState.SUBMITTED and is_file and batch.fetched_at is None),
        "is_file": is_file,
        "is_marked": way is None or way.kind is not Kind.NETWORK,
        "is_on_its_way": batch.state == BatchState.SUBMITTED,
    }


async def _refusal(viewer: Viewer, batch: PayoutBatch) -> str:
    """Why whoever looks does not go on with `batch`, or not yet; empty where they can."""
    hands: dict[str, list[int | None]] = {
        BatchState.PROPOSED: [batch.proposed_by_id],
        BatchState.APPROVED: [batch.proposed_by_id, batch.approved_by_id],
        BatchState.SUBMITTED: [batch.paid_by_id],
    }
    before = [actor for actor in hands.get(batch.state, []) if actor is not None]
    try:
        await refuse_turn(batch, (await person_of(viewer.actor)).id, before)
    except FedirecError as error:
        return told(error)
    return ""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Invalid("Please choose a day.", field="execute_on") from error


routes = [
    Route(BATCHES, show_batches, methods=["GET"]),
    Route(BATCHES, post_batch, methods=["POST"]),
    Route(f"{BATCHES}/{{key}}", show_batch, methods=["GET"]),
    Route(f"{BATCHES}/{{key}}/approve", post_approval, methods=["POST"]),
    Route(f"{BATCHES}/{{key}}/submit", post_submission, methods=["POST"]),
    Route(f"{BATCHES}/{{key}}/cancel", post_cancelling, methods=["POST"]),
    Route(f"{BATCHES}/{{key}}/alone", post_alone, methods=["POST"]),
    Route(f"{BATCHES}/{{key}}/paid", post_marks, methods=["POST"]),
    Route(f"{BATCHES}/{{key}}/file", show_file, methods=["GET"]),
]
