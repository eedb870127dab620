"""The credit list of a production, each of its lines, and what one person is credited for."""

from __future__ import annotations

from starlette.routing import BaseRoute

from fedirec.credits.pages.crediting import answering, own, saying, showing

routes: list[BaseRoute] = [*answering.routes, *own.routes, *showing.routes, *saying.routes]
