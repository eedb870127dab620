"""What the trail of a production would suggest as shares. It only suggests: people set the numbers.

Every record keeps a part of what reaches it for the people who made it, half of it unless something else is said, and
passes the rest on to what it was made from, by the weights of the ways there. A record that was made from nothing keeps
all. Whoever only inspired something is credited, and gets nothing of it. Each record is looked at once, when everything
that was made from it has been (topological order): so a trail with a million million ways is no more work than its
edges, and nobody's share depends on how many ways lead to them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from heapq import heapify, heappop
from typing import Final

from fedirec.credits.shares import MAX_WEIGHT, WHOLE, refuse_number, share_out, to_ppm
from fedirec.errors import Invalid
from fedirec.remix.lineage import Relation, generations

OWN: Final = Fraction(1, 2)
"""What a record keeps that was made from others."""
MAX_EDGE_WEIGHT: Final = 1_000
_MAX_BITS: Final = 2_048
"""Of a denominator. Real trails stay far below; one that was made to be slow is cut off there."""
_FINEST: Final = 1 << 512
_FINE: Final = 10**12
_NOTHING: Final = Fraction(0)
_ROOT: Final = ""
"""The production itself, before all records."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """`record` was made from `source`."""

    record: str
    source: str
    relation: Relation = Relation.ADAPTS
    weight: int = 1
    """Against the other sources of the same record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What was suggested, and what people set, in ppm."""

    suggested: int
    chosen: int

    @property
    def difference(self) -> int:
        """By how much people set more than was suggested."""
        return self.chosen - self.suggested


def suggest(
    used: Mapping[str, int],
    ways: Iterable[Way],
    people: Mapping[str, Mapping[str, int]],
    *,
    scope: str,
    own: Fraction = OWN,
) -> dict[tuple[str, str], int]:
    """Weights for everybody who made a record that leads to what is used, by record and person; they sum to 1,000,000.

    `used` are the records that are in the production, and `people` who made each record, both with their weights among
    one another. People who are credited only get 0. What reaches a record of which nobody is known goes on to its
    sources, or is shared among all. Where remote trails go round in a circle, the way back is not followed. Empty when
    nobody at all would get anything. No further is followed than `lineage.generations` goes. Raises Invalid for weights
    out of bounds.
    """
    if not 0 <= own <= 1:
        raise Invalid("a record keeps between nothing and everything")
    for given in (used, *people.values()):
        for weight in given.values():
            refuse_number(weight, most=MAX_WEIGHT, field="weight")
    sources: dict[str, dict[str, int]] = {}
    for way in ways:
        refuse_number(way.weight, most=MAX_EDGE_WEIGHT, field="weight")
        pays = 0 if way.relation is Relation.INSPIRED_BY else way.weight
        known = sources.setdefault(way.record, {})
        known[way.source] = max(known.get(way.source, 0), pays)
    reached = generations(_ROOT, {**sources, _ROOT: used})
    total = sum(used.values())
    arriving = {record: Fraction(weight, total) for record, weight in used.items() if weight}
    kept = _flow(
        arriving, sources, reached, own, known=frozenset(key for key, made in people.items() if any(made.values()))
    )
    weights: dict[tuple[str, str], int] = {}
    for record in reached:
        makers = people.get(record, {})
        part = kept.get(record, _NOTHING) / (sum(makers.values()) or 1)
        for person, weight in makers.items():
            weights[record, person] = int(part * weight * _FINE)
    if not any(weights.values()):
        return {}
    named = {f"{record} {person}": (record, person) for record, person in weights}
    shares = share_out(WHOLE, {name: weights[key] for name, key in named.items()}, scope=scope)
    return {named[name]: share for name, share in shares.items()}


def compare(suggested: Mapping[str, int], chosen: Mapping[str, int], *, scope: str) -> dict[str, Compared]:
    """What was suggested for each line that has a suggestion, as a share of them all, beside the ppm that people set.

    The suggestions of several productions count like one: each production has the same part.
    """
    whole = to_ppm(suggested, scope=scope) if any(suggested.values()) else {}
    return {key: Compared(suggested=ppm, chosen=chosen.get(key, 0)) for key, ppm in whole.items()}


def begin_with(suggested: Mapping[str, int]) -> dict[str, int]:
    """Small weights that people can go on from: 1 each where the trail suggests the same for everybody, else percent.

    What is suggested alike weighs alike. Where percent would change what somebody gets by more than a tenth, they are
    finer, ten times each, up to what was suggested.
    """
    given = [parts for parts in suggested.values() if parts]
    if not given:
        return dict.fromkeys(suggested, 0)
    if max(given) - min(given) <= 1:  # what rounding left over of equal shares
        return {key: int(parts > 0) for key, parts in suggested.items()}
    total, whole = 100, sum(given)
    while total < whole and any(
        10 * abs(_rounded(total * parts, whole) * whole - total * parts) > total * parts for parts in given
    ):
        total *= 10
    if total >= whole:
        return dict(suggested)
    return {key: _rounded(total * parts, whole) for key, parts in suggested.items()}


def _rounded(number: int, divisor: int) -> int:
    return (2 * number + divisor) // (2 * divisor)


def _flow(
    arriving: dict[str, Fraction],
    sources: Mapping[str, Mapping[str, int]],
    reached: Mapping[str, int],
    own: Fraction,
    *,
    known: frozenset[str],
) -> dict[str, Fraction]:
    """What each record keeps of what arrives at it. Each way is gone once."""
    paid = {
        record: {source: weight for source, weight in sources.get(record, {}).items() if weight and source in reached}
        for record in reached
    }
    waiting = dict.fromkeys(reached, 0)
    for parents in paid.values():
        for source in parents:
            waiting[source] += 1
    ready = [record for record, children in waiting.items() if not children]
    nearest = [(generation, record) for record, generation in reached.items()]
    heapify(nearest)
    kept: dict[str, Fraction] = {}
    while ready or nearest:
        # nothing is ready in a circle only: there the nearest record is, and the ways back to it are not followed
        record = ready.pop() if ready else heappop(nearest)[1]
        if record in kept:
            continue
        value = arriving.pop(record, _NOTHING)
        parents = {source: weight for source, weight in paid[record].items() if source not in kept and source != record}
        keeps = value if not parents else value * own if record in known else _NOTHING
        kept[record] = keeps
        each = (value - keeps) / (sum(parents.values()) or 1)
        for source, weight in parents.items():
            arriving[source] = _short(arriving.get(source, _NOTHING) + each * weight)
            waiting[source] -= 1
            if not waiting[source]:
                ready.append(source)
    return kept


def _short(value: Fraction) -> Fraction:
    return value if value.denominator.bit_length() <= _MAX_BITS else Fraction(int(value * _FINEST), _FINEST)
