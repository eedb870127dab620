"""PayPal Payouts, REST version 1: https://developer.paypal.com/docs/api/payments.payouts-batch/v1/

The rules to know. Each attempt is a batch of one: PayPal knows nothing but batches again (`sender_batch_id`), for 30
days, and takes its fee by the item. It tells of a batch only by its own number, so that an attempt whose answer was
lost can be found only by sending it again: PayPal then refuses it as a duplicate and names the first. A refusal of
another kind, to something that was sent before, says nothing about the first time.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from types import MappingProxyType
from typing import Any, Final

from fedirec.clock import now
from fedirec.credits.settings import WAYS
from fedirec.ledger.currencies import write_amount
from fedirec.net import Net
from fedirec.payouts.adapters.asking import (
    Answer,
    ask,
    check_pattern,
    code_of,
    lost,
    minor_units,
    part_of,
    refuse_base,
    refused_beforehand,
    strange,
)
from fedirec.payouts.adapters.details import HIDDEN, cut, read_details
from fedirec.payouts.adapters.protocol import Attempt, Cause, Detail, Kind, Limits, Outcome, Standing
from fedirec.translatable import N_

LIVE: Final = "https://api-m.paypal.com"
SANDBOX: Final = "https://api-m.sandbox.paypal.com"
WINDOW: Final = timedelta(days=30)
"""How long PayPal refuses a `sender_batch_id` that it has seen."""
_PAID: Final = "AUD CAD CHF CZK DKK EUR GBP HKD ILS JPY MXN NOK NZD PHP PLN SEK SGD THB USD"
CURRENCIES: Final = frozenset(_PAID.split())
"""Without those that move inside one country only (BRL, CNY, MYR), and those that PayPal pays in whole units although
they have hundredths (HUF, TWD), of which a rest could never be paid."""
FEE_PERCENT: Final = 2
"""Of the amount, from us, with a cap that depends on the country: https://developer.paypal.com/docs/payouts/standard/reference/fees/"""
_MAXIMUM_USD: Final = 2_000_000
_BATCH: Final = re.compile(r"[A-Za-z0-9-]{1,60}")
_EMAIL: Final = re.compile(r"[^\s@<>,;:\"()\[\]\\]+@[^\s@<>,;:\"()\[\]\\]+\.[^\s@<>,;:\"()\[\]\\]{2,}")

_PENDING: Final = N_("PayPal is at it.")
_HELD: Final = N_("PayPal is looking this payment over.")
_STANDINGS: Final[Mapping[str, tuple[Standing, str | None]]] = MappingProxyType(
    {
        "SUCCESS": (Standing.SETTLED, None),
        "PENDING": (Standing.PENDING, _PENDING),
        "ONHOLD": (Standing.PENDING, _HELD),
        "ON_HOLD": (Standing.PENDING, _HELD),
        "UNCLAIMED": (Standing.UNCLAIMED, N_("Nobody has an account under this address yet; PayPal wrote to it.")),
        "RETURNED": (Standing.RETURNED, N_("Nobody took the money, and PayPal gave it back.")),
        "REFUNDED": (Standing.RETURNED, N_("The payee gave the money back.")),
        "REVERSED": (Standing.RETURNED, N_("PayPal took the money back and gave it to us.")),
        "FAILED": (Standing.REFUSED, N_("PayPal could not pay this.")),
        "DENIED": (Standing.REFUSED, N_("PayPal does not pay this.")),
    }
)
_ABOUT_US: Final = (
    "INSUFFICIENT_FUNDS AUTHORIZATION_ERROR REQUIRED_SCOPE_MISSING SENDER_RESTRICTED "
    "SENDER_ACCOUNT_LOCKED SENDER_ACCOUNT_UNVERIFIED SENDER_EMAIL_UNCONFIRMED SPENDING_LIMIT_EXCEEDED "
    "USER_COUNTRY_NOT_ALLOWED USER_FUNDING_SOURCE_INELIGIBLE CLOSED_MARKET NOT_AUTHORIZED "
    "PERMISSION_DENIED VALIDATION_ERROR"
)
_OURS: Final = frozenset(_ABOUT_US.split())
"""What has nothing to do with the payee."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PayPalAccount:
    """What PayPal knows the operator by."""

    client_id: str
    secret: str = field(repr=False)
    base: str = LIVE

    def __post_init__(self) -> None:
        """Raises Misconfigured for an address that is not PayPal's."""
        refuse_base(self.base, LIVE, SANDBOX)

    @property
    def is_test(self) -> bool:
        """Whether nothing that it says was paid with real money."""
        return self.base != LIVE


class PayPal:
    """Pays to e-mail addresses through PayPal."""

    name = "paypal"
    label = WAYS["paypal"].name
    kind = Kind.NETWORK
    window = WINDOW
    asks = (
        Detail(
            name="email",
            label=N_("E-mail address of your PayPal account"),
            hint=N_("Money to an address that PayPal does not know waits for 30 days, then comes back."),
            autocomplete="email",
            max_length=127,
        ),
    )

    def __init__(self, account: PayPalAccount, net: Net) -> None:
        self._account = account
        self._net = net
        self._token: tuple[str, datetime] | None = None

    @property
    def is_test(self) -> bool:
        """Whether the account moves no money."""
        return self._account.is_test

    @property
    def account(self) -> str:
        return sha256(f"{self._account.base} {self._account.client_id}".encode()).hexdigest()

    def find_limits(self, currency: str) -> Limits | None:
        if currency not in CURRENCIES:
            return None
        return Limits(maximum=_MAXIMUM_USD if currency == "USD" else None)

    def expected_fee(self, amount: int, currency: str) -> int:
        """Rounded up, without the cap: never less than PayPal takes."""
        return -(-amount * FEE_PERCENT // 100)

    @classmethod
    def check_details(cls, details: Mapping[str, str]) -> dict[str, str]:
        kept = read_details(cls.asks, details)
        message = "Please write an e-mail address, such as ana@studio.example."
        check_pattern(kept["email"], _EMAIL, field="email", message=message)
        return kept

    @staticmethod
    def mask(details: Mapping[str, str]) -> str:
        name, _, host = details["email"].rpartition("@")
        return f"{name[:1]}{HIDDEN}@{host}"[:60]

    async def submit(self, attempt: Attempt) -> Outcome:
        if attempt.reference:
            return await self.ask(attempt)
        if refused := refused_beforehand(self, attempt):
            return refused
        answer = await self._let_in(partial(self._send, attempt))
        if isinstance(answer, Outcome):
            return _of_first_time(attempt, answer)
        if answer is None or answer.status == 408 or answer.status >= 500:
            return lost(answer)
        if answer.is_success:
            return self._begun(attempt, answer)
        if _is_duplicate(answer):
            return await self._adopt(attempt, answer)
        if code_of(part_of(answer.body, "name")) is None:  # these are not the words of PayPal
            return lost(answer)
        return _of_first_time(attempt, _refused(answer))

    async def ask(self, attempt: Attempt) -> Outcome:
        """What became of it. Without PayPal's number for it UNHEARD, for PayPal cannot be asked by ours."""
        if not attempt.reference:
            return Outcome(standing=Standing.UNHEARD)
        if not _BATCH.fullmatch(attempt.reference):
            return strange(attempt.reference)
        return await self._look_up(attempt, attempt.reference)

    async def _adopt(self, attempt: Attempt, answer: Answer) -> Outcome:
        """PayPal has it already, and says under which number."""
        for detail in _details_of(answer):
            href = part_of(detail, "link", 0, "href") or part_of(detail, "links", 0, "href")
            reference = href.rstrip("/").rpartition("/")[2] if isinstance(href, str) else ""
            if _BATCH.fullmatch(reference):
                return await self._look_up(attempt, reference)
        return strange(None, "DUPLICATE")

    def _begun(self, attempt: Attempt, answer: Answer) -> Outcome:
        reference = part_of(answer.body, "batch_header", "payout_batch_id")
        if not isinstance(reference, str) or not _BATCH.fullmatch(reference):
            return lost(answer)
        return _outcome_of(attempt, reference, answer.body)

    async def _send(self, attempt: Attempt, token: str) -> Answer | None:
        message = cut(attempt.message, max_bytes=255)
        document = {
            "sender_batch_header": {"sender_batch_id": attempt.key, "email_subject": message},
            "items": [
                {
                    "recipient_type": "EMAIL",
                    "receiver": attempt.details["email"],
                    "amount": {
                        "value": write_amount(attempt.amount, attempt.currency),
                        "currency": attempt.currency,
                    },
                    "note": message,
                    "sender_item_id": attempt.key,
                }
            ],
        }
        headers = {"authorization": f"Bearer {token}"}
        return await ask(self._net, f"{self._account.base}/v1/payments/payouts", headers=headers, document=document)

    async def _look_up(self, attempt: Attempt, reference: str) -> Outcome:
        url = f"{self._account.base}/v1/payments/payouts/{reference}"
        answer = await self._let_in(lambda token: ask(self._net, url, headers={"authorization": f"Bearer {token}"}))
        if answer is None or isinstance(answer, Outcome) or not answer.is_success:
            return lost(answer, reference=reference)
        return _outcome_of(attempt, reference, answer.body)

    async def _let_in(self, question: Callable[[str], Awaitable[Answer | None]]) -> Answer | Outcome | None:
        """What is answered to `question` with a token, a new one if that ran out; or why there is none.

        An answer of 401 is given at the door: nothing was done for whoever it was.
        """
        for is_last in (False, True):
            token = await self._authorise(anew=is_last)
            if isinstance(token, Outcome):
                return token
            answer = await question(token)
            if answer is None or answer.status != 401 or is_last:
                break
        return answer

    async def _authorise(self, *, anew: bool = False) -> str | Outcome:
        """A token that lets us in, or why there is none: then nothing was sent."""
        if self._token is not None and not anew and self._token[1] > now():
            return self._token[0]
        self._token = None
        known = b64encode(f"{self._account.client_id}:{self._account.secret}".encode()).decode("ascii")
        answer = await ask(
            self._net,
            f"{self._account.base}/v1/oauth2/token",
            headers={"authorization": f"Basic {known}"},
            form={"grant_type": "client_credentials"},
        )
        token = part_of(answer.body, "access_token") if answer else None
        if (
            answer is not None
            and answer.is_success
            and isinstance(token, str)
            and token.isascii()
            and token.isprintable()
        ):
            seconds = part_of(answer.body, "expires_in")
            seconds = min(seconds, 86_400) if isinstance(seconds, int) else 0
            self._token = (token, now() + timedelta(seconds=seconds - 60))
            return token
        if answer is not None and answer.status in (400, 401, 403):
            reason = N_("PayPal does not know this instance any more: please check its credentials.")
            return Outcome(standing=Standing.REFUSED, cause=Cause.OURS, reason=reason, code="AUTHENTICATION_FAILURE")
        return Outcome(
            standing=Standing.REFUSED,
            cause=Cause.PASSING,
            reason=N_("PayPal let nobody in just now. Nothing was sent."),
            retry_after=answer.retry_after if answer else None,
        )


def _of_first_time(attempt: Attempt, refused: Outcome) -> Outcome:
    """A refusal proves that nothing is paid only where nothing was sent before."""
    if attempt.first_sent_at is None:
        return refused
    return Outcome(standing=Standing.UNKNOWN, reason=refused.reason, code=refused.code, retry_after=refused.retry_after)


def _is_duplicate(answer: Answer) -> bool:
    """Whether PayPal has seen the key: USER_BUSINESS_ERROR about SENDER_BATCH_ID."""
    fields = {str(part_of(each, "field")).upper() for each in _details_of(answer)}
    return part_of(answer.body, "name") == "USER_BUSINESS_ERROR" and (not fields or "SENDER_BATCH_ID" in fields)


def _refused(answer: Answer) -> Outcome:
    """An answer that is no success, in PayPal's words: nothing was paid for it."""
    code = code_of(part_of(answer.body, "name"))
    cause, reason = Cause.OURS, N_("PayPal refused to pay this.")
    if answer.status == 429:
        cause, reason = Cause.PASSING, N_("PayPal was asked too often. Nothing was paid.")
    elif code == "INSUFFICIENT_FUNDS":
        reason = N_("There is not enough money in the PayPal account. Nothing was paid.")
    elif any("receiver" in str(part_of(each, "field")) for each in _details_of(answer)):
        cause, reason = Cause.THEIRS, N_("PayPal cannot pay to this address.")
    return Outcome(standing=Standing.REFUSED, cause=cause, reason=reason, code=code, retry_after=answer.retry_after)


def _details_of(answer: Answer) -> list[Any]:
    details = part_of(answer.body, "details")
    return details if isinstance(details, list) else []


def _outcome_of(attempt: Attempt, reference: str, body: Mapping[str, Any]) -> Outcome:
    """What PayPal says of a batch, if it is about `attempt`."""
    header = part_of(body, "batch_header")
    key = part_of(header, "sender_batch_header", "sender_batch_id")
    status = part_of(header, "batch_status")
    if key is not None and key != attempt.key:
        return strange(reference)
    items = part_of(body, "items")
    items = items if isinstance(items, list) else []
    mine = [each for each in items if part_of(each, "payout_item", "sender_item_id") == attempt.key]
    if len(items) > 1 or len(mine) != len(items):
        return strange(reference)
    if status in ("DENIED", "CANCELED"):
        reason = N_("PayPal does not pay this.")
        code = code_of(part_of(mine, 0, "errors", "name")) or code_of(part_of(body, "errors", 0, "name")) or status
        return Outcome(standing=Standing.REFUSED, reference=reference, cause=_cause_of(code), reason=reason, code=code)
    if not mine:
        begun = {"PENDING": Standing.ACCEPTED, "NEW": Standing.ACCEPTED, "PROCESSING": Standing.PENDING}
        standing = begun.get(str(status))
        return Outcome(standing=standing, reference=reference) if standing else strange(reference, code_of(status))
    return _outcome_of_item(attempt, reference, mine[0], is_over=status == "SUCCESS")


def _outcome_of_item(attempt: Attempt, reference: str, item: Mapping[str, Any], *, is_over: bool) -> Outcome:
    if minor_units(part_of(item, "payout_item", "amount")) != (attempt.amount, attempt.currency):
        return strange(reference)
    status = str(part_of(item, "transaction_status"))
    code = code_of(part_of(item, "errors", "name"))
    if status == "BLOCKED":  # nothing is said of whether that is the end of it, until the batch is over
        standing, reason = (Standing.REFUSED, _STANDINGS["FAILED"][1]) if is_over else (Standing.PENDING, _HELD)
    elif status in _STANDINGS:
        standing, reason = _STANDINGS[status]
    else:
        return strange(reference, code_of(status))
    fee = minor_units(part_of(item, "payout_item_fee")) or (0, attempt.currency)
    if standing is Standing.REFUSED:
        cause = _cause_of(code)
        return Outcome(standing=standing, reference=reference, cause=cause, reason=reason, code=code or status)
    return Outcome(
        standing=standing,
        reference=reference,
        fee=fee[0] if standing is not Standing.PENDING else 0,
        fee_currency=fee[1],
        came_back=attempt.amount if standing is Standing.RETURNED else 0,
        reason=reason,
        code=code or (None if standing is Standing.SETTLED else status),
    )


def _cause_of(code: str | None) -> Cause:
    return Cause.OURS if code in _OURS or code in ("DENIED", "CANCELED", None) else Cause.THEIRS
