"""Whatever happens in whatever order, the books are sound, and stand as whoever counted along expects."""

from __future__ import annotations

import itertools
from collections import Counter
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from fedirec.db import transaction
from fedirec.errors import Conflict
from fedirec.ledger.balances import balances_of
from fedirec.ledger.journal import (
    OWED,
    Entry,
    Line,
    changes,
    expense,
    in_flight,
    kind_of,
    payable,
    pool,
    provider,
    reverse,
    unclaimed,
)
from fedirec.ledger.posting import post
from fedirec.ledger.recording import record
from fedirec.ledger.verifying import verify
from tests.fuzz.budget import tries


def ways(number: int) -> tuple[tuple[str, str], ...]:
    """What is debited and what is credited, in the ways in which money moves, in the story of this number."""
    one, other, ana, ben = pool(f"a{number}"), pool(f"b{number}"), payable(2 * number + 1), payable(2 * number + 2)
    batch, lost = in_flight(number), unclaimed(2 * number + 2)
    return (
        (expense(number), one),
        (expense(number), other),
        (one, ana),
        (other, ana),
        (other, ben),
        (ana, batch),
        (ben, batch),
        (batch, provider(f"p{number}")),
        (batch, ana),
        (ben, lost),
        (lost, one),
        (one, other),
    )


moves = st.tuples(st.sampled_from(range(len(ways(0)))), st.integers(1, 3), st.sampled_from(["EUR", "EUR", "JPY"]))
steps = st.one_of(
    moves,
    moves,
    moves,
    st.tuples(st.just("reverse"), st.integers(0, 9)),
    st.tuples(st.just("again"), st.integers(0, 9)),
    st.tuples(st.just("take back"), moves),
    st.just("record"),
)
_numbers = itertools.count()


class Story:
    """What happened, and what whoever counts along thinks that there is."""

    def __init__(self) -> None:
        self.ways = ways(next(_numbers))
        self.posted: list[Entry] = []
        self.stands: Counter[tuple[str, str]] = Counter()
        self.undone: set[str] = set()

    async def tell(self, step: object) -> None:
        match step:
            case "record":
                await record("decided", "p", {"number": next(_numbers)})
            case ("reverse", int(place)) if self.posted:
                entry = self.posted[place % len(self.posted)]
                if entry.reverses is None and entry.reference not in self.undone:
                    await self.book(reverse(entry, "it was wrong"))
            case ("again", int(place)) if self.posted:
                await post(self.posted[place % len(self.posted)])
            case ("take back", move):
                with suppress(ZeroDivisionError, Conflict):
                    await self.interrupted(self.entry_of(move))
            case (int(), int(), str()):
                await self.book(self.entry_of(step))

    def entry_of(self, move: object) -> Entry:
        assert isinstance(move, tuple)
        way, amount, currency = move
        debit, credit = self.ways[way]
        lines = Line(debit, amount, currency), Line(credit, -amount, currency)
        return Entry("moved", lines, f"story:{next(_numbers)}")

    async def interrupted(self, entry: Entry) -> None:
        async with transaction():
            await post(entry)
            raise ZeroDivisionError

    async def book(self, entry: Entry) -> None:
        """It is booked exactly where nobody takes out more than there is."""
        too_much = any(
            amount > 0 and kind_of(place[0]) in OWED and self.stands[place] + amount > 0
            for place, amount in changes(entry).items()
        )
        try:
            await post(entry)
        except Conflict:
            assert too_much
            return
        assert not too_much
        self.stands.update(changes(entry))
        self.posted.append(entry)
        if entry.reverses:
            self.undone.add(entry.reverses)


@tries(20)
@given(happens=st.lists(steps, min_size=1, max_size=25))
async def test_the_books_are_sound_whatever_happens(database: str, happens: list[object]) -> None:
    story = Story()
    for step in happens:
        await story.tell(step)

    assert await balances_of(story.stands) == story.stands
    report = await verify()
    assert report.is_sound, report.findings
    again = await verify(against=[(report.last, report.head)])
    assert (again.is_sound, again.head) == (True, report.head)
