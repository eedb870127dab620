"""What is written into the books for a pool: what came in and went out, and what people are owed of it.

The reference of each entry follows from what it is about, so that a step that is done again after an interruption is
booked once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from fedirec.credits.entries import EntryKind
from fedirec.credits.pools import POTS, Kind, PoolState
from fedirec.ledger.journal import Entry, Line, bank, expense, host_share, income, payable, reverse
from fedirec.ledger.journal import pool as to_share
from fedirec.translatable import N_

_DESCRIPTIONS: Final[Mapping[EntryKind, str]] = MappingProxyType(
    {
        EntryKind.INCOME: N_("Money came in for a pool."),
        EntryKind.COST: N_("Money was spent for a pool."),
        EntryKind.REFUND: N_("Money that had come in for a pool went back."),
        EntryKind.ASIDE: N_("Money that the instance had kept was set aside for a pool."),
    }
)
_UNDOING: Final = N_("What was confirmed of a pool was wrong, and is undone.")


def reference_of(entry: str) -> str:
    """By what the books know what was confirmed of a pool in the entry with that key."""
    return f"pool_entry:{entry}"


def confirmed(
    what: EntryKind,
    amount: int,
    currency: str,
    *,
    entry: str,
    pool: str,
    kind: Kind,
    in_pool: int,
    details: Mapping[str, Any] = MappingProxyType({}),
) -> Entry:
    """A treasurer confirmed the `entry` of the `pool` of that `kind`, both by their keys, which holds `in_pool`.

    A refund of a pot takes what is there; what is not there any more is missing in the next period.
    """
    into = to_share(pool) if kind in POTS else income(pool)
    match what:
        case EntryKind.INCOME:
            moves = [(bank(), amount), (into, -amount)]
        case EntryKind.COST:
            moves = [(expense(pool), amount), (bank(), -amount)]
        case EntryKind.ASIDE:
            moves = [(host_share(pool), amount), (to_share(pool), -amount)]
        case EntryKind.REFUND:
            there = min(max(in_pool, 0), amount) if kind in POTS else 0
            moves = [(to_share(pool), there), (income(pool), amount - there), (bank(), -amount)]
    return Entry(
        what.value,
        lines=_lines(moves, currency),
        reference=reference_of(entry),
        description=_DESCRIPTIONS[what],
        details=details,
    )


def undone(booked: Entry) -> Entry:
    """What was `booked` for a pool was wrong, as a treasurer confirmed."""
    return reverse(booked, _UNDOING)


def closing(state: PoolState, *, pool: str, proposal: str) -> Entry | None:
    """What was earned becomes money to share: the first half of locking a proposal, for a pool that stands at `state`.

    Income and costs stand at nothing afterwards, and the host's share at its place; a loss takes what lies in the pool.
    None where there is nothing to close.
    """
    moves = [
        (income(pool), state.open_income),
        (expense(pool), -state.open_costs),
        (host_share(pool), -state.host_share),
        (to_share(pool), state.host_share - state.profit),
    ]
    lines = _lines(moves, state.currency)
    if not lines:
        return None
    return Entry(
        "closing",
        lines=lines,
        reference=f"closing:{proposal}",
        description="What a pool earned, less its costs and the host's share, became money to share.",
        details={"pool": pool, "proposal": proposal},
    )


def locked(owed: Mapping[int, int], currency: str, *, pool: str, proposal: str, digest: str, part: str = "") -> Entry:
    """What each person is `owed`, by their number, leaves the pool: what all their lines in the revision of the
    `proposal` with that `digest` give; `part` is empty at first, and 2, 3 and so on for what is released later.
    """
    people = [(payable(person), -amount) for person, amount in sorted(owed.items())]
    return Entry(
        "shares_locked",
        lines=_lines([(to_share(pool), sum(owed.values())), *people], currency),
        reference=f"lock:{proposal}" + (f":{part}" if part else ""),
        description="Shares of a proposal that was locked are owed to people.",
        details={"proposal": proposal, "digest": digest},
    )


def _lines(moves: Sequence[tuple[str, int]], currency: str) -> tuple[Line, ...]:
    return tuple(Line(account, amount, currency) for account, amount in moves if amount)
