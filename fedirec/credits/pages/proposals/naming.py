"""Who those are who are listed without an account."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.credits.actions.proposals.naming import name_account
from fedirec.credits.models import NamedPerson, PayProposal
from fedirec.credits.namings import UNDECIDED
from fedirec.credits.pages.proposals.finding import led_in, speaker_in
from fedirec.credits.pages.proposals.views import proposal_view
from fedirec.credits.queries.standing import nameless_lines
from fedirec.errors import Invalid
from fedirec.remix.actions.following import find_whom
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.finding import remote_for
from fedirec.remix.pages.visitors import members_only
from fedirec.web.forms import Form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import redirect, render


@members_only
async def show_who(request: Request[Any]) -> Response:
    return await _show(request, await led_in(request), Form())


async def post_who(request: Request[Any]) -> Response:
    viewer, proposal = speaker_in(request), await led_in(request)
    form = await read_form(request)
    key = form.line("line", max=26)
    with form.collecting():
        typed = form.line("person", max=500)
        person = await find_whom(remote_for(request), typed) if typed else None
        if person is None:
            raise Invalid(_("Please say whose account that is."), field="person")
        await name_account(viewer.actor, proposal, key, person)
        done = _("They are asked. When they have said yes and the hold is over, a treasurer agrees.")
        return redirect(request, f"/pay/{proposal.key}/who", done)
    return await _show(request, proposal, form, status=422)


async def _show(request: Request[Any], proposal: PayProposal, form: Form, *, status: int = 200) -> Response:
    cards = Cards(request)
    lines = await nameless_lines(proposal)
    asked = NamedPerson.filter(person_id__in=[line.person_id for line in lines], state__in=UNDECIDED)
    named = {row.person_id: row for row in await asked.select_related("actor")}
    return render(
        request,
        "credits/proposals/who.html",
        status,
        form=form,
        proposal=proposal_view(cards, proposal),
        lines=[{"value": line.line_key, "label": line.person.name} for line in lines],
        named=[
            (row.person_id, row.state, cards.person(row.actor), line.person.name)
            for line in lines
            if (row := named.get(line.person_id)) is not None
        ],
    )


routes = [
    Route("/pay/{key}/who", show_who, methods=["GET"]),
    Route("/pay/{key}/who", post_who, methods=["POST"]),
]
