"""Whoever was promised something else is asked, on a page of its own: the draft itself is not for them to see yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.activitypub.models import Actor
from fedirec.credits.actions.proposals.deeds import NO_PROPOSAL, get_own_proposal
from fedirec.credits.actions.proposals.stances import agree_to_departure
from fedirec.credits.decisions import RULES, Rule, Says
from fedirec.credits.departures import SENTENCES, Departure, DepartureKind
from fedirec.credits.models import PayProposal, Stance
from fedirec.credits.pages.proposals.finding import looker, speaker_in
from fedirec.credits.pages.proposals.views import proposal_view
from fedirec.credits.proposals import CHANGING, State
from fedirec.credits.queries.drafts import departures_for
from fedirec.credits.queries.standing import known_person, same_people
from fedirec.errors import NotFound
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.cards.promises import decided_in_words
from fedirec.remix.pages.visitors import members_only
from fedirec.web.forms import read_form
from fedirec.web.language import gettext as _
from fedirec.web.money import money
from fedirec.web.render import attempt, render


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedView:
    """One thing that is not as it was promised."""

    sentence: str
    promised: str
    offered: str
    digest: str
    is_agreed: bool


async def asked_of(proposal: PayProposal, viewer: Actor | None) -> list[AskedView]:
    """In what `proposal` departs from what was promised to `viewer`, and whether they agreed."""
    if viewer is None or proposal.pool is None or State(proposal.state) not in CHANGING:
        return []
    person = await known_person(viewer)
    if person is None or not (found := await departures_for(proposal, person)):
        return []
    people = await same_people(person)
    said = Stance.filter(proposal_id=proposal.id, person_id__in=people, says=Says.AGREE.value, counts=True)
    agreed = {stance.digest for stance in await said}
    return [departure_view(each, proposal.currency, is_agreed=each.digest in agreed) for each in found]


def departure_view(departure: Departure, currency: str, *, is_agreed: bool = False) -> AskedView:
    """A departure in words: what was promised, and what there is instead."""
    return AskedView(
        sentence=_(SENTENCES[departure.kind]),
        promised=_in_words(departure.kind, departure.promised, currency),
        offered=_in_words(departure.kind, departure.offered, currency),
        digest=departure.digest,
        is_agreed=is_agreed,
    )


async def consent_page_for(request: Request[Any]) -> str | None:
    """The page on which whoever looks is asked about the proposal in the path; None where nothing is asked of them."""
    viewer = looker(request)
    if viewer is None:
        return None
    try:
        proposal = await get_own_proposal(request.path_params["key"])
    except NotFound:
        return None
    asked = await asked_of(proposal, viewer)
    return f"/pay/{proposal.key}/agree" if asked else None


@members_only
async def show_agree(request: Request[Any]) -> Response:
    """What is asked of whoever looks. NotFound for everybody of whom nothing is."""
    viewer, proposal = speaker_in(request), await get_own_proposal(request.path_params["key"])
    asked = await asked_of(proposal, viewer.actor)
    if not asked:
        raise NotFound(NO_PROPOSAL)
    return render(
        request, "credits/proposals/agree.html", proposal=proposal_view(Cards(request), proposal), asked=asked
    )


async def post_agree(request: Request[Any]) -> Response:
    viewer, proposal = speaker_in(request), await get_own_proposal(request.path_params["key"])
    form = await read_form(request)
    digest = form.line("digest", max=100)
    page = f"/pay/{proposal.key}" if proposal.number else f"/pay/{proposal.key}/agree"
    doing = agree_to_departure(viewer.actor, proposal, digest)
    return await attempt(request, page, doing, _("Thank you. You agreed to exactly that, and to nothing else."))


def _in_words(kind: DepartureKind, value: str, currency: str) -> str:
    if kind is DepartureKind.SMALLER_POT:
        return money(int(value), currency) if value else _("not known yet")
    if kind is DepartureKind.OTHER_DECIDER:
        return _(RULES[Rule(value)]) if value in tuple(Rule) else decided_in_words(value)
    if kind is DepartureKind.NOTHING_LEFT:
        return _("nothing") if value == "0" else _("a part of the pot")
    return value


routes = [
    Route("/pay/{key}/agree", show_agree, methods=["GET"]),
    Route("/pay/{key}/agree", post_agree, methods=["POST"]),
]
