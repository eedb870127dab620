"""Whether money may be made with a work: authors are asked, and allow it."""

from __future__ import annotations

from starlette.routing import BaseRoute

from fedirec.credits.pages.granting import ahead, giving

routes: list[BaseRoute] = [*giving.routes, *ahead.routes]
