"""Paying: what waits, batches from hand to hand, and what became of each payment."""

from __future__ import annotations

from typing import Final

from fedirec.api.endpoint import Endpoint
from fedirec.api.endpoints.treasury import batches, overview, payouts

ENDPOINTS: Final[tuple[Endpoint, ...]] = (*overview.ENDPOINTS, *payouts.ENDPOINTS, *batches.ENDPOINTS)
