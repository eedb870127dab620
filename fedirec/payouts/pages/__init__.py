"""Pages about being paid, and about paying."""

from __future__ import annotations

from starlette.routing import BaseRoute

from fedirec.payouts.pages import codes, details, own, payees, treasury

routes: list[BaseRoute] = [*own.routes, *details.routes, *codes.routes, *payees.routes, *treasury.routes]
