"""What can be booked at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedirec.errors import Invalid
from fedirec.ledger.currencies import CURRENCIES
from fedirec.ledger.journal import (
    MAX_AMOUNT,
    MAX_DETAILS,
    MAX_LINES,
    Entry,
    Line,
    bank,
    changes,
    fees,
    imbalances,
    in_flight,
    payable,
    pool,
    provider,
    reverse,
    unclaimed,
)

PAIR = (Line(bank(), 5, "EUR"), Line(fees(), -5, "EUR"))


@pytest.mark.parametrize(
    "amount", [0, 1.0, 1.5, True, "1", None, MAX_AMOUNT + 1, -MAX_AMOUNT - 1, 10**40, float("inf"), float("nan")]
)
def test_an_amount_is_a_whole_number_within_bounds(amount: Any) -> None:
    with pytest.raises(Invalid) as refused:
        Line(bank(), amount, "EUR")
    assert refused.value.field == "amount"


@pytest.mark.parametrize("currency", ["", "eur", "EURO", "XXX", "XAU", "BTC", None, "EU\n"])
def test_a_currency_is_one_of_iso_4217(currency: Any) -> None:
    with pytest.raises(Invalid) as refused:
        Line(bank(), 1, currency)
    assert refused.value.field == "currency"


@pytest.mark.parametrize(
    "account",
    ["", "banks", "bank\n", "bank:1", "pool:", "pool:a b", "payable:0", "payable:-1", "payable:ana", "x:1", 7],
)
def test_an_account_is_one_that_the_ledger_knows(account: Any) -> None:
    with pytest.raises(Invalid) as refused:
        Line(account, 1, "EUR")
    assert refused.value.field == "account"


def test_accounts_are_named_by_what_they_are_for() -> None:
    assert (payable(12), unclaimed(12), in_flight("01J"), pool("k"), pool(7), provider("paypal")) == (
        "payable:12",
        "unclaimed:12",
        "in_flight:01J",
        "pool:k",
        "pool:7",
        "provider:paypal",
    )
    makers: tuple[Callable[[], str], ...] = (
        lambda: pool("k:x"),
        lambda: pool("k" * 61),
        lambda: pool(True),
        lambda: payable(True),
        lambda: payable("12"),  # type: ignore[arg-type]
        lambda: payable(0),
    )
    for made in makers:
        with pytest.raises(Invalid):
            made()


@pytest.mark.parametrize(
    "entry",
    [
        {"lines": ()},
        {"lines": PAIR[:1]},
        {"lines": (*PAIR, Line(bank(), 1, "EUR"))},
        {"lines": (Line(bank(), 5, "EUR"), Line(fees(), -5, "USD"))},
        {"lines": PAIR * (MAX_LINES // 2 + 1)},
        {"kind": "Moved"},
        {"kind": ""},
        {"kind": "m" * 41},
        {"kind": "reversal"},
        {"reference": ""},
        {"reference": "x" * 181},
        {"reference": "x\0"},
        {"reference": "\ud800"},
        {"reference": "reversal:y"},
        {"reverses": "y"},
        {"kind": "reversal", "reverses": "y"},
        {"description": "x" * 501},
        {"details": {"rate": 1.5}},
        {"details": {"words": "x" * MAX_DETAILS}},
    ],
)
def test_what_is_no_entry_cannot_be_made(entry: dict[str, Any]) -> None:
    Entry(kind="moved", lines=PAIR, reference="x")
    with pytest.raises(Invalid):
        Entry(**{"kind": "moved", "lines": PAIR, "reference": "x"} | entry)


lines = st.builds(
    Line,
    st.sampled_from([bank(), fees(), pool("k"), payable(1), payable(2)]),
    st.integers(-MAX_AMOUNT, MAX_AMOUNT).filter(bool),
    st.sampled_from(["EUR", "JPY", "BHD"]),
)


@given(st.lists(lines, max_size=8))
def test_an_entry_is_balanced_in_every_currency_or_is_none(some: list[Line]) -> None:
    sums = {code: sum(line.amount for line in some if line.currency == code) for code in CURRENCIES}
    assert imbalances(some) == {code: amount for code, amount in sums.items() if amount}
    if len(some) < 2 or any(sums.values()):
        with pytest.raises(Invalid):
            Entry("moved", tuple(some), "x")
        return
    entry = Entry("moved", tuple(some), "x")
    undone = reverse(entry, "it was wrong")
    assert not imbalances(undone.lines)
    assert changes(undone) == {place: -amount for place, amount in changes(entry).items()}


@given(st.lists(lines, min_size=1, max_size=8))
def test_reversing_takes_everything_back(some: list[Line]) -> None:
    entry = Entry("moved", (*some, *(Line(bank(), -line.amount, line.currency) for line in some)), "x")
    both = Entry("moved", (*entry.lines, *reverse(entry, "it was wrong").lines), "y")
    assert changes(both) == {}
