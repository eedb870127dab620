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
from typing import Final

from fedirec.clock import now
from fedirec.credits.settings import WAYS
from fedirec.ledger.currencies import write_amount
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
from fedirec.payouts.adapters.details import HIDDEN, cut, read_details
from fedirec.payouts.adapters.paypal.answers import (
    BATCH,
    details_of,
    is_duplicate,
    of_first_time,
    outcome_of,
    refusal_of,
)
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
_EMAIL: Final = re.compile(r"[^\s@<>,;:\"()\[\]\\]+@[^\s@<>,;:\"()\[\]\\]+\.[^\s@<>,;:\"()\[\]\\]{2,}")


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
            return of_first_time(attempt, answer)
        if answer is None or answer.status == 408 or answer.status >= 500:
            return lost(answer)
        if answer.is_success:
            return self._begun(attempt, answer)
        if is_duplicate(answer):
            return await self._adopt(attempt, answer)
        if code_of(part_of(answer.body, "name")) is None:  # these are not the words of PayPal
            return lost(answer)
        return of_first_time(attempt, refusal_of(answer))

    async def ask(self, attempt: Attempt) -> Outcome:
        """What became of it. Without PayPal's number for it UNHEARD, for PayPal cannot be asked by ours."""
        if not attempt.reference:
            return Outcome(standing=Standing.UNHEARD)
        if not BATCH.fullmatch(attempt.reference):
            return strange(attempt.reference)
        return await self._look_up(attempt, attempt.reference)

    async def _adopt(self, attempt: Attempt, answer: Answer) -> Outcome:
        """PayPal has it already, and says under which number."""
        for detail in details_of(answer):
            href = part_of(detail, "link", 0, "href") or part_of(detail, "links", 0, "href")
            reference = href.rstrip("/").rpartition("/")[2] if isinstance(href, str) else ""
            if BATCH.fullmatch(reference):
                return await self._look_up(attempt, reference)
        return strange(None, "DUPLICATE")

    def _begun(self, attempt: Attempt, answer: Answer) -> Outcome:
        reference = part_of(answer.body, "batch_header", "payout_batch_id")
        if not isinstance(reference, str) or not BATCH.fullmatch(reference):
            return lost(answer)
        return outcome_of(attempt, reference, answer.body)

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
        url = f"{self._account.base}/v1/payments/payouts"
        return await exchange(self._net, url, headers=_with(token), document=document)

    async def _look_up(self, attempt: Attempt, reference: str) -> Outcome:
        url = f"{self._account.base}/v1/payments/payouts/{reference}"
        answer = await self._let_in(lambda token: exchange(self._net, url, headers=_with(token)))
        if answer is None or isinstance(answer, Outcome) or not answer.is_success:
            return lost(answer, reference=reference)
        return outcome_of(attempt, reference, answer.body)

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
        answer = await exchange(
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


def _with(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}
