"""What every way of paying has in common.

The rule to know: an adapter never decides to pay. It is given an attempt that is already written down, under a key
that is never used for another, and says what became of it. What it cannot tell, it calls UNKNOWN.

How an attempt lives, for whoever calls:

* It is written and committed before `submit` is called for the first time, and its row is kept forever.
* After UNKNOWN, or a process that died in between, only `ask` is called. When that says UNHEARD, `submit` may be called
  again with the same attempt, nothing in it changed but `first_sent_at`, as long as `may_submit_again` says so. After
  that, a person looks it up.
* SETTLED, RETURNED and REFUSED spend the key: who pays again writes a new attempt with a new key.
* SETTLED is not forever: providers report later that money came back. `ask` answers at any age.

Amounts are whole numbers of minor units (`ledger/currencies.py`); decimal digits exist only on the wire.

A new way of paying is a module here, a name in `credits.settings.WAYS` with what an admin is asked, a line in
`catalogue.py`, and one in `queries/ways.py` where it needs an account.
"""

from __future__ import annotations

from base64 import b32encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol, runtime_checkable
from uuid import UUID

from fedirec.errors import Invalid

SAFETY: Final = timedelta(hours=1)
"""How long before the end of a provider's window nothing is sent again: clocks differ, and requests wait."""


class Kind(StrEnum):
    """How an adapter pays."""

    MANUAL = "manual"
    """A person pays, somewhere else, and says so with a proof."""
    FILE = "file"
    """A file is written once and stored; a person takes it to the bank and says with a proof what came of it."""
    NETWORK = "network"
    """A provider is told and asked."""


class Standing(StrEnum):
    """What became of an attempt."""

    ACCEPTED = "accepted"
    """The provider has it and has not begun."""
    PENDING = "pending"
    """The provider is at it, or is looking it over. Ask again later."""
    SETTLED = "settled"
    """The payee, or the payee's account with the provider, has the money."""
    UNCLAIMED = "unclaimed"
    """The money waits for the payee to take it; it comes back after a while if nobody does. Ask again later."""
    RETURNED = "returned"
    """`came_back` of it is ours again: not taken, reversed or refunded."""
    REFUSED = "refused"
    """For certain nothing was or will be paid; `cause` and `reason` say why. The key is spent."""
    UNHEARD = "unheard"
    """Only of `ask`: the provider has no trace of the key, or tells of it only when it is sent again, paying once."""
    UNKNOWN = "unknown"
    """It may have been paid or not. Never submit it again before asking."""


class Cause(StrEnum):
    """Who has to do something before an attempt that was refused is followed by another one."""

    PASSING = "passing"
    """Nobody: later it may go well."""
    OURS = "ours"
    """The treasurer: there is not enough money, or the provider wants something of this instance."""
    THEIRS = "theirs"
    """The payee: their details or their account with the provider."""


OPEN: Final = frozenset({Standing.ACCEPTED, Standing.PENDING, Standing.UNCLAIMED, Standing.UNKNOWN, Standing.UNHEARD})
"""What has to be asked about again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What is known of an attempt now."""

    standing: Standing
    reference: str | None = None
    """What the provider calls it. Once known it is kept, and handed in with the attempt from then on."""
    fee: int = 0
    """What the provider took from us beside the amount, in minor units of `fee_currency`, as far as it has told."""
    fee_currency: str | None = None
    """None: that of the attempt."""
    came_back: int = 0
    """What of the amount is ours again; less than all of it only where a provider returns parts."""
    cause: Cause | None = None
    """Set when REFUSED."""
    reason: str | None = None
    """A sentence for the treasurer, marked for translation where it is ours. Never holds payee details."""
    code: str | None = None
    """The provider's own word for the reason, such as RECEIVER_UNREGISTERED."""
    retry_after: int | None = None
    """Seconds after which asking or sending again makes sense, if the provider said so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One payment to one payee, as it was written down before anything left."""

    key: str
    """Ours, permanent, of `key_of`. Never used for anything else, by any adapter."""
    amount: int
    """Minor units, above zero."""
    currency: str
    details: Mapping[str, str] = field(repr=False)
    """As `check_details` returned them, unsealed."""
    message: str
    """What the payee reads beside the money. Adapters shorten and clean it as their provider asks."""
    first_sent_at: datetime | None = None
    """When `submit` was called for the first time, however that ended; None when that is about to happen."""
    reference: str | None = None
    """What the provider calls it, once known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Attempts that go into one file."""

    key: str
    """Of `key_of`; another one than those of its attempts."""
    currency: str
    created_at: datetime
    execute_on: date
    """The day on which the bank should pay."""
    attempts: Sequence[Attempt]


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """What a file adapter wrote. Its bytes are stored once and served as they are; a second `write` differs."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What an adapter pays in one currency, in minor units."""

    minimum: int = 1
    """Anything smaller is carried over, never dropped."""
    maximum: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """One thing that a payee is asked for."""

    name: str
    """Its key in `details`, and the `field` of an Invalid."""
    label: str
    """Marked for translation."""
    hint: str = ""
    """Marked for translation."""
    autocomplete: str = "off"
    """The token of HTML's autocomplete."""
    required: bool = True
    max_length: int = 140


@runtime_checkable
class Adapter(Protocol):
    """One way of paying."""

    @property
    def name(self) -> str:
        """What it is called in rows, addresses and settings: lower-case ASCII."""

    @property
    def label(self) -> str:
        """What people call it, marked for translation."""

    @property
    def kind(self) -> Kind: ...

    @property
    def asks(self) -> Sequence[Detail]:
        """What it must know of a payee, in the order in which it is asked."""

    def find_limits(self, currency: str) -> Limits | None:
        """What it pays in `currency`; None when nothing."""

    def expected_fee(self, amount: int, currency: str) -> int:
        """What the provider will probably take from us beside `amount`, in minor units; what it did take, outcomes say.

        Zero where it is not known beforehand.
        """

    def check_details(self, details: Mapping[str, str]) -> dict[str, str]:
        """`details` in the one spelling that is sealed and handed in with attempts; nothing that was not asked for.

        Raises Invalid with the name of a Detail as `field`.
        """

    def mask(self, details: Mapping[str, str]) -> str:
        """What the person recognises `details` by, and nobody could pay to: DE** **** 1234.

        At most 60 characters; empty where that is nothing.
        """


@runtime_checkable
class FileAdapter(Adapter, Protocol):
    """One that writes files (Kind.FILE)."""

    def find_fault(self, details: Mapping[str, str]) -> str | None:
        """Why somebody with these `details` cannot stand in a file, in a sentence; None where they can."""

    def write(self, batch: Batch) -> File:
        """The file that pays `batch`. Does no input or output; takes a moment for large ones: call it in a thread.

        Call it once for a batch and store what it returned: two calls do not give the same bytes, and both would be
        paid. Raises Invalid when something in `batch` cannot be paid so, Misconfigured when the operator has to act.
        """


@runtime_checkable
class NetworkAdapter(Adapter, Protocol):
    """One that tells a provider (Kind.NETWORK). Neither call raises for what providers and networks do."""

    @property
    def window(self) -> timedelta:
        """How long after `first_sent_at` the provider knows a key again and does not pay for it twice."""

    async def submit(self, attempt: Attempt) -> Outcome:
        """The provider was told to pay `attempt`, at most once however often this is called within the `window`.

        Outside of every transaction, after the attempt was committed. Raises Conflict, having sent nothing, when it
        was sent before and may not be again. Cancelled or killed in the middle, the outcome is UNKNOWN.
        """

    async def ask(self, attempt: Attempt) -> Outcome:
        """What became of `attempt`, whose details may be left out. Pays nothing."""


@runtime_checkable
class Accounted(Protocol):
    """An adapter that says from which account with the provider it pays."""

    @property
    def account(self) -> str:
        """Another one for another account, 64 characters at most, and no secret: a provider knows a key again only for
        the account that it was used with.
        """


def provider_account_of(adapter: Adapter) -> str:
    """From which account `adapter` pays, as far as it says so."""
    return adapter.account if isinstance(adapter, Accounted) else ""


def key_of(id: UUID) -> str:
    """The key of the attempt or batch whose id is `id`: base32, upper case, no padding."""
    return b32encode(id.bytes).decode("ascii").rstrip("=")


def may_submit_again(attempt: Attempt, *, window: timedelta, at: datetime) -> bool:
    """Whether a provider that forgets keys after `window` still knows that of `attempt`, if it ever saw it."""
    return attempt.first_sent_at is None or at < attempt.first_sent_at + window - SAFETY


def refuse_amount(adapter: Adapter, amount: int, currency: str) -> None:
    """Raises Invalid unless `adapter` pays `amount` minor units of `currency` at once."""
    limits = adapter.find_limits(currency)
    if limits is None:
        raise Invalid("%(currency)s is not paid this way", field="currency", blanks={"currency": currency})
    if amount < limits.minimum:
        raise Invalid("that is less than is paid this way", field="amount")
    if limits.maximum is not None and amount > limits.maximum:
        raise Invalid("that is more than is paid this way at once", field="amount")
