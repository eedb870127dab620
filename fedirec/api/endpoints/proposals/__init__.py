"""Pay proposals, as programs draw them up, hear people, decide and lock them."""

from __future__ import annotations

from typing import Final

from fedirec.api.endpoint import Endpoint
from fedirec.api.endpoints.proposals import deciding, drafting, hearing, showing, speaking

ENDPOINTS: Final[tuple[Endpoint, ...]] = (
    *hearing.ENDPOINTS,  # before what is shown by its key: `appeals` is none
    *showing.ENDPOINTS,
    *drafting.ENDPOINTS,
    *speaking.ENDPOINTS,
    *deciding.ENDPOINTS,
)
