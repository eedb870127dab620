"""The pages of those who pay: what waits, batches from hand to hand, and what became of each payment."""

from __future__ import annotations

from fedirec.payouts.pages.treasury import batches, overview, payouts

routes = [*overview.routes, *batches.routes, *payouts.routes]
