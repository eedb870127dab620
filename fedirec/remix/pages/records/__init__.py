"""The pages of a record, ours or another instance's, and what can be done with it."""

from __future__ import annotations

from starlette.routing import BaseRoute

from fedirec.remix.pages.records import (
    asking,
    attribution,
    captions,
    deleting,
    licensing,
    lineage,
    next_steps,
    offers,
    proving,
    pseudonyms,
    quotes,
    reading,
    recommending,
    thanking,
    versions,
)

routes: list[BaseRoute] = [
    *reading.routes,
    *lineage.routes,
    *attribution.routes,
    *asking.routes,
    *proving.routes,
    *captions.routes,
    *versions.routes,
    *recommending.routes,
    *thanking.routes,
    *offers.routes,
    *licensing.routes,
    *quotes.routes,
    *deleting.routes,
    *pseudonyms.routes,
    *next_steps.routes,
]
