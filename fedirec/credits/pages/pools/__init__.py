"""Pages about the money of projects, challenges and the instance."""

from __future__ import annotations

from starlette.routing import BaseRoute

from fedirec.credits.pages.pools import entries, opening, showing

routes: list[BaseRoute] = [*opening.routes, *entries.routes, *showing.routes]
