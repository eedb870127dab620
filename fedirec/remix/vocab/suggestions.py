"""Offering a remix of a record to its author, as a change that they could make theirs.

It is an `Offer` like a remix request and goes the same way, with another `kind`: nobody is asked for consent here. The
record is its `object`, the remix its `instrument`, what the proposer says its `content`.
"""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar

from fedirec.activitypub.contexts import CONSENT_CONTEXT
from fedirec.activitypub.vocab import ConsentQuestion, Entity, Json

T = TypeVar("T", bound=Entity, covariant=True)


class SuggestedChange(ConsentQuestion[T]):
    """Somebody offers what they made from a record, the object, to its author: the instrument."""

    TYPE: ClassVar[str] = "Offer"
    KIND: ClassVar[str] = "suggestion"
    CONTEXT: ClassVar[list[Any]] = CONSENT_CONTEXT

    def write(self) -> Json:
        return super().write() | {"kind": self.KIND}
