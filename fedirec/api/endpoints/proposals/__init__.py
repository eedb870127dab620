"""Pay proposals, as programs draw them up, hear people, decide and lock them."""

from __future__ import annotations

from typing import Final

from fedirec.api.endpoint import Endpoint
from fedirec.api.endpoints.proposals import deciding, drafting, hearing, showing, speaking

ENDPOINTS: Final[tuple[Endpoint, ...]] = (
    *showing.ENDPOINTS,
    *drafting.ENDPOINTS,
    *speaking.ENDPOINTS,
    *hearing.ENDPOINTS,
    *deciding.ENDPOINTS,
)
