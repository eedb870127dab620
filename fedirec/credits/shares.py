"""How a sum is shared in whole units so that nothing is lost and nothing is made up.

One way of rounding, once over all lines (largest remainder, named after Hamilton): each line gets the whole part of its
exact share, and what is left goes, a unit each, to those that lost most by that. Between lines that lost equally a hash
decides, so that it is not always those whose names begin with A. The same lines give the same result in any order and
on any machine. A share is kept in parts per million (ppm), and amounts are apportioned from those.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from math import ceil, floor
from typing import Final

from fedirec.errors import Invalid
from fedirec.translatable import N_

WHOLE: Final = 1_000_000
"""Parts per million that make up everything."""
MAX_LINES: Final = 2_000
"""Lines of one proposal."""
MAX_WEIGHT: Final = 10**9
MAX_TOTAL: Final = 10**13
"""Minor units: more than any pool, and still exact in every reader of JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Redistribution:
    """What became of shares when some were given back: both, so that a page can strike one through."""

    before: Mapping[str, int]
    """ppm of each line as it was."""
    after: Mapping[str, int]
    """ppm of each line as it is now: 0 where the share was given back."""


def apportion(total: int, weights: Mapping[str, int], *, scope: str) -> dict[str, int]:
    """`total` shared by `weights`, whole units for each line; they sum to `total` exactly.

    Each line gets its exact share rounded down or up, never anything else (the quota rule), and a line of weight 0 gets
    nothing. Ties go by SHA-256 of `scope` followed by the key of the line, the smallest first; `scope` is the key of
    the proposal. Raises Invalid for what is no such number, and where there is something to share and nobody to get it.
    """
    refuse_number(total, most=MAX_TOTAL, field="amount")
    refuse_weights(weights)
    return share_out(total, weights, scope=scope)


def share_out(total: int, weights: Mapping[str, int], *, scope: str) -> dict[str, int]:
    """As `apportion`, of numbers that have been looked at already, and of as many lines as there are."""
    whole = sum(weights.values())
    if not whole:
        if total:
            raise Invalid(N_("Please give at least one line a weight."), field="weight")
        return dict.fromkeys(weights, 0)
    shares = {key: total * weight // whole for key, weight in weights.items()}
    for key in _order_of_remainders(total, weights, scope)[: total - sum(shares.values())]:
        shares[key] += 1
    return shares


def topped_up(total: int, weights: Mapping[str, int], *, scope: str) -> tuple[str, ...]:
    """The lines that got a unit on top of the whole part of their exact share, in the order in which it was given."""
    shares = apportion(total, weights, scope=scope)
    whole = sum(weights.values())
    return tuple(
        key
        for key in (_order_of_remainders(total, weights, scope) if whole else ())
        if shares[key] > total * weights[key] // whole
    )


def to_ppm(weights: Mapping[str, int], *, scope: str) -> dict[str, int]:
    """The share of each line in parts per million; they sum to exactly 1,000,000. Raises what `apportion` raises."""
    return apportion(WHOLE, weights, scope=scope)


def amounts_of(total: int, ppm: Mapping[str, int], *, scope: str) -> dict[str, int]:
    """What each line gets of `total` minor units. Raises Invalid unless the shares sum to exactly 1,000,000 ppm."""
    refuse_parts(ppm)
    return apportion(total, ppm, scope=scope)


def moved_by_rounding(
    before: tuple[int, Mapping[str, int]], after: tuple[int, Mapping[str, int]], *, scope: str
) -> dict[str, int]:
    """By how many units rounding alone moved a line between two splits, each a total and the weights it is shared by.

    A line whose exact share grows by 0.29 can well lose a unit (the Alabama paradox); here it stands as -1. Lines that
    moved as their shares did, rounded down or up, and lines that are in one split only, are left out.
    """
    old, new = (apportion(total, weights, scope=scope) for total, weights in (before, after))
    was, now = (Fraction(total, sum(weights.values()) or 1) for total, weights in (before, after))
    moved = {}
    for key in old.keys() & new.keys():
        exact = now * after[1][key] - was * before[1][key]
        change = new[key] - old[key]
        if by := max(change - ceil(exact), 0) + min(change - floor(exact), 0):
            moved[key] = by
    return moved


def redistribute(weights: Mapping[str, int], given_back: Collection[str], *, scope: str) -> Redistribution:
    """The shares when the lines `given_back` are: what they had goes to the others, in proportion.

    Nobody else loses by it, and it is the same however many are given back at once. Raises Invalid for a line that is
    not there, and where nobody would be left who gets anything.
    """
    if set(given_back) - weights.keys():
        raise Invalid(N_("There is no such line."), field="line")
    before = to_ppm(weights, scope=scope)
    # from the parts, not from the weights: so an exact share that hardly grows cannot be rounded below what it was
    kept = {key: 0 if key in given_back else parts for key, parts in before.items()}
    return Redistribution(before=before, after=to_ppm(kept, scope=scope))


def rescale(weights: Mapping[str, int], locked: Collection[str], target: int, *, scope: str) -> dict[str, int]:
    """The weights when `locked` lines keep theirs and the others are scaled until all sum to `target`.

    Raises Invalid where the locked ones alone are more than that, and where nothing is left to scale: a line of weight
    0 stays one, for somebody gave a reason for it.
    """
    refuse_weights(weights)
    refuse_number(target, most=MAX_WEIGHT, field="weight")
    kept = {key: weight for key, weight in weights.items() if key in locked}
    rest = target - sum(kept.values())
    if rest < 0:
        raise Invalid(N_("The locked lines are more than everything together."), field="weight")
    others = {key: weight for key, weight in weights.items() if key not in kept}
    if rest and not any(others.values()):
        raise Invalid(
            N_("There is something left to share, and no line without a lock that could get it."), field="weight"
        )
    scaled = kept | apportion(rest, others, scope=scope)
    return {key: scaled[key] for key in weights}


def even_by_role(
    weights: Mapping[str, int], roles: Mapping[str, str], *, scope: str, locked: Collection[str] = ()
) -> dict[str, int]:
    """The weights when everybody in the same role gets the same: each role keeps what it has together.

    `locked` lines keep theirs, and lines without a role too. What cannot be shared evenly is a unit here and there.
    """
    refuse_weights(weights)
    groups: dict[str, list[str]] = {}
    for key in weights:
        if key not in locked and roles.get(key):
            groups.setdefault(roles[key], []).append(key)
    result = dict(weights)
    for keys in groups.values():
        result |= apportion(sum(weights[key] for key in keys), dict.fromkeys(keys, 1), scope=scope)
    return result


def refuse_number(number: int, *, most: int, field: str) -> None:
    """Raise Invalid unless `number` is a whole number from 0 to `most`; True and 1.0 are none."""
    if type(number) is not int or not 0 <= number <= most:
        raise Invalid(N_("Please give a whole number from 0 to %(most)s."), field=field, blanks={"most": most})


def refuse_weights(weights: Mapping[str, int]) -> None:
    """Raise Invalid for more lines than MAX_LINES, and for a weight that is no whole number from 0 to MAX_WEIGHT."""
    if len(weights) > MAX_LINES:
        raise Invalid(N_("Up to %(n)s lines can share a sum."), field="lines", blanks={"n": MAX_LINES})
    for weight in weights.values():
        refuse_number(weight, most=MAX_WEIGHT, field="weight")


def refuse_parts(ppm: Mapping[str, int]) -> None:
    """Raise Invalid unless the shares of all lines sum to exactly 1,000,000 ppm, none of them below 0."""
    refuse_weights(ppm)
    if sum(ppm.values()) != WHOLE:
        raise Invalid(N_("The shares of all lines have to sum to exactly 1,000,000 parts."), field="lines")


def _order_of_remainders(total: int, weights: Mapping[str, int], scope: str) -> list[str]:
    whole = sum(weights.values())
    return sorted(
        weights, key=lambda key: (-(total * weights[key] % whole), sha256((scope + key).encode()).digest(), key)
    )
