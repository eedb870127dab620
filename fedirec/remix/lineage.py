"""What was made from what, and who is to be credited for it.

The graph is given as plain edges; nothing here knows where they come from. Remote edges can be wrong or hostile: every
walk visits a record once, goes no deeper than MAX_DEPTH generations and no further than MAX_RECORDS records, and gives
the same answer in whatever order the edges arrive.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple, TypeAlias

from fedirec.errors import Conflict, Invalid
from fedirec.remix.kinds import KINDS, Kind

MAX_SOURCES: Final = 256
"""Records that one record can be made from."""
MAX_DEPTH: Final = 64
"""Generations that are followed."""
MAX_RECORDS: Final = 10_000
"""Records that one walk visits."""

Parents: TypeAlias = Mapping[str, Collection[str]]
"""For each record, the records that it was made from."""


class Relation(StrEnum):
    """How a record was made from a source."""

    ADAPTS = "adapts"
    SAMPLES = "samples"
    CONTAINS = "contains"
    PERFORMS = "performs"
    TRANSLATES = "translates"
    INSPIRED_BY = "inspiredBy"


class Edge(NamedTuple):
    """`record` was made from `source`. A trail has thousands of them."""

    record: str
    source: str
    relation: Relation = Relation.ADAPTS


def parents_of(edges: Iterable[Edge]) -> dict[str, set[str]]:
    """The sources of each record."""
    parents: dict[str, set[str]] = {}
    for edge in edges:
        parents.setdefault(edge.record, set()).add(edge.source)
    return parents


def children_of(parents: Parents) -> dict[str, set[str]]:
    """The same graph, looked at from the other end."""
    children: dict[str, set[str]] = {}
    for record, sources in parents.items():
        for source in sources:
            children.setdefault(source, set()).add(record)
    return children


def generations(record: str, neighbours: Parents) -> dict[str, int]:
    """Each record that is reached from `record`, nearest first, with the fewest steps that lead to it.

    The record itself is generation 0, its direct sources are generation 1. A record that is reached on a short and on a
    long way counts as near, so that a further edge can bring somebody nearer but never push anybody away.
    """
    found = {record: 0}
    frontier = [record]
    for generation in range(1, MAX_DEPTH + 1):
        reached = {near for known in frontier for near in neighbours.get(known, ()) if near not in found}
        frontier = sorted(reached)[: MAX_RECORDS - len(found)]
        if not frontier:
            break
        found |= dict.fromkeys(frontier, generation)
    return found


def would_loop(record: str, sources: Iterable[str], parents: Parents) -> bool:
    """Whether making `record` from `sources` would make it its own ancestor, at whatever depth."""
    seen = set(sources)
    waiting = list(seen)
    while waiting:
        for near in parents.get(waiting.pop(), ()):
            if near not in seen:
                seen.add(near)
                waiting.append(near)
    return record in seen


def looping_among(record: str, sources: Iterable[str], parents: Parents) -> set[str]:
    """Those of `sources` from each of which alone making `record` would make it its own ancestor: one walk for all."""
    children = children_of(parents)
    seen, waiting = {record}, [record]
    while waiting:
        for near in children.get(waiting.pop(), ()):
            if near not in seen:
                seen.add(near)
                waiting.append(near)
    return seen & set(sources)


def refuse_loop(record: str, sources: Iterable[str], parents: Parents) -> None:
    """Raise Conflict if making `record` from `sources` would make it its own ancestor."""
    named = list(dict.fromkeys(sources))
    if not (among := looping_among(record, named, parents)):
        return
    looping = next(source for source in named if source in among)
    raise Conflict(
        "%(source)s was itself made from this record, so this record cannot be made from it",
        field="sources",
        blanks={"source": looping},
    )


def refuse_too_many(sources: Sequence[str]) -> None:
    """Raise Invalid if one record is to be made from more sources than MAX_SOURCES."""
    if len(set(sources)) > MAX_SOURCES:
        raise Invalid("A record can be made from up to %(n)s others.", field="sources", blanks={"n": MAX_SOURCES})


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one person did for one record."""

    person: str
    role: str
    """The address of the role."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A record in somebody's credit line."""

    record: str
    generation: int
    kind: Kind
    is_author: bool
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditLine:
    """Everything for which one person is credited in a record."""

    person: str
    generation: int
    """How near they are: 0 is the record itself, 1 its direct sources."""
    works: tuple[Work, ...]
    """What they made or helped with, nearest first."""

    @property
    def roles(self) -> tuple[str, ...]:
        """Their roles over all those works, each once, nearest first."""
        return tuple(dict.fromkeys(role for work in self.works for role in work.roles))

    @property
    def is_author(self) -> bool:
        """Whether any of those works is theirs, rather than one that they helped with."""
        return any(work.is_author for work in self.works)


def credit_lines(
    record: str,
    *,
    edges: Iterable[Edge],
    authors: Mapping[str, str],
    parts: Mapping[str, Collection[Part]],
    kinds: Mapping[str, Kind],
) -> list[CreditLine]:
    """Everybody who is to be credited for `record`: one line a person, its author first, then nearest first.

    Every ancestor counts, with its author and everybody who has a part in it. Records without a known author give no
    line for one. The order depends on what is known alone, so that all instances that know the same show the same.
    """
    works: dict[str, list[Work]] = {}
    for uri, generation in generations(record, parents_of(edges)).items():
        author = authors.get(uri)
        roles: dict[str, set[str]] = {author: set()} if author else {}
        for part in parts.get(uri, ()):
            roles.setdefault(part.person, set()).add(part.role)
        for person, held in roles.items():
            work = Work(
                record=uri,
                generation=generation,
                kind=kinds.get(uri, Kind.TEXT),
                is_author=person == author,
                roles=tuple(sorted(held)),
            )
            works.setdefault(person, []).append(work)
    lines = [
        CreditLine(
            person=person, generation=min(work.generation for work in done), works=tuple(sorted(done, key=_place))
        )
        for person, done in works.items()
    ]
    return sorted(lines, key=lambda line: (_place(line.works[0]), line.person))


def _place(work: Work) -> tuple[int, bool, int, str]:
    return work.generation, not work.is_author, KINDS.index(work.kind), work.record
