"""Where the pages about pay are, for whatever leads somebody there."""

from __future__ import annotations

from typing import Final

MONEY: Final = "/money"
"""One's own."""
DETAILS: Final = f"{MONEY}/details"
TERMS: Final = f"{MONEY}/terms"
CODE: Final = f"{MONEY}/code"
BATCHES: Final = "/treasury/batches"
PAYEES: Final = "/treasury/payees"
PAYOUTS: Final = "/treasury/payouts"
