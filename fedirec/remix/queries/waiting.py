"""What waits for somebody: questions that only they can answer, and what they began."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fedirec.activitypub.models import Actor
from fedirec.db.rows import fetch_tuples
from fedirec.remix.models import Challenge, Draft
from fedirec.remix.queries.drafts import drafts_of
from fedirec.remix.queries.parts import challenges_in

MAX_LED: Final = 4
"""Challenges that are named; the others come up as these are done."""
MAX_WAITING: Final = 200
_OFFERED: Final = """
    SELECT s.challenge_id FROM challenge c CROSS JOIN submission s CROSS JOIN record r
     WHERE c.leader_id = ? AND s.challenge_id = c.id AND s.state IN ('pending', 'licence_pending')
       AND r.id = s.record_id AND r.deleted_at IS NULL AND r.visibility = 'public'
     ORDER BY s.id LIMIT ?
"""
_ASKING: Final = "SELECT 1 FROM follow WHERE target_id = ? AND accepted_at IS NULL LIMIT 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What waits for one member."""

    challenges: Sequence[Challenge] = ()
    """Those that they lead and to which something was offered that nobody has decided about."""
    drafts: Sequence[Draft] = ()
    asks_to_follow: bool = False

    def __bool__(self) -> bool:
        return bool(self.challenges or self.drafts or self.asks_to_follow)


async def waiting_on(viewer: Actor) -> Waiting:
    """What waits for `viewer`, in three or four queries."""
    offered = await fetch_tuples(_OFFERED, viewer.id, MAX_WAITING)
    led = list(dict.fromkeys(key for (key,) in offered))[:MAX_LED]
    return Waiting(
        challenges=await challenges_in(led),
        drafts=await drafts_of(viewer),
        asks_to_follow=bool(await fetch_tuples(_ASKING, viewer.id)),
    )
