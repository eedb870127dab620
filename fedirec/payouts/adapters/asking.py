"""One question to a provider, and what it answered, if it did.

The rule to know: whatever goes wrong after the first byte left, the provider may have paid. So nothing here raises for
it: there is an answer that can be read, or there is none. Providers' sentences are never passed on, for they may repeat
a payee's details; only their short codes are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from fedirec.clock import now
from fedirec.errors import Conflict, FedirecError, Invalid, Misconfigured
from fedirec.ledger.currencies import find_amount
from fedirec.net import Net
from fedirec.payouts.adapters.protocol import (
    Attempt,
    Cause,
    NetworkAdapter,
    Outcome,
    Standing,
    may_submit_again,
    refuse_amount,
)
from fedirec.settings import is_loopback
from fedirec.translatable import N_

MAX_BYTES: Final = 256 * 1024
SECONDS: Final = 30.0
"""Providers take their time; what they were asked to do is not undone when nobody waits for it."""
LOST: Final = N_("The provider did not answer, or not so that it could be read. It may have paid.")
STRANGE: Final = N_("The provider answered with something that does not fit this payment. Please look it up there.")
_CODE: Final = re.compile(r"[A-Za-z0-9_.-]{1,80}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a provider answered."""

    status: int
    body: Mapping[str, Any] = field(repr=False)
    """Empty where it was not an object of JSON."""
    retry_after: int | None

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


async def exchange(
    net: Net,
    url: str,
    *,
    headers: Mapping[str, str],
    form: Mapping[str, str] | None = None,
    document: Mapping[str, Any] | None = None,
) -> Answer | None:
    """What `url` answered to a GET, or to a POST of `form` or `document`; None when nobody knows what became of it."""
    asked = {"accept": "application/json", **headers}
    try:
        if form is not None:
            asked["content-type"] = "application/x-www-form-urlencoded"
            body = urlencode(form).encode()
            answer = await net.post(url, body=body, headers=asked, max_bytes=MAX_BYTES, timeout=SECONDS)
        elif document is not None:
            asked["content-type"] = "application/json"
            body = json.dumps(document).encode()
            answer = await net.post(url, body=body, headers=asked, max_bytes=MAX_BYTES, timeout=SECONDS)
        else:
            answer = await net.get(url, accept=asked.pop("accept"), headers=asked, max_bytes=MAX_BYTES, timeout=SECONDS)
    except FedirecError:  # whatever Net could not do, or not to its end
        return None
    wait = answer.headers.get("retry-after", "")
    return Answer(
        status=answer.status,
        body=_object_of(answer.body),
        retry_after=int(wait) if wait.isdecimal() and len(wait) < 8 else None,
    )


def refused_beforehand(adapter: NetworkAdapter, attempt: Attempt) -> Outcome | None:
    """The refusal of an amount that the provider does not pay; None when `attempt` can be sent.

    Raises Conflict when it was sent before and may not be again: the provider may have forgotten the key.
    """
    if not may_submit_again(attempt, window=adapter.window, at=now()):
        raise Conflict(
            "This payment is too old to be sent again: the provider would not recognise it. Please look it up."
        )
    try:
        refuse_amount(adapter, attempt.amount, attempt.currency)
    except Invalid as error:
        reason = N_("This amount or currency cannot be paid this way. Nothing was sent.")
        if attempt.first_sent_at is not None:
            raise Conflict("This amount or currency is not paid this way any more. Please look it up.") from error
        return Outcome(standing=Standing.REFUSED, cause=Cause.OURS, reason=reason)
    return None


def refuse_base(base: str, *fixed: str) -> None:
    """Raises Misconfigured unless `base` is one of the provider's own addresses, or this machine in tests."""
    try:
        parts = urlsplit(base)
        is_test = parts.scheme == "http" and is_loopback(parts.hostname or "") and not parts.path
    except ValueError:
        is_test = False
    if base not in fixed and not is_test:
        raise Misconfigured("that is not an address of the provider")


def lost(answer: Answer | Outcome | None = None, *, reference: str | None = None) -> Outcome:
    """Nobody knows what became of it."""
    return Outcome(
        standing=Standing.UNKNOWN,
        reference=reference,
        reason=LOST,
        retry_after=answer.retry_after if answer else None,
    )


def strange(reference: str | None, code: str | None = None) -> Outcome:
    """What the provider says cannot be about this attempt: a person has to look."""
    return Outcome(standing=Standing.UNKNOWN, reference=reference, reason=STRANGE, code=code)


def code_of(text: object) -> str | None:
    """A provider's short word for what happened, if that is what it is."""
    return text if isinstance(text, str) and _CODE.fullmatch(text) else None


def part_of(document: object, *path: str | int) -> Any:
    """What stands at `path` within `document`; None where it has no such place."""
    for step in path:
        if isinstance(step, str) and isinstance(document, Mapping):
            document = document.get(step)
        elif isinstance(step, int) and isinstance(document, list) and step < len(document):
            document = document[step]
        else:
            return None
    return document


def minor_units(money: object) -> tuple[int, str] | None:
    """The amount and currency of `{value, currency}`, as PayPal writes them; None when it is none, or below zero."""
    value, currency = part_of(money, "value"), part_of(money, "currency")
    if not isinstance(value, str) or not isinstance(currency, str):
        return None
    amount = find_amount(_without_empty_digits(value, currency), currency)
    return None if amount is None else (amount, currency)


def _without_empty_digits(value: str, currency: str) -> str:
    """Some are written with more zeros than the currency has digits: 100.00 of JPY."""
    whole, _, rest = value.partition(".")
    return whole if not rest.strip("0") else value


def _object_of(body: bytes) -> Mapping[str, Any]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def check_pattern(text: str, pattern: re.Pattern[str], *, field: str, message: str) -> str:
    """`text`, if it looks as `pattern` has it. Raises Invalid with `message` beside `field`."""
    if not pattern.fullmatch(text):
        raise Invalid(message, field=field)
    return text
