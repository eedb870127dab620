"""Whoever asks the same kind of thing again and again is not listened to for a while, and leaves room for others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from fedirec.activitypub.models import Actor, Received
from fedirec.clock import now
from fedirec.errors import Unsupported


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How much may wait for one answer at the same time."""

    of_all: int
    of_one: int
    """Of one person."""
    of_host: int
    """Of everybody of one other host together."""

    def is_full_for(self, asker: Actor, waiting: Iterable[tuple[int, str]]) -> bool:
        """Whether there is no room for `asker` beside what is `waiting`: whose each is, by their row and host."""
        whose = list(waiting)
        of_one = sum(key == asker.id for key, _host in whose)
        of_host = 0 if asker.is_local else sum(host == asker.host for _key, host in whose)
        return len(whose) >= self.of_all or of_one >= self.of_one or of_host >= self.of_host


async def refuse_insistent(sender: Actor, *, what: str, limit: int) -> None:
    """Raise Unsupported when `sender` has sent more than `limit` activities of the type `what` within the last hour."""
    newest = Received.filter(sender_id=sender.id, type=what).exclude(state="refused").order_by("-id")
    found = await newest.offset(limit).limit(1).values("received_at")
    if found and found[0]["received_at"] > now() - timedelta(hours=1):
        raise Unsupported("that are too many requests in one hour")
