"""Entries of the double-entry journal, and the accounts between which they move money.

A debit is positive, a credit negative, and in every currency they come to nothing together. What an instance has and
spends is in debit; what it owes is in credit: pools, payables, what is in flight, what nobody claims. Those may never
be in debit (`OWED`), for nobody can be paid more than they are owed. Nothing written is ever changed: what was wrong is
undone by an entry with the signs turned (`reverse`), and then written as it is right.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from fedirec.errors import Invalid
from fedirec.ledger.chain import canonical
from fedirec.ledger.currencies import CURRENCIES

MAX_AMOUNT: Final = 10**14
"""Minor units of one line; far enough below 2**53 for every program, and below what sums of a database can hold."""
MAX_LINES: Final = 10_000
MAX_KIND: Final = 40
MAX_REFERENCE: Final = 180
"""Characters of a reference; that of the entry that reverses it is a little longer."""
MAX_DESCRIPTION: Final = 500
MAX_DETAILS: Final = 20_000
"""Characters of the details of an entry, as JSON."""
REVERSAL: Final = "reversal"
"""The kind of entries that undo others, and how their references begin."""
ACCOUNT_KINDS: Final = (
    "bank",
    "expense",
    "fees",
    "host_share",
    "in_flight",
    "income",
    "payable",
    "pool",
    "provider",
    "rounding",
    "unclaimed",
)
"""What accounts begin with."""
OWED: Final = ("pool", "payable", "in_flight", "unclaimed")
"""Kinds of accounts in which the instance owes somebody something, so that they may never be in debit."""

_KIND: Final = re.compile(r"[a-z][a-z_]*")
_PART: Final = r"[A-Za-z0-9_-]{1,60}"
_ACCOUNT: Final = re.compile(
    rf"bank|fees|rounding|(?:provider|income|expense|host_share|pool|in_flight):{_PART}"
    r"|(?:payable|unclaimed):[1-9][0-9]{0,18}"
)


def bank() -> str:
    """Money at the bank of the instance."""
    return "bank"


def provider(name: str) -> str:
    """Money with somebody who pays for the instance, such as PayPal."""
    return _account("provider", name)


def income(key: str | int) -> str:
    """What came in for a pool, until the pool is filled from it."""
    return _account("income", key)


def expense(key: str | int) -> str:
    """What a pool cost, until that is taken off its income."""
    return _account("expense", key)


def host_share(key: str | int) -> str:
    """What the instance keeps of the income of a pool, or puts into it."""
    return _account("host_share", key)


def pool(key: str | int) -> str:
    """Money to share that is nobody's yet."""
    return _account("pool", key)


def payable(person_id: int) -> str:
    """What somebody is owed."""
    return _account("payable", _person(person_id))


def in_flight(batch: str | int) -> str:
    """What was handed over for payment, and neither arrived nor came back."""
    return _account("in_flight", batch)


def fees() -> str:
    """What paying costs."""
    return "fees"


def unclaimed(person_id: int) -> str:
    """What somebody is owed who did not claim it in time."""
    return _account("unclaimed", _person(person_id))


def rounding() -> str:
    """What rounding would leave over. Always 0, for sums are shared in whole units."""
    return "rounding"


def is_account(name: object) -> bool:
    """Whether the ledger has such accounts."""
    return isinstance(name, str) and _ACCOUNT.fullmatch(name) is not None


def kind_of(account: str) -> str:
    """The kind of an account: "payable" of "payable:12"."""
    return account.partition(":")[0]


@dataclass(frozen=True, slots=True)
class Line:
    """An account is debited with `amount` minor units of `currency`, or credited where that is negative.

    Raises Invalid for what is no account, no currency of ISO 4217, or no whole amount other than 0 within MAX_AMOUNT.
    """

    account: str
    amount: int
    currency: str

    def __post_init__(self) -> None:
        if not is_account(self.account):
            raise Invalid("that is no account of the ledger", field="account")
        if type(self.amount) is not int:
            raise Invalid("an amount is a whole number of minor units", field="amount")
        if not 0 < abs(self.amount) <= MAX_AMOUNT:
            raise Invalid("an amount is more than nothing, and not more than the ledger can hold", field="amount")
        if self.currency not in CURRENCIES:
            raise Invalid("that is no currency of ISO 4217", field="currency")


@dataclass(frozen=True, slots=True)
class Entry:
    """Money that moves at once. There is no entry that is not balanced: Invalid is raised instead.

    `reference` says what it books, and is booked once; all else in it follows from that, so that whoever posts it again
    after an interruption says the same. It names nobody, for it stays when they leave.
    """

    kind: str
    lines: tuple[Line, ...]
    reference: str
    description: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    reverses: str | None = None
    """The reference of the entry that it undoes."""

    def __post_init__(self) -> None:
        _refuse_text(self.kind, MAX_KIND, field="kind")
        if not _KIND.fullmatch(self.kind) or (self.kind == REVERSAL) != (self.reverses is not None):
            raise Invalid("an entry has a kind of small letters, and only reversals are called that", field="kind")
        if self.reverses is not None and self.reference != reversing(self.reverses):
            raise Invalid("a reversal has the reference of what it reverses", field="reference")
        if self.reverses is None and isinstance(self.reference, str) and self.reference.startswith(f"{REVERSAL}:"):
            raise Invalid("only reversals have such a reference", field="reference")
        _refuse_text(self.reverses or self.reference, MAX_REFERENCE, field="reference")
        if not self.reference:
            raise Invalid("an entry says what it books", field="reference")
        _refuse_text(self.description, MAX_DESCRIPTION, field="description")
        if len(canonical(self.details)) > MAX_DETAILS:
            raise Invalid("these are too many details", field="details")
        if not 2 <= len(self.lines) <= MAX_LINES:
            raise Invalid("an entry has at least two lines", field="lines")
        object.__setattr__(self, "lines", tuple(self.lines))
        object.__setattr__(self, "details", MappingProxyType(dict(self.details)))
        if off := imbalances(self.lines):
            raise Invalid(
                "debits and credits of %(currency)s differ by %(amount)s",
                field="lines",
                blanks={"currency": min(off), "amount": abs(off[min(off)])},
            )


def imbalances(lines: Iterable[Line]) -> dict[str, int]:
    """By how much debits exceed credits, for each currency in which they do not come to nothing."""
    sums: Counter[str] = Counter()
    for line in lines:
        sums[line.currency] += line.amount
    return {currency: amount for currency, amount in sums.items() if amount}


def changes(entry: Entry) -> dict[tuple[str, str], int]:
    """What an entry changes, by account and currency; what it debits and credits alike is not in it."""
    sums: Counter[tuple[str, str]] = Counter()
    for line in entry.lines:
        sums[line.account, line.currency] += line.amount
    return {place: amount for place, amount in sums.items() if amount}


def reversing(reference: str) -> str:
    """The reference of the entry that undoes the one with `reference`: so it is undone at most once."""
    return f"{REVERSAL}:{reference}"


def reverse(entry: Entry, reason: str) -> Entry:
    """The entry that undoes `entry`, line by line, and says why.

    Raises Invalid for one that is a reversal itself: what was rightly booked is booked anew instead.
    """
    if entry.reverses is not None:
        raise Invalid("a reversal is not reversed; book anew what was right")
    return Entry(
        REVERSAL,
        lines=tuple(Line(line.account, -line.amount, line.currency) for line in entry.lines),
        reference=reversing(entry.reference),
        description=reason,
        reverses=entry.reference,
    )


def _account(kind: str, part: str | int) -> str:
    name = f"{kind}:{part}"
    if isinstance(part, bool) or not is_account(name):
        raise Invalid("that is no account of the ledger", field="account")
    return name


def _person(person_id: int) -> int:
    if type(person_id) is not int:
        raise Invalid("people are numbers in the ledger", field="account")
    return person_id


def _refuse_text(text: str, longest: int, *, field: str) -> None:
    if not isinstance(text, str) or len(text) > longest or "\0" in text:
        raise Invalid("this is too long for the ledger, or no text", field=field)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise Invalid("this is no text", field=field) from error
