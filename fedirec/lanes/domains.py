"""Who has a domain can make as many names below it as they like: all of them together never get every place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Final

from fedirec.uris import domain_of

_LEFT: Final = 4
"""One place in so many, and one at least, is left to others."""


@lru_cache(maxsize=4096)
def domain_at_end_of(lane: str) -> str | None:
    """The domain at which a lane like `deliver:https://a.b.example` ends; None for one that ends here."""
    place = lane.partition(":")[2]
    return domain_of(place) if "://" in place else None


def most_of_one(concurrency: int) -> int:
    """How many of so many lanes at once may end at one domain."""
    return max(1, concurrency - max(1, concurrency // _LEFT))


class Crowds:
    """Counts the lanes of each kind that end at one domain; `most` says how many of a kind that may be."""

    def __init__(self, lanes: Mapping[str, str], *, most: Mapping[str, int]) -> None:
        """`lanes` are those that are worked on, key to kind."""
        self._most = most
        ends = ((kind, domain_at_end_of(key)) for key, kind in lanes.items())
        self._counted = Counter((kind, domain) for kind, domain in ends if domain is not None)

    def admit(self, key: str, kind: str) -> bool:
        """Whether there is room for one more lane, which is counted if there is."""
        domain = domain_at_end_of(key)
        if domain is None:
            return True
        if self._counted[kind, domain] >= self._most[kind]:
            return False
        self._counted[kind, domain] += 1
        return True

    def full(self, kind: str) -> Collection[str]:
        """The domains at which no further lane of that kind may end."""
        return [domain for (of, domain), count in self._counted.items() if of == kind and count >= self._most[kind]]
