"""Stripe Connect transfers, from the platform's balance to connected accounts: https://docs.stripe.com/api/transfers

The rules to know. Stripe knows an idempotency key again for at least 24 hours, answers it with the first answer even
where that was an error 500, and forgets it afterwards. But every transfer carries our key as its `transfer_group`, by
which it can be asked for at any time. Stripe's smallest units are not ISO's in every currency; only those where they
agree are paid.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final
from urllib.parse import urlencode

from fedirec.credits.settings import WAYS
from fedirec.net import Net
from fedirec.payouts.adapters.asking import (
    Answer,
    check_pattern,
    code_of,
    exchange,
    lost,
    part_of,
    refuse_base,
    refused_beforehand,
    strange,
)
from fedirec.payouts.adapters.details import cut, masked, read_details
from fedirec.payouts.adapters.protocol import Attempt, Cause, Detail, Kind, Limits, Outcome, Standing
from fedirec.translatable import N_

LIVE: Final = "https://api.stripe.com"
VERSION: Final = "2024-06-20"
"""Of the API: an account's own default would change the answers under us."""
WINDOW: Final = timedelta(hours=24)
"""How long Stripe is sure to know an idempotency key."""
_PAID: Final = "AED AUD CAD CHF CZK DKK EUR GBP HKD JPY MXN MYR NOK NZD PLN RON SEK SGD THB USD"
CURRENCIES: Final = frozenset(_PAID.split())
"""Without HUF, ISK, MGA, TWD, UGX and those with thousandths, which Stripe counts in its own way."""
_MAXIMUM: Final = 99_999_999
_TRANSFER: Final = re.compile(r"tr_[A-Za-z0-9]{1,60}")
_ACCOUNT: Final = re.compile(r"acct_[A-Za-z0-9]{8,40}")
_ABOUT_THEM: Final = (
    "account_invalid account_closed resource_missing insufficient_capabilities_for_transfer "
    "transfers_not_allowed payouts_not_allowed invalid_destination"
)
_THEIRS: Final = frozenset(_ABOUT_THEM.split())
"""What a payee's account is refused for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StripeAccount:
    """What Stripe knows the operator by."""

    secret_key: str = field(repr=False)
    base: str = LIVE

    def __post_init__(self) -> None:
        """Raises Misconfigured for an address that is not Stripe's."""
        refuse_base(self.base, LIVE)

    @property
    def is_test(self) -> bool:
        """Whether nothing that it says was paid with real money."""
        return self.base != LIVE or "_test_" in self.secret_key


class Stripe:
    """Pays to accounts that are connected to the operator's with Stripe."""

    name = "stripe"
    label = WAYS["stripe"].name
    kind = Kind.NETWORK
    window = WINDOW
    asks = (
        Detail(
            name="account",
            label=N_("Your account with Stripe"),
            hint=N_("It begins with acct_ and must be connected to this instance's account first."),
            max_length=60,
        ),
    )

    def __init__(self, account: StripeAccount, net: Net) -> None:
        self._account = account
        self._net = net

    @property
    def is_test(self) -> bool:
        """Whether the account moves no money."""
        return self._account.is_test

    @property
    def account(self) -> str:
        """That of its key: after a new one a person looks up what was lost under the old, for it may be another's."""
        return sha256(f"{self._account.base} {self._account.secret_key}".encode()).hexdigest()

    def find_limits(self, currency: str) -> Limits | None:
        return Limits(maximum=_MAXIMUM) if currency in CURRENCIES else None

    def expected_fee(self, amount: int, currency: str) -> int:
        """Stripe takes nothing by the transfer; what it takes by the account and month, its invoices say."""
        return 0

    @classmethod
    def check_details(cls, details: Mapping[str, str]) -> dict[str, str]:
        kept = read_details(cls.asks, details)
        message = "An account with Stripe begins with acct_, followed by letters and digits."
        check_pattern(kept["account"], _ACCOUNT, field="account", message=message)
        return kept

    @staticmethod
    def mask(details: Mapping[str, str]) -> str:
        return masked(details["account"], start="acct_")

    async def submit(self, attempt: Attempt) -> Outcome:
        if attempt.first_sent_at is not None or attempt.reference:
            found = await self.ask(attempt)
            if found.standing is not Standing.UNHEARD:
                return found
        if refused := refused_beforehand(self, attempt):
            return refused
        headers = self._headers() | {"idempotency-key": attempt.key}
        form = {
            "amount": str(attempt.amount),
            "currency": attempt.currency.lower(),
            "destination": attempt.details["account"],
            "transfer_group": attempt.key,
            "description": cut(attempt.message, max_bytes=255),
            "metadata[fedirec]": attempt.key,
        }
        answer = await exchange(self._net, f"{self._account.base}/v1/transfers", headers=headers, form=form)
        if answer is None or answer.status == 408 or answer.status >= 500:
            return lost(answer)
        if answer.is_success:
            return _outcome_of(attempt, answer.body)
        return _refused(attempt, answer)

    async def ask(self, attempt: Attempt) -> Outcome:
        query = urlencode({"transfer_group": attempt.key, "limit": 10})
        answer = await exchange(self._net, f"{self._account.base}/v1/transfers?{query}", headers=self._headers())
        found = part_of(answer.body, "data") if answer is not None and answer.is_success else None
        if not isinstance(found, list):
            return lost(answer, reference=attempt.reference)
        if len(found) > 1 or part_of(answer.body if answer else {}, "has_more"):
            return strange(attempt.reference, "more_than_one_transfer")
        if found:
            return _outcome_of(attempt, found[0])
        return strange(attempt.reference) if attempt.reference else Outcome(standing=Standing.UNHEARD)

    def _headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self._account.secret_key}", "stripe-version": VERSION}


def _outcome_of(attempt: Attempt, transfer: Mapping[str, Any]) -> Outcome:
    """What Stripe says of a transfer, if it is about `attempt`. There is no way between done and not done."""
    reference = part_of(transfer, "id")
    if not isinstance(reference, str) or not _TRANSFER.fullmatch(reference):
        return lost()
    destination = part_of(transfer, "destination")
    if (
        part_of(transfer, "amount") != attempt.amount
        or part_of(transfer, "currency") != attempt.currency.lower()
        or attempt.details.get("account", destination) != destination
        or part_of(transfer, "transfer_group") != attempt.key
    ):
        return strange(reference)
    came_back = part_of(transfer, "amount_reversed")
    if not isinstance(came_back, int) or not 0 <= came_back <= attempt.amount:
        return strange(reference)
    if not came_back:
        return Outcome(standing=Standing.SETTLED, reference=reference)
    return Outcome(
        standing=Standing.RETURNED,
        reference=reference,
        came_back=came_back,
        reason=N_("The transfer was taken back, all of it or a part."),
        code="reversed",
    )


def _refused(attempt: Attempt, answer: Answer) -> Outcome:
    """An answer that is no success, to a key of which Stripe knew no transfer a moment ago."""
    kind, code = part_of(answer.body, "error", "type"), code_of(part_of(answer.body, "error", "code"))
    if kind == "idempotency_error" or code == "idempotency_key_in_use" or answer.status == 409:
        # The key is at work, or it was used for something else: either way something of ours is, or was, under way.
        return Outcome(
            standing=Standing.UNKNOWN,
            reason=N_("Stripe knows this payment already, and is still at it or has it otherwise. It may have paid."),
            code=code or code_of(kind),
            retry_after=answer.retry_after,
        )
    if not isinstance(kind, str):
        return lost(answer)
    cause, reason = Cause.OURS, N_("Stripe refused to pay this.")
    if answer.status == 429:
        cause, reason = Cause.PASSING, N_("Stripe was asked too often. Nothing was paid.")
    elif code in ("balance_insufficient", "insufficient_funds"):
        reason = N_("There is not enough money in the Stripe account. Nothing was paid.")
    elif code in _THEIRS:
        cause, reason = Cause.THEIRS, N_("Stripe cannot pay to this account.")
    elif answer.status in (401, 403):
        reason = N_("Stripe does not let this instance pay: please check its credentials.")
    standing = Standing.REFUSED
    if attempt.first_sent_at is not None and answer.status in (401, 403, 429):
        standing = Standing.UNKNOWN  # said at the door, before Stripe looks up what it knows of the key
    return Outcome(
        standing=standing,
        cause=cause if standing is Standing.REFUSED else None,
        reason=reason,
        code=code or code_of(kind),
        retry_after=answer.retry_after,
    )
