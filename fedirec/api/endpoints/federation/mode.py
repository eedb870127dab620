"""Whom this instance federates with: everybody who is not blocked, or those who are listed."""

from __future__ import annotations

from fedirec.accounts.permissions import Permission
from fedirec.activitypub.policies import LISTED, OPEN
from fedirec.admin.actions.policies import choose_federation
from fedirec.admin.queries.consequences import consequences_of_listing
from fedirec.admin.queries.peers import federation
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.shapes.federation import Consequences, Federation, FederationSent, show_consequences


async def show_federation(call: Call) -> Federation:
    return Federation(federation=LISTED if await federation() == LISTED else OPEN)


async def set_federation(call: Call) -> Federation:
    await choose_federation(call.viewer, call.site, call.sent(FederationSent).federation)
    return await show_federation(call)


async def foresee_listing(call: Call) -> Consequences:
    return show_consequences(await consequences_of_listing())


ENDPOINTS = (
    Endpoint(
        name="show_federation",
        method="GET",
        path="/federation/mode",
        permission=Permission.SEE_FEDERATION,
        says="Whom this instance federates with.",
        run=show_federation,
        answer=Federation,
    ),
    Endpoint(
        name="choose_federation",
        method="PUT",
        path="/federation/mode",
        permission=Permission.MANAGE_FEDERATION,
        says="This instance federates with everybody who is not blocked, or with those who are listed.",
        run=set_federation,
        body=FederationSent,
        answer=Federation,
        pages=("/admin/federation/mode",),
    ),
    Endpoint(
        name="foresee_listing",
        method="GET",
        path="/federation/mode/consequences",
        permission=Permission.MANAGE_FEDERATION,
        says="What would be cut off if only those who are listed could come in.",
        run=foresee_listing,
        answer=Consequences,
    ),
)
