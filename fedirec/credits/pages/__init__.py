"""Pages about credits, pools and proposals."""

from __future__ import annotations

from starlette.routing import BaseRoute

from fedirec.credits.pages import crediting

routes: list[BaseRoute] = [*crediting.routes]
