"""Offering to lead a project whose leaders are silent."""

from __future__ import annotations

from fedirec.accounts.permissions import Permission
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.endpoints.projects.finding import project_in
from fedirec.api.shapes.tasks import LeadOffer, LeadOffers, LeadOfferSent, show_offer
from fedirec.errors import NotFound
from fedirec.projects.actions.takeovers import offer_to_lead, withdraw_offer
from fedirec.projects.models import Takeover
from fedirec.projects.pages.takeovers import rule_of
from fedirec.projects.queries.takeovers import leading_of, offers_for
from fedirec.projects.takeovers import ADOPTABLE, can_fall_silent, patience, silent_at


async def list_offers(call: Call) -> LeadOffers:
    project = await project_in(call)
    if not project.actor.is_local:
        raise NotFound("There is no such project here.")
    leading = await leading_of(project)
    runs = can_fall_silent(project.stage) and leading.leaders_there
    return LeadOffers(
        items=[show_offer(call, row) for row in await offers_for(project)],
        next=None,
        rule=rule_of(project, patience(leading)),
        is_adoptable=project.stage == ADOPTABLE,
        led_at=project.led_at,
        silent_at=silent_at(leading) if runs else None,
    )


async def offer(call: Call) -> LeadOffer:
    made = await offer_to_lead(call.actor, await project_in(call), words=call.sent(LeadOfferSent).words)
    return show_offer(call, await Takeover.get(id=made.id).select_related("actor"))


async def withdraw(call: Call) -> None:
    await withdraw_offer(call.actor, await project_in(call))


ENDPOINTS = (
    Endpoint(
        name="list_offers_to_lead",
        method="GET",
        path="/projects/{id:int}/takeover",
        permission=Permission.READ_OWN,
        says="When members can take a project over, by which rule, and who offers to lead it.",
        run=list_offers,
        answer=LeadOffers,
        is_open=True,
    ),
    Endpoint(
        name="offer_to_lead",
        method="POST",
        path="/projects/{id:int}/takeover",
        permission=Permission.TAKE_PART,
        says="You offer to lead a project whose leaders are silent, and they are told.",
        run=offer,
        body=LeadOfferSent,
        answer=LeadOffer,
        status=201,
        pages=("/p/{slug}/takeover",),
    ),
    Endpoint(
        name="withdraw_offer_to_lead",
        method="DELETE",
        path="/projects/{id:int}/takeover",
        permission=Permission.TAKE_PART,
        says="You do not offer to lead it any more.",
        run=withdraw,
        status=204,
        pages=("/p/{slug}/takeover/withdraw",),
    ),
)
