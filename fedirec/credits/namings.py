"""Saying which account somebody has who was listed without one: what becomes of that."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class NamingState(StrEnum):
    """Where it stands that somebody is said to be who was listed."""

    NAMED = "named"
    """Those who lead the proposal say so."""
    CONFIRMED = "confirmed"
    """So does whoever has the account."""
    DECLINED = "declined"
    """They say that it is not them."""
    ACCEPTED = "accepted"
    """A treasurer agrees: from then on they are one person."""
    REFUSED = "refused"
    REPLACED = "replaced"
    """Somebody else was named since."""


UNDECIDED: Final = (NamingState.NAMED.value, NamingState.CONFIRMED.value)
"""Where it can still become something."""
