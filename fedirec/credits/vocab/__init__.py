"""How credits travel."""

from __future__ import annotations

from fedirec.activitypub.vocab import Entity
from fedirec.credits.vocab.credits import CreditObject
from fedirec.credits.vocab.grants import GrantObject

TYPES: tuple[type[Entity], ...] = (CreditObject, GrantObject)

__all__ = ["TYPES", "CreditObject", "GrantObject"]
