"""Pages about projects."""

from __future__ import annotations

from starlette.routing import BaseRoute

from fedirec.projects.pages import beginning, leading, listing, people, showing

routes: list[BaseRoute] = [
    *listing.routes,
    *beginning.routes,
    *leading.routes,
    *people.routes,
    *showing.routes,
]
