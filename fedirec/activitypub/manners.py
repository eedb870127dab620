"""How each peer is spoken to: whether at all, and which kind of signature it was seen to understand."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from fedirec.activitypub.models import Peer
from fedirec.activitypub.policies import decided_about, stance_among
from fedirec.activitypub.signatures import Scheme
from fedirec.clock import monotonic, now
from fedirec.db.tables import moment_of
from fedirec.net import Response

FORGET_PREFERENCE: Final = timedelta(days=30)
"""How long a peer that answered to RFC 9421 is spoken to that way."""

REFUSED: Final = frozenset({400, 401})
"""What may mean that the signature was of the wrong kind; after a 5xx, the first request may have been taken."""

REFUSALS: Final = 2
"""Times that a peer refuses both kinds, before it is asked in one of them only for `REFUSED_SECONDS`."""
REFUSED_SECONDS: Final = 600.0
REMEMBERED: Final = 1_000
"""Peers that refused both kinds."""


@dataclass(frozen=True, slots=True)
class Manners:
    """What has to be known of a peer to speak to it."""

    is_blocked: bool
    """Whether we do not federate with it."""
    speaks_rfc9421_at: datetime | None

    @property
    def kinds(self) -> tuple[Scheme, Scheme]:
        """How to sign what it is sent, and how when it does not take that."""
        is_new = self.speaks_rfc9421_at is not None and now() - self.speaks_rfc9421_at < FORGET_PREFERENCE
        return ("rfc9421", "cavage") if is_new else ("cavage", "rfc9421")


async def manners_at(origins: Sequence[str]) -> dict[str, Manners]:
    """How each of `origins` is spoken to."""
    decided = await decided_about(origins)
    return {
        origin: Manners(
            stance_among(decided, origin).is_blocked,
            moment_of(decided[origin]["speaks_rfc9421_at"]) if origin in decided else None,
        )
        for origin in origins
    }


async def remember_kind(origin: str, kind: Scheme) -> None:
    """`origin` is spoken to in `kind` from now on, for it took that and not the other."""
    await Peer.get_or_create(origin=origin)
    await Peer.filter(origin=origin).update(speaks_rfc9421_at=now() if kind == "rfc9421" else None)


async def knock(kinds: Sequence[Scheme], ask: Callable[[Scheme], Awaitable[Response]]) -> tuple[Response, Scheme]:
    """What a peer answers to `ask`, signed in the first of `kinds` that it does not refuse; and which one that was."""
    for kind in kinds:
        answer = await ask(kind)
        if answer.status not in REFUSED or kind == kinds[-1]:
            return answer, kind
    raise ValueError("a request is signed in some way")


class Refusals:
    """Peers that took neither kind of signature, and then again: what they refuse is no matter of its kind.

    The newest few, in memory: whoever is forgotten is asked once more than they had to be.
    """

    def __init__(self) -> None:
        self._counted: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def add(self, origin: str) -> None:
        """`origin` has refused both kinds."""
        times, since = self._counted.pop(origin, (0, monotonic()))
        if monotonic() - since > REFUSED_SECONDS:
            times, since = 0, monotonic()
        self._counted[origin] = times + 1, since
        if len(self._counted) > REMEMBERED:
            self._counted.popitem(last=False)

    def are_final(self, origin: str) -> bool:
        """Whether asking `origin` in the other kind, too, would be in vain."""
        times, since = self._counted.get(origin, (0, 0.0))
        return times >= REFUSALS and monotonic() - since <= REFUSED_SECONDS
