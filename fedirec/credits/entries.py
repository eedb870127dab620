"""Entries of pools: what may be stated that came in, was spent or went back, and when that can be undone.

Nothing counts that nobody but its author says: an entry is in the books once a treasurer has confirmed it, and then it
stays. What goes back later is an entry of its own, and makes less of what is still to be shared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from fedirec.credits.pools import MAX_SUM, POTS, Kind
from fedirec.errors import Conflict, Invalid
from fedirec.ledger import journal
from fedirec.ledger.currencies import CURRENCIES
from fedirec.translatable import N_

MAX_WORDS: Final = 300
MAX_RATE: Final = 60
MAX_EVIDENCE: Final = 2_048
"""Characters."""
_EARLIEST: Final = date(2000, 1, 1)
_EASTERNMOST: Final = timedelta(hours=14)
"""How far ahead of UTC it is already tomorrow somewhere."""


class EntryKind(StrEnum):
    """What an entry says."""

    INCOME = "income"
    COST = "cost"
    REFUND = "refund"
    """Something that came in went back."""
    ASIDE = "aside"
    """Out of what this instance kept of other pools."""


class EntryState(StrEnum):
    """Where an entry stands."""

    STATED = "stated"
    """It waits for a treasurer, and counts for nothing."""
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    UNDONE = "undone"
    """It was confirmed, and so was a reversal of it since."""


BOOKED: Final = frozenset({EntryState.CONFIRMED, EntryState.UNDONE})
"""What stands in the books."""
REVERSAL: Final = journal.REVERSAL
"""The kind of entries that undo another one."""
_BRINGING: Final = frozenset({EntryKind.INCOME, EntryKind.ASIDE})
ENTRY_NAMES: Final[Mapping[str, str]] = {
    EntryKind.INCOME: N_("Came in"),
    EntryKind.COST: N_("Was spent"),
    EntryKind.REFUND: N_("Went back"),
    EntryKind.ASIDE: N_("Set aside"),
    REVERSAL: N_("Was wrong, and is undone"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryDraft:
    """What somebody states that came in or was spent."""

    kind: EntryKind
    amount: int
    """Minor units of the pool's currency."""
    currency: str
    words: str
    happened_on: date
    evidence: str = ""
    """The address of what shows it, or its number in the books: everybody can read it."""
    original_amount: int | None = None
    """Minor units of `original_currency`, where it was another one."""
    original_currency: str = ""
    rate: str = ""
    """At which it was changed, and whose rate that is."""


def refuse_entry(draft: EntryDraft, *, kind: Kind, currency: str, has_file: bool, now: datetime) -> None:
    """`draft` can be stated of a pool of `kind` in `currency`. Raises Invalid beside what is wrong."""
    if type(draft.amount) is not int or not 0 < draft.amount <= MAX_SUM:
        raise Invalid(N_("Please write an amount above 0, such as 120.50."), field="amount")
    if draft.currency != currency:
        raise Invalid(
            N_("This pool is in %(currency)s. Say at which rate it was changed."),
            field="currency",
            blanks={"currency": currency},
        )
    if not draft.words.strip() or len(draft.words) > MAX_WORDS:
        raise Invalid(N_("Please say in a sentence what it was."), field="words")
    if draft.happened_on > (now + _EASTERNMOST).date():
        raise Invalid(N_("That day is still to come. Only what has happened counts."), field="happened_on")
    if draft.happened_on < _EARLIEST:
        raise Invalid(N_("That is too long ago."), field="happened_on")
    if len(draft.evidence) > MAX_EVIDENCE:
        raise Invalid(N_("please keep it under %(n)s characters"), field="evidence", blanks={"n": MAX_EVIDENCE})
    if not draft.evidence.strip() and not has_file:
        raise Invalid(
            N_("Please show it: an address, a number in the books, or a picture of the paper."), field="evidence"
        )
    if draft.kind is EntryKind.COST and kind in POTS:
        raise Invalid(N_("A pot has no costs: all of it goes to contributors."), field="kind")
    if draft.kind is EntryKind.ASIDE and kind is not Kind.SELF_FUNDED:
        raise Invalid(N_("Only a pool of this instance's own money is filled like that."), field="kind")
    _refuse_exchange(draft, currency)


def _refuse_exchange(draft: EntryDraft, currency: str) -> None:
    """What came in another currency says how much, and at which rate, and nothing else does."""
    if not draft.original_currency and draft.original_amount is None and not draft.rate:
        return
    if draft.original_currency not in CURRENCIES or draft.original_currency == currency:
        raise Invalid(N_("Please choose the currency that it came in."), field="original_currency")
    if type(draft.original_amount) is not int or not 0 < draft.original_amount <= MAX_SUM:
        raise Invalid(N_("Please say how much it was in that currency."), field="original_amount")
    if not draft.rate.strip() or len(draft.rate) > MAX_RATE:
        raise Invalid(N_("Please say at which rate it was changed, and whose rate that is."), field="rate")
    if draft.kind is EntryKind.ASIDE:
        raise Invalid(N_("What is set aside stays in its currency."), field="original_currency")


def brings(kind: str, undone: str | None = None) -> bool:
    """Whether there is more to share after an entry of `kind`; of a reversal `undone` is the kind of what it undoes."""
    return kind in _BRINGING if undone is None else undone not in _BRINGING


def refuse_undoing(kind: EntryKind, amount: int, *, there: int) -> None:
    """An entry of `kind` that was confirmed can be undone where `there` is what nobody was promised yet of all that the
    pool got. Raises Conflict, which says what can be done instead.
    """
    if kind in _BRINGING and amount > there:
        raise Conflict(
            N_(
                "It is shared already, or went back again, and what people are owed is not taken from them. State that "
                "it went back: then less is shared until that is made up for."
            )
        )
