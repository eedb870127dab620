"""How much is taken in, and from whom: nobody fills the queue, and nobody makes us ask the whole world for keys."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from fedirec.activitypub.models import Received
from fedirec.clock import monotonic
from fedirec.errors import Busy, TooMany
from fedirec.lanes import is_longer
from fedirec.uris import domain_of
from fedirec.web.ratelimit import RateLimit

MAX_WAITING: Final = 10_000
"""Activities that may wait to be handled."""

MAX_WAITING_OF_ONE: Final = 2_000
"""Of them, how many may be of one origin."""

COUNT_SECONDS: Final = 2.0
"""How long a count of them is good for."""

PER_ORIGIN: Final = 300
"""Activities a second, in the long run, of one origin and of all others of its domain."""

NEWS_SECONDS: Final = 20.0
"""How long we know that a peer is there, once it was heard."""

USUAL_BYTES: Final = 10_000
"""Of an activity: twice as many count twice."""

STRANGERS_PER_MINUTE: Final = 300
"""Unknown actors whose keys one network address can make us fetch (CVE-2022-46405)."""

REMEMBERED: Final = 10_000
"""Peers of which we remember that they are there."""


class Crowd:
    """Counts what arrives, and refuses what is too much."""

    def __init__(self) -> None:
        self._origins = RateLimit(per_minute=60 * PER_ORIGIN, burst=PER_ORIGIN * 10)
        self._strangers = RateLimit(per_minute=STRANGERS_PER_MINUTE, burst=STRANGERS_PER_MINUTE)
        self._heard_at: OrderedDict[str, float] = OrderedDict()
        self._backlogs: OrderedDict[str, tuple[float, bool]] = OrderedDict()
        self._counted_at = -COUNT_SECONDS
        self._is_full = False

    def count_origin(self, origin: str, *, size: int) -> None:
        """One more activity of a proven origin. Raises TooMany when its domain sends faster than PER_ORIGIN a second.

        A large one counts as several, for what was received is kept.
        """
        self._origins.check(domain_of(origin), cost=1 + size / USUAL_BYTES)

    def count_stranger(self, visitor: str) -> None:
        """One more key that has to be asked for because of `visitor`. Raises TooMany."""
        self._strangers.check(visitor)

    def is_news(self, origin: str) -> bool:
        """Whether we did not know that `origin` is there; from here on we do, for NEWS_SECONDS."""
        if monotonic() - self._heard_at.get(origin, -NEWS_SECONDS) < NEWS_SECONDS:
            return False
        self._heard_at[origin] = monotonic()
        self._heard_at.move_to_end(origin)
        if len(self._heard_at) > REMEMBERED:
            self._heard_at.popitem(last=False)
        return True

    async def refuse_backlog(self, origin: str) -> None:
        """Raise TooMany while more than MAX_WAITING_OF_ONE activities of `origin` wait, so that others have room."""
        counted_at, is_long = self._backlogs.pop(origin, (-COUNT_SECONDS, False))
        if monotonic() - counted_at > COUNT_SECONDS:
            counted_at, is_long = monotonic(), await is_longer(f"inbox:{origin}", than=MAX_WAITING_OF_ONE)
        self._backlogs[origin] = counted_at, is_long
        if len(self._backlogs) > REMEMBERED:
            self._backlogs.popitem(last=False)
        if is_long:
            raise TooMany(retry_after=60)

    async def refuse_when_full(self) -> None:
        """Raise Busy while more than MAX_WAITING activities wait to be handled."""
        if monotonic() - self._counted_at > COUNT_SECONDS:
            self._counted_at = monotonic()
            waiting = await Received.filter(state="waiting").offset(MAX_WAITING).limit(1).values("id")
            self._is_full = bool(waiting)
        if self._is_full:
            raise Busy("this instance has more to do than it can; please try again later", retry_after=120)
