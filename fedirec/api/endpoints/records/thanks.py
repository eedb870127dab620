"""Words of thanks that stand with the credits of a record."""

from __future__ import annotations

from fedirec.accounts.permissions import Permission
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.endpoints.finding import get_standing_record
from fedirec.remix.actions.thanks import hide_thanks


async def hide(call: Call) -> None:
    await hide_thanks(call.viewer, await get_standing_record(call), call.row("remix"))


ENDPOINTS = (
    Endpoint(
        name="hide_thanks",
        method="DELETE",
        path="/records/{id:int}/thanks/{remix:int}",
        permission=Permission.CLAIM_CREDIT,
        says="What the author of that remix says to the author of the record is not shown here any more.",
        run=hide,
        status=204,
        pages=("/records/{key}/thanks/{remix:int}/hide", "/records/remote/{id:int}/thanks/{remix:int}/hide"),
    ),
)
