"""What one person is credited for, here and elsewhere, and what waits for their word."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer
from fedirec.accounts.permissions import Permission
from fedirec.credits.actions.crediting.answering import answer_credit
from fedirec.credits.actions.crediting.elsewhere import answer_elsewhere
from fedirec.credits.lines import MAX_REASON, CreditHappening
from fedirec.credits.models import ProductionCredit
from fedirec.credits.pages.crediting.views import line_view
from fedirec.credits.pages.crediting.words import SAID
from fedirec.credits.queries.credits import (
    get_credit_row,
    is_of,
    own_credits,
    own_people,
)
from fedirec.errors import FedirecError, NotFound
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.visitors import members_only, number_of, row_in
from fedirec.web.forms import Form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import redirect, render

_OWN: Final = 50


@members_only
async def show_own(request: Request[Any]) -> Response:
    """What whoever looks is credited for, here and elsewhere, and what waits for their word."""
    return await _show_own(request, Form())


async def post_own(request: Request[Any]) -> Response:
    """Whoever is named says whether it is so, wherever the production lives."""
    viewer = require_viewer(request, Permission.CLAIM_CREDIT)
    line, form = await get_credit_row(row_in(request)), await read_form(request)
    if not await is_of(line, viewer.actor):
        raise NotFound
    happening = CreditHappening(form.choice("do", [each.value for each in CreditHappening]) or "confirm")
    reason = form.text("reason", max=10_000).strip()
    answer = answer_credit if line.uri is None else answer_elsewhere
    try:
        await answer(viewer.actor, line, happening, reason=reason)
    except NotFound:
        raise
    except FedirecError as error:
        form.refuse(error)
        return await _show_own(request, form, line)
    return redirect(request, "/credits", _(SAID[happening]))


async def _show_own(request: Request[Any], form: Form, chosen: ProductionCredit | None = None) -> Response:
    viewer = require_viewer(request, Permission.READ_OWN)
    cards, before = Cards(request), number_of(request.query_params.get("before", ""))
    own = await own_people(viewer.actor)
    waiting = await own_credits(viewer.actor, waiting=True, limit=_OWN)
    lines = list(await own_credits(viewer.actor, before=before, limit=_OWN + 1))
    above = {line.id for line in waiting}
    return render(
        request,
        "credits/own.html",
        form=form,
        chosen=chosen.id if chosen else 0,
        waiting=[line_view(cards, line, held={}, viewer=viewer.actor, own=own) for line in waiting],
        lines=[
            line_view(cards, line, held={}, viewer=viewer.actor, own=own)
            for line in lines[:_OWN]
            if line.id not in above
        ],
        next_before=lines[_OWN - 1].id if len(lines) > _OWN else None,
        max_reason=MAX_REASON,
        may_answer=viewer.can(Permission.CLAIM_CREDIT),
    )


routes = [
    Route("/credits", show_own, methods=["GET"]),
    Route("/credits/{id:int}", post_own, methods=["POST"]),
]
