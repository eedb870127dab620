"""Pools of money: finding and opening them, stating what came in, confirming it; and what was decided about money."""

from __future__ import annotations

from typing import Final

from fedirec.api.endpoint import Endpoint
from fedirec.api.endpoints.pools import entries, keeping, settings

ENDPOINTS: Final[tuple[Endpoint, ...]] = (*keeping.ENDPOINTS, *entries.ENDPOINTS, *settings.ENDPOINTS)
