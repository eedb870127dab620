"""How it stands with a code by which somebody proves who they are."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class CodeState(StrEnum):
    """Where a code stands."""

    GIVEN = "given"
    USED = "used"
    """Somebody said with it who they are, and nobody has decided whether they are."""
    DENIED = "denied"
    """As before, and the account that is said to be lost says that it is not."""
    ACCEPTED = "accepted"
    REFUSED = "refused"
    REPLACED = "replaced"


UNDECIDED: Final = (CodeState.USED, CodeState.DENIED)
"""Codes that somebody used, of which nobody has said whether they are that person."""
