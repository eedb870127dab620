"""The table of all entries in docs/decisions/0028-ledger.md is what the code books."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from fedirec.credits import bookings as of_credits
from fedirec.credits.entries import EntryKind
from fedirec.credits.pools import Kind, PoolState
from fedirec.ledger.chain import spell
from fedirec.ledger.journal import Entry, bank
from fedirec.payouts import bookings

ROOT: Final = Path(__file__).parents[2]
MOMENT: Final = datetime(2026, 11, 23, 12, tzinfo=UTC)
SIGNS: Final = {
    "POOL": "pool",
    "BATCH": "batch",
    "PAYOUT": "payout",
    "PROPOSAL": "proposal",
    "ENTRY": "entry",
    "NAME": "name",
    "MARK": "mark",
    "777": "person",
    ":3:": "number",
    "41": "sum",
    "EUR": "currency",
    spell(MOMENT): "moment",
}
"""What stands in these samples, and what the table calls it."""
ATTEMPT: Final[dict[str, Any]] = {"payout": "PAYOUT", "number": 3}
SUM: Final[dict[str, Any]] = {"amount": 50, "currency": "EUR"}
CAME: Final[dict[str, Any]] = {"account": bank()}
EARNED: Final = PoolState(
    currency="EUR",
    host_share_ppm=100_000,
    came_in=500,
    went_back=0,
    spent=100,
    open_income=500,
    open_costs=100,
    kept=0,
    in_pool=0,
    promised=0,
)


def of_pool(what: EntryKind, kind: Kind) -> Entry:
    return of_credits.confirmed(what, **SUM, entry="ENTRY", pool="POOL", kind=kind, in_pool=20)


def entries() -> list[Entry]:
    """One of each, as the code makes them, in the order of the table."""
    income = of_pool(EntryKind.INCOME, Kind.ROYALTIES)
    closing = of_credits.closing(EARNED, pool="POOL", proposal="PROPOSAL")
    assert closing is not None
    return [
        income,
        of_pool(EntryKind.INCOME, Kind.COMMISSION),
        of_pool(EntryKind.COST, Kind.ROYALTIES),
        of_pool(EntryKind.REFUND, Kind.ROYALTIES),
        of_pool(EntryKind.REFUND, Kind.COMMISSION),
        of_pool(EntryKind.ASIDE, Kind.SELF_FUNDED),
        of_credits.undone(income),
        closing,
        bookings.submitted("BATCH", "EUR", {777: 50}),
        bookings.settled(**ATTEMPT, batch="BATCH", **SUM, **CAME),
        bookings.found_paid(**ATTEMPT, person=777, **SUM, **CAME),
        bookings.failed(**ATTEMPT, batch="BATCH", person=777, **SUM),
        bookings.returned(**ATTEMPT, batch="BATCH", person=777, **SUM),
        bookings.came_back(**ATTEMPT, person=777, total=41, **SUM, **CAME),
        bookings.charged(**ATTEMPT, fee=5, currency="EUR", total=41, **CAME),
        bookings.transferred("NAME", mark="MARK", **SUM),
        bookings.lapsed("PAYOUT", at=MOMENT, person=777, **SUM),
        bookings.claimed("PAYOUT", at=MOMENT, person=777, **SUM),
        bookings.given_to_pools("PAYOUT", person=777, pools={"POOL": 50}, currency="EUR"),
        bookings.given_to_charity("PAYOUT", person=777, **SUM),
    ]


def words(texts: Sequence[str]) -> str:
    """`texts` with names in angles where the samples have keys, as one cell."""
    cells = []
    for text in texts:
        for sample, name in SIGNS.items():
            text = text.replace(sample, f":<{name}>:" if sample.startswith(":") else f"<{name}>")
        cells.append(f"`{text}`")
    return ", ".join(cells)


def table() -> list[list[str]]:
    page = (ROOT / "docs/decisions/0028-ledger.md").read_text()
    rows = page.partition("<!-- entries -->\n")[2].partition("\n\n")[0].strip().splitlines()[2:]
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows]


def test_the_table_has_each_entry_as_the_code_makes_it() -> None:
    told = [row[:4] for row in table() if row[0] != "`shares_locked`"]
    assert told == [
        [
            words([entry.kind]),
            words([entry.reference]),
            words([line.account for line in entry.lines if line.amount > 0]),
            words([line.account for line in entry.lines if line.amount < 0]),
        ]
        for entry in entries()
    ]


def test_no_kind_is_missing_in_the_table_and_each_is_posted_where_it_says() -> None:
    sources = {str(file.relative_to(ROOT / "fedirec")): file.read_text() for file in (ROOT / "fedirec").rglob("*.py")}
    made = {
        kind
        for name, text in sources.items()
        if name.startswith(("credits/", "payouts/"))
        for kind in re.findall(r'\bEntry\(\s*"([a-z_]+)"', text)
    }
    assert {row[0].strip("`") for row in table()} == {*made, *EntryKind, bookings.TRANSFER, "reversal"}
    for *_, posted_by in table():
        assert "post(" in sources[posted_by.strip("`")]
