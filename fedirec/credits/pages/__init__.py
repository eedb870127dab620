"""Pages about credits, pools and proposals."""

from __future__ import annotations

from starlette.routing import BaseRoute

from fedirec.credits.pages import crediting, granting, money, pools, proposals

routes: list[BaseRoute] = [
    *crediting.routes,
    *granting.routes,
    *money.routes,
    *pools.routes,
    *proposals.routes,
]
