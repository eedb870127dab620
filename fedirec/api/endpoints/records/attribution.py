"""Whom to name for a record, in every form."""

from __future__ import annotations

from fedirec.accounts.permissions import Permission
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.endpoints.finding import get_visible_record
from fedirec.api.shapes.attribution import Attribution
from fedirec.remix.pages.attributions import as_csv, as_json, as_text, attribution_of
from fedirec.remix.pages.records.attribution import markup_of


async def show_attribution(call: Call) -> Attribution:
    found = await attribution_of(await get_visible_record(call), call.request.state["further_credits"])
    return Attribution.model_validate(
        {
            **as_json(found),
            "text": as_text(found),
            "html": markup_of(call.request.state["templates"], found),
            "csv": as_csv(found),
        }
    )


ENDPOINTS = (
    Endpoint(
        name="show_attribution",
        method="GET",
        path="/records/{id:int}/attribution",
        permission=Permission.READ_OWN,
        says="Whom to name when a record is used, over all generations: for programs, as text, as HTML, as a table.",
        run=show_attribution,
        answer=Attribution,
        is_open=True,
    ),
)
