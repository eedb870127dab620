"""What PayPal answers, and what that says of an attempt."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from fedirec.payouts.adapters.asking import Answer, code_of, minor_units, part_of, strange
from fedirec.payouts.adapters.protocol import Attempt, Cause, Outcome, Standing
from fedirec.translatable import N_

BATCH: Final = re.compile(r"[A-Za-z0-9-]{1,60}")
"""PayPal's own number for a batch."""
_HELD: Final = N_("PayPal is looking this payment over.")
_STANDINGS: Final[Mapping[str, tuple[Standing, str | None]]] = MappingProxyType(
    {
        "SUCCESS": (Standing.SETTLED, None),
        "PENDING": (Standing.PENDING, N_("PayPal is at it.")),
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


def of_first_time(attempt: Attempt, refused: Outcome) -> Outcome:
    """A refusal proves that nothing is paid only where nothing was sent before."""
    if attempt.first_sent_at is None:
        return refused
    return Outcome(standing=Standing.UNKNOWN, reason=refused.reason, code=refused.code, retry_after=refused.retry_after)


def is_duplicate(answer: Answer) -> bool:
    """Whether PayPal has seen the key: USER_BUSINESS_ERROR about SENDER_BATCH_ID."""
    fields = {str(part_of(each, "field")).upper() for each in details_of(answer)}
    return part_of(answer.body, "name") == "USER_BUSINESS_ERROR" and (not fields or "SENDER_BATCH_ID" in fields)


def refusal_of(answer: Answer) -> Outcome:
    """An answer that is no success, in PayPal's words: nothing was paid for it."""
    code = code_of(part_of(answer.body, "name"))
    cause, reason = Cause.OURS, N_("PayPal refused to pay this.")
    if answer.status == 429:
        cause, reason = Cause.PASSING, N_("PayPal was asked too often. Nothing was paid.")
    elif code == "INSUFFICIENT_FUNDS":
        reason = N_("There is not enough money in the PayPal account. Nothing was paid.")
    elif any("receiver" in str(part_of(each, "field")) for each in details_of(answer)):
        cause, reason = Cause.THEIRS, N_("PayPal cannot pay to this address.")
    return Outcome(standing=Standing.REFUSED, cause=cause, reason=reason, code=code, retry_after=answer.retry_after)


def details_of(answer: Answer) -> list[Any]:
    """What an answer says besides, of each field that it does not like."""
    details = part_of(answer.body, "details")
    return details if isinstance(details, list) else []


def outcome_of(attempt: Attempt, reference: str, body: Mapping[str, Any]) -> Outcome:
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
