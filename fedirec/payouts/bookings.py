"""What is written into the books at each step of a payment.

The reference of each entry follows from the payment, its try and the step, so that a step that is done again after an
interruption is booked once.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from fedirec.ledger.chain import spell
from fedirec.ledger.journal import Entry, Line, bank, fees, in_flight, payable, pool, provider, unclaimed

TRANSFER: Final = "transfer"
"""The kind of entries by which money of the instance moves between its own accounts."""


def submitted(batch: str, currency: str, amounts: Mapping[int, int]) -> Entry:
    """A batch was handed over: what each person in it is owed, by their number, is on its way."""
    owed = tuple(Line(payable(person), amount, currency) for person, amount in sorted(amounts.items()))
    flying = Line(in_flight(batch), -sum(amounts.values()), currency)
    return Entry("payout_submitted", lines=(*owed, flying), reference=f"batch:{batch}:submitted")


def paid_from(adapter: str, *, by_provider: bool) -> str:
    """The account that a payment leaves, and where it comes back to: what PayPal pays is missing there, and what is
    paid by a file or by hand is missing at the bank.
    """
    return provider(adapter) if by_provider else bank()


def settled(payout: str, number: int, *, batch: str, amount: int, currency: str, account: str) -> Entry:
    """A try of a payment arrived, which left `account`."""
    lines = (Line(in_flight(batch), amount, currency), Line(account, -amount, currency))
    return Entry("payout_settled", lines=lines, reference=f"{_try(payout, number)}:settled")


def failed(payout: str, number: int, *, batch: str, person: int, amount: int, currency: str) -> Entry:
    """Nothing was paid by a try: it is owed as before."""
    lines = (Line(in_flight(batch), amount, currency), Line(payable(person), -amount, currency))
    return Entry("payout_failed", lines=lines, reference=f"{_try(payout, number)}:failed")


def returned(payout: str, number: int, *, batch: str, person: int, amount: int, currency: str) -> Entry:
    """All of a payment came back before it was known to have arrived."""
    lines = (Line(in_flight(batch), amount, currency), Line(payable(person), -amount, currency))
    return Entry("payout_returned", lines=lines, reference=f"{_try(payout, number)}:returned")


def came_back(payout: str, number: int, *, person: int, amount: int, currency: str, total: int, account: str) -> Entry:
    """`amount` of a payment that had arrived came back, so that `total` of it is ours again with what came before."""
    lines = (Line(account, amount, currency), Line(payable(person), -amount, currency))
    return Entry("payout_returned", lines=lines, reference=f"{_try(payout, number)}:came_back:{total}")


def found_paid(payout: str, number: int, *, person: int, amount: int, currency: str, account: str) -> Entry:
    """It turned out that a try had arrived which was booked as failed or returned."""
    lines = (Line(payable(person), amount, currency), Line(account, -amount, currency))
    return Entry("payout_settled", lines=lines, reference=f"{_try(payout, number)}:found_paid")


def charged(payout: str, number: int, *, fee: int, currency: str, total: int, account: str) -> Entry:
    """The provider took `fee` for a try, or gave it back where that is below 0; `total` with what it took before."""
    lines = (Line(fees(), fee, currency), Line(account, -fee, currency))
    return Entry("payout_fee", lines=lines, reference=f"{_try(payout, number)}:fee:{currency}:{total}")


def transferred(name: str, *, mark: str, amount: int, currency: str) -> Entry:
    """The instance moved money of its own from the bank to a provider, or back where `amount` is below 0; `mark` stands
    for the statement on which that was seen.
    """
    lines = (Line(provider(name), amount, currency), Line(bank(), -amount, currency))
    return Entry(TRANSFER, lines=lines, reference=f"transfer:{name}:{mark}")


def lapsed(payout: str, *, at: datetime, person: int, amount: int, currency: str) -> Entry:
    """Nobody claimed it for as long as the policy says."""
    lines = (Line(payable(person), amount, currency), Line(unclaimed(person), -amount, currency))
    return Entry("payout_unclaimed", lines=lines, reference=f"payout:{payout}:unclaimed:{spell(at)}")


def claimed(payout: str, *, at: datetime, person: int, amount: int, currency: str) -> Entry:
    """Whoever it belongs to came after all; it is owed to them again."""
    lines = (Line(unclaimed(person), amount, currency), Line(payable(person), -amount, currency))
    return Entry("payout_claimed", lines=lines, reference=f"payout:{payout}:claimed:{spell(at)}")


def given_to_pools(payout: str, *, person: int, pools: Mapping[str, int], currency: str) -> Entry:
    """Nobody claimed it, and it went back to the pools that it came from, `pools` by their keys."""
    back = tuple(Line(pool(key), -amount, currency) for key, amount in sorted(pools.items()))
    taken = Line(unclaimed(person), sum(pools.values()), currency)
    return Entry("payout_given_away", lines=(taken, *back), reference=f"payout:{payout}:given_away")


def given_to_charity(payout: str, *, person: int, amount: int, currency: str) -> Entry:
    """Nobody claimed it, and it was paid to the charity that was named beforehand."""
    lines = (Line(unclaimed(person), amount, currency), Line(bank(), -amount, currency))
    return Entry("payout_given_away", lines=lines, reference=f"payout:{payout}:given_away")


def _try(payout: str, number: int) -> str:
    return f"payout:{payout}:{number}"
