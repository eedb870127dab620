from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from fedirec.clock import now
from fedirec.db import fetch_rows, transaction
from fedirec.errors import Conflict, Invalid, NotFound, TooLarge
from fedirec.ledger.balances import all_balances, balance_of, balances_in, balances_of
from fedirec.ledger.chain import START, canonical
from fedirec.ledger.journal import Entry, Line, bank, in_flight, income, payable, pool, reverse, rounding, unclaimed
from fedirec.ledger.posting import find_entry, post
from fedirec.ledger.recording import MAX_DOCUMENT, head, record


def moved(debit: str, credit: str, amount: int, reference: str, currency: str = "EUR") -> Entry:
    """An entry by which `amount` goes from `credit` to `debit`."""
    return Entry("moved", (Line(debit, amount, currency), Line(credit, -amount, currency)), reference)


async def test_what_is_posted_stands_in_the_accounts(database: str) -> None:
    await post(moved(bank(), pool("k"), 1_000, "paid-in:1"))
    await post(moved(bank(), pool("k"), 70, "paid-in:2", currency="JPY"))
    await post(moved(pool("k"), payable(12), 400, "locked:1"), at=now())

    assert await balance_of(bank(), "EUR") == 1_000
    assert await balance_of(pool("k"), "EUR") == -600
    assert await balances_in(pool("k")) == {"EUR": -600, "JPY": -70}
    assert await balances_of([(payable(12), "EUR"), (payable(13), "EUR")]) == {
        (payable(12), "EUR"): -400,
        (payable(13), "EUR"): 0,
    }
    assert [each async for each in all_balances()] == [
        ("bank", "EUR", 1_000),
        ("bank", "JPY", 70),
        ("payable:12", "EUR", -400),
        ("pool:k", "EUR", -600),
        ("pool:k", "JPY", -70),
    ]
    assert [each async for each in all_balances(kind="payable")] == [("payable:12", "EUR", -400)]


async def test_a_moment_is_kept_whatever_its_time_zone(database: str) -> None:
    moment = datetime(2026, 5, 1, 1, 30, tzinfo=timezone(timedelta(hours=2)))
    row = await post(moved(bank(), pool("k"), 1_000, "paid-in:1"), at=moment)

    assert row.posted_at == moment == datetime(2026, 4, 30, 23, 30, tzinfo=UTC)
    with pytest.raises(Invalid):
        await post(moved(bank(), pool("k"), 1_000, "paid-in:2"), at=datetime(2026, 5, 1))


async def test_the_same_is_booked_once_and_something_else_never_in_its_place(database: str) -> None:
    first = await post(moved(bank(), pool("k"), 1_000, "paid-in:1"))
    again = await post(moved(bank(), pool("k"), 1_000, "paid-in:1"), at=now() + timedelta(days=1))

    assert (again.id, again.posted_at) == (first.id, first.posted_at)
    assert await balance_of(bank(), "EUR") == 1_000
    assert (await head())[0] == 1
    for other in (
        moved(bank(), pool("k"), 1_001, "paid-in:1"),
        moved(bank(), pool("l"), 1_000, "paid-in:1"),
        moved(bank(), pool("k"), 1_000, "paid-in:1", currency="USD"),
        Entry("paid_in", first_lines := moved(bank(), pool("k"), 1_000, "-").lines, "paid-in:1"),
        Entry("moved", first_lines, "paid-in:1", description="otherwise"),
        Entry("moved", first_lines, "paid-in:1", details={"evidence": "otherwise"}),
    ):
        with pytest.raises(Conflict):
            await post(other)
    assert await balance_of(bank(), "EUR") == 1_000


async def test_nobody_takes_out_more_than_there_is(database: str) -> None:
    await post(moved(bank(), pool("k"), 1_000, "paid-in"))
    await post(moved(pool("k"), payable(1), 600, "locked"))
    await post(moved(payable(1), in_flight("b"), 500, "submitted"))

    for place, more in ((pool("k"), 401), (payable(1), 101), (in_flight("b"), 501), (unclaimed(1), 1)):
        with pytest.raises(Conflict, match="there is not as much"):
            await post(moved(place, bank(), more, f"too-much:{place}"))
        with pytest.raises(Conflict):  # nor what is there in another currency
            await post(moved(place, bank(), 1, f"other-money:{place}", currency="USD"))
    with pytest.raises(Conflict, match="rounding"):
        await post(moved(rounding(), bank(), 1, "rounded"))
    await post(moved(in_flight("b"), bank(), 500, "settled"))
    await post(moved(payable(1), in_flight("c"), 100, "the-rest"))
    assert await balance_of(bank(), "EUR") == 500


async def test_an_entry_is_reversed_once_and_exactly(database: str) -> None:
    entry = Entry(
        "earned", (Line(bank(), 900, "EUR"), Line(income("k"), -900, "EUR")), "income:1", details={"evidence": [1]}
    )
    with pytest.raises(NotFound):
        await post(reverse(entry, "it was never here"))
    first = await post(entry)
    assert await find_entry("income:1") == entry
    assert first.details != canonical(entry.details), "nobody who has its digest finds an amount by trying each"
    assert await find_entry("income:2") is None

    undone = reverse(entry, "the client took it back")
    row = await post(undone)

    assert row.reverses_id == first.id
    assert await balance_of(bank(), "EUR") == 0
    assert await find_entry("reversal:income:1") == undone
    assert (await post(undone)).id == row.id
    with pytest.raises(Conflict):
        await post(reverse(entry, "and once more"))
    with pytest.raises(Invalid):
        reverse(undone, "it was right after all")


async def test_a_reversal_has_the_lines_of_what_it_reverses(database: str) -> None:
    await post(moved(bank(), income("k"), 900, "income:1"))
    false = Entry(
        "reversal",
        (Line(income("k"), 800, "EUR"), Line(bank(), -800, "EUR")),
        "reversal:income:1",
        reverses="income:1",
    )
    with pytest.raises(Invalid):
        await post(false)


async def test_what_is_taken_back_leaves_no_trace(database: str) -> None:
    async def interrupted() -> None:
        async with transaction():
            await post(moved(bank(), pool("k"), 1_000, "paid-in"))
            await record("decided", "p", {})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await interrupted()
    assert await head() == (0, START)
    assert await balance_of(bank(), "EUR") == 0
    await post(moved(bank(), pool("k"), 1_000, "paid-in"))
    assert (await head())[0] == 1


async def test_links_follow_each_other(database: str) -> None:
    first = await record("proposal.published", "p1", {"revision": 1, "shares": {"b": 2, "a": [True, None, "ü"]}})
    entry = await post(moved(bank(), pool("k"), 1_000, "paid-in"))
    last = await record("proposal.locked", "p1", {"revision": 1})

    assert (first.number, first.previous) == (1, START)
    assert first.document == '{"revision":1,"shares":{"a":[true,null,"ü"],"b":2}}'
    assert await head() == (3, last.digest)
    rows = await fetch_rows("SELECT kind, subject, document, entry_id, previous FROM chain_link WHERE number = 2")
    assert dict(rows[0]) == {
        "kind": "entry",
        "subject": "paid-in",
        "document": "",
        "entry_id": entry.id,
        "previous": first.digest,
    }


async def test_what_has_no_one_spelling_is_not_recorded(database: str) -> None:
    nested: dict[str, object] = {}
    for _ in range(50):
        nested = {"in": nested}
    for document in ({"a": 1.5}, {"a": now()}, {"a": b""}, {"a": {1: 2}}, {"a": 2**53}, {"a": "\ud800"}, nested):
        with pytest.raises(Invalid):
            await record("event", "s", document)
    with pytest.raises(TooLarge):
        await record("event", "s", {"a": "x" * MAX_DOCUMENT})
    with pytest.raises(Invalid):
        await record("entry", "s", {})
    assert (await head())[0] == 0
