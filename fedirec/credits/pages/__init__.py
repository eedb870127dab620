"""Pages about credits, pools and proposals."""

from __future__ import annotations

from starlette.routing import BaseRoute

from fedirec.credits.pages import crediting, granting

routes: list[BaseRoute] = [*crediting.routes, *granting.routes]
