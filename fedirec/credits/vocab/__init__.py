"""How credits travel."""

from __future__ import annotations

from fedirec.activitypub.vocab import Entity
from fedirec.credits.vocab.credits import CreditObject

TYPES: tuple[type[Entity], ...] = (CreditObject,)

__all__ = ["TYPES", "CreditObject"]
