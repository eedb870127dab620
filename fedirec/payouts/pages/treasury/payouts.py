"""One payment: each try of it, and what somebody says became of it."""

from __future__ import annotations

from typing import Any, get_args

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer
from fedirec.accounts.pages.views import person_view
from fedirec.accounts.permissions import Permission
from fedirec.accounts.viewer import Viewer
from fedirec.credits.pages.money.tabs import treasury_tabs
from fedirec.payouts.actions.batching import pay_again, take_out
from fedirec.payouts.actions.reconciling import BECAME, Became, mark_payout
from fedirec.payouts.actions.unclaimed import give_to_charity
from fedirec.payouts.adapters.protocol import Kind
from fedirec.payouts.addresses import BATCHES, PAYOUTS
from fedirec.payouts.models import Payout
from fedirec.payouts.pages.treasury.views import TRIES, labels_of, payout_view
from fedirec.payouts.pages.views import PRIVATE
from fedirec.payouts.payments import AttemptState, State
from fedirec.payouts.queries.policies import policy_for
from fedirec.payouts.queries.stopping import find_stop
from fedirec.payouts.queries.treasury import STOPPED, get_payout
from fedirec.web.forms import Form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import attempt, redirect, render
from fedirec.web.views import Choice

_PAGE = "payouts/payout.html"


async def show_payout(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.PAY)
    payout = await get_payout(str(request.path_params["key"]))
    return render(request, _PAGE, headers=PRIVATE, **await _payout(request, viewer, payout, Form()))


async def post_mark(request: Request[Any]) -> Response:
    viewer, payout, form = await _asked(request)
    answers: tuple[Became, ...] = get_args(Became)
    became: Became = next((each for each in answers if each == form.choice("became", answers)), "settled")
    reference = form.line("reference", required=True, max=100)
    text = form.line("text", required=True, max=300)
    if not form.errors:
        with form.collecting():
            await mark_payout(viewer, request.state["ways"], payout, became=became, reference=reference, text=text)
            return redirect(request, f"{PAYOUTS}/{payout.key}", _("Written down."))
    return render(request, _PAGE, 422, PRIVATE, **await _payout(request, viewer, payout, form))


async def post_giving(request: Request[Any]) -> Response:
    viewer, payout, form = await _asked(request)
    reference = form.line("reference", required=True, max=100)
    text = form.line("text", required=True, max=300)
    if not form.errors:
        with form.collecting():
            await give_to_charity(viewer, payout, reference=reference, text=text)
            return redirect(request, f"{PAYOUTS}/{payout.key}", _("Written down."))
    return render(request, _PAGE, 422, PRIVATE, **await _payout(request, viewer, payout, form))


async def post_taking_out(request: Request[Any]) -> Response:
    viewer, payout, _form = await _asked(request)
    done = _("Taken out. The rest has to be approved anew.")
    return await attempt(request, f"{PAYOUTS}/{payout.key}", take_out(viewer, payout), done)


async def post_again(request: Request[Any]) -> Response:
    viewer, payout, _form = await _asked(request)
    done = _("It waits for the next batch, and will be tried under a new key.")
    return await attempt(request, f"{PAYOUTS}/{payout.key}", pay_again(viewer, payout), done)


async def _asked(request: Request[Any]) -> tuple[Viewer, Payout, Form]:
    viewer = require_viewer(request, Permission.PAY)
    form = await read_form(request)
    return viewer, await get_payout(str(request.path_params["key"])), form


async def _payout(request: Request[Any], viewer: Viewer, payout: Payout, form: Form) -> dict[str, Any]:
    ways, cache = request.state["ways"], request.state["media_cache"]
    if payout.giving_by_id:
        await payout.fetch_related("giving_by")
    tries = await payout.attempts.all().order_by("number").select_related("batch", "by")
    labels, policy = await labels_of(ways), await policy_for(payout)
    way = await ways.find(tries[-1].adapter) if tries else None
    was_lost = payout.state == State.READY and await find_stop() is not None
    by_people = bool(tries) and (way is None or way.kind is not Kind.NETWORK)
    return {
        "tabs": treasury_tabs(request),
        "form": form,
        "payout": payout_view(payout),
        "fee": payout.fee,
        "tries": [
            {
                "number": each.number,
                "way": labels.get(each.adapter, each.adapter),
                "state": _(TRIES[AttemptState(each.state)]),
                "said": each.said,
                "key": each.key,
                "reference": each.reference,
                "proof": each.proof,
                "by": person_view(each.by, cache=cache) if each.by is not None else None,
                "batch_url": f"{BATCHES}/{each.batch.key}",
                "at": each.ended_at or each.sent_at or each.begun_at,
            }
            for each in tries
        ],
        "may_mark": payout.needs_person or was_lost or (by_people and payout.state in (State.SUBMITTED, State.SETTLED)),
        "answers": [
            Choice(value=value, label=_(label)) for value, label in BECAME.items() if not was_lost or value == "settled"
        ],
        "was_lost": was_lost,
        "may_try_again": payout.state in STOPPED and not payout.needs_person,
        "may_take_out": payout.state == State.BATCHED,
        "may_give": payout.state == State.UNCLAIMED and policy.goes_to == "charity",
        "giving_by": person_view(payout.giving_by, cache=cache) if payout.giving_by_id and payout.giving_by else None,
        "giving_at": payout.giving_at,
        "charity": policy.charity,
    }


routes = [
    Route(f"{PAYOUTS}/{{key}}", show_payout, methods=["GET"]),
    Route(f"{PAYOUTS}/{{key}}/mark", post_mark, methods=["POST"]),
    Route(f"{PAYOUTS}/{{key}}/given", post_giving, methods=["POST"]),
    Route(f"{PAYOUTS}/{{key}}/out", post_taking_out, methods=["POST"]),
    Route(f"{PAYOUTS}/{{key}}/again", post_again, methods=["POST"]),
]
