"""The pages of a record, ours or another instance's, and what can be done with it."""

from __future__ import annotations

from starlette.routing import BaseRoute

from fedirec.remix.pages.records import (
    captions,
    deleting,
    lineage,
    next_steps,
    offers,
    quotes,
    reading,
    recommending,
    versions,
)

routes: list[BaseRoute] = [
    *reading.routes,
    *lineage.routes,
    *captions.routes,
    *versions.routes,
    *recommending.routes,
    *offers.routes,
    *quotes.routes,
    *deleting.routes,
    *next_steps.routes,
]
