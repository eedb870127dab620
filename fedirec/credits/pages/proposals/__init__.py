"""Pages about pay proposals."""

from __future__ import annotations

from starlette.routing import BaseRoute

from fedirec.credits.pages.proposals import (
    agreeing,
    beginning,
    comparing,
    deciding,
    editing,
    hearing,
    listing,
    naming,
    publishing,
    showing,
)

routes: list[BaseRoute] = [
    *listing.routes,
    *beginning.routes,
    *editing.routes,
    *publishing.routes,
    *agreeing.routes,
    *comparing.routes,
    *hearing.routes,
    *deciding.routes,
    *naming.routes,
    *showing.routes,
]
