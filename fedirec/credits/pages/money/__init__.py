"""What this instance decides about money, what it may not do with it, and its public books."""

from __future__ import annotations

from starlette.routing import BaseRoute

from fedirec.credits.pages.money import ledger, settings

routes: list[BaseRoute] = [*settings.routes, *ledger.routes]
