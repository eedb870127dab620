"""Why somebody is not paid yet who is owed something: what is missing, and who can put it right."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from fedirec.ledger.currencies import CURRENCIES
from fedirec.payouts.adapters.protocol import Limits
from fedirec.translatable import N_


class Lack(StrEnum):
    """Why somebody is not paid yet."""

    DETAILS = "details"
    CONFIRMATION = "confirmation"
    TERMS = "terms"
    FORM = "form"
    HOLD = "hold"
    WAY = "way"
    CURRENCY = "currency"
    TOO_LITTLE = "too_little"
    TOO_MUCH = "too_much"
    WRITING = "writing"
    """What they said about it cannot stand in the file for the bank as it is."""


LACKS: Final[Mapping[Lack, str]] = MappingProxyType(
    {
        Lack.DETAILS: N_("has not said how to be paid"),
        Lack.CONFIRMATION: N_("has to say again that the details are right"),
        Lack.TERMS: N_("has not accepted the terms of being paid"),
        Lack.FORM: N_("has not handed in the form about taxes"),
        Lack.HOLD: N_("is not paid for some days, after something changed"),
        Lack.WAY: N_("wants to be paid in a way that is not offered here any more"),
        Lack.CURRENCY: N_("wants to be paid in a way that does not pay this currency"),
        Lack.TOO_LITTLE: N_("is owed less than is paid at once; it is carried on"),
        Lack.TOO_MUCH: N_("is owed more than is paid at once in that way"),
        Lack.WRITING: N_(
            "cannot stand in the file for the bank: their details have to be said again, or the settings of money lack "
            "the address of whoever pays, which banks outside the EEA ask for"
        ),
    }
)
"""What is said of somebody who is not paid yet, after their name."""
THEIRS: Final = frozenset({Lack.DETAILS, Lack.CONFIRMATION, Lack.TERMS, Lack.WAY})
"""What only the payee can put right: where it lasts, nobody claims the money. That a form is in, a treasurer says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """What is known of somebody who is owed something, and of the way in which they want to be paid."""

    has_details: bool = False
    is_confirmed: bool = False
    has_accepted: bool = False
    """The terms of being paid, as they are now."""
    needs_form: bool = False
    held_until: datetime | None = None
    is_offered: bool = False
    """Whether the instance pays in that way."""
    limits: Limits | None = None
    """What is paid so in the currency; None for nothing."""
    fee: int = 0
    """What paying it will probably cost."""
    can_be_written: bool = True
    """Whether they can stand in the file, where there is one."""


def is_theirs(lacking: Collection[Lack]) -> bool:
    """Whether the payee alone stands in the way: nobody loses what this instance holds back itself."""
    return bool(THEIRS.intersection(lacking)) and Lack.HOLD not in lacking


def lacks(facts: Readiness, amount: int, *, threshold: int, at: datetime, is_again: bool = False) -> tuple[Lack, ...]:
    """Why `amount` is not paid now, in the order in which it can be put right; nothing when it is.

    `is_again`: it was on its way once, so it counts as enough whatever the threshold is now.
    """
    found = []
    if not facts.has_details:
        found.append(Lack.DETAILS)
    else:
        if not facts.is_offered:
            found.append(Lack.WAY)
        elif facts.limits is None:
            found.append(Lack.CURRENCY)
        if not facts.is_confirmed:
            found.append(Lack.CONFIRMATION)
    if not facts.has_accepted:
        found.append(Lack.TERMS)
    if facts.needs_form:
        found.append(Lack.FORM)
    if facts.held_until is not None and at < facts.held_until:
        found.append(Lack.HOLD)
    least = max(1 if is_again else threshold, facts.limits.minimum if facts.limits else 1, facts.fee + 1)
    if amount < least:
        found.append(Lack.TOO_LITTLE)
    if facts.limits is not None and facts.limits.maximum is not None and amount > facts.limits.maximum:
        found.append(Lack.TOO_MUCH)
    if not facts.can_be_written:
        found.append(Lack.WRITING)
    return tuple(found)


def threshold_in(currency: str, threshold: int, *, of: str) -> int:
    """The threshold in minor units of `currency`, where it is set in those of the currency `of`: as many whole units.

    Nothing is exchanged: it says from what size on a payment is worth its trouble.
    """
    more, fewer = int(10 ** CURRENCIES[currency]), int(10 ** CURRENCIES[of])
    return -(-threshold * more // fewer)
