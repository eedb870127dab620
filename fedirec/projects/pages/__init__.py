"""Pages about projects."""

from __future__ import annotations

from starlette.routing import BaseRoute

from fedirec.projects.pages import (
    answering,
    attaching,
    beginning,
    discarding,
    feeds,
    leading,
    listing,
    offering,
    people,
    productions,
    showing,
    takeovers,
    tasks,
)

routes: list[BaseRoute] = [
    *listing.routes,
    *feeds.routes,
    *beginning.routes,
    *discarding.routes,
    *leading.routes,
    *attaching.routes,
    *offering.routes,
    *people.routes,
    *answering.routes,
    *productions.routes,
    *showing.routes,
    *tasks.routes,
    *takeovers.routes,
]
