"""What waits for somebody: questions that only they can answer, and what they began."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fedirec.activitypub.models import Actor, Follow
from fedirec.remix.models import Challenge, Draft, Submission
from fedirec.remix.queries.challenges import with_leader
from fedirec.remix.queries.drafts import drafts_of

MAX_LED: Final = 4
"""Challenges that are named; the others come up as these are done."""
MAX_WAITING: Final = 200


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
    offered = Submission.filter(
        challenge__leader_id=viewer.id,
        state__in=("pending", "licence_pending"),
        record__deleted_at=None,
        record__visibility="public",
    )
    keys = await offered.order_by("id").limit(MAX_WAITING).values_list("challenge_id", flat=True)
    led = list(dict.fromkeys(int(str(key)) for key in keys))[:MAX_LED]
    found = {challenge.id: challenge for challenge in await with_leader(Challenge.filter(id__in=led))} if led else {}
    return Waiting(
        challenges=[found[key] for key in led if key in found],
        drafts=await drafts_of(viewer),
        asks_to_follow=await Follow.exists(target_id=viewer.id, accepted_at=None),
    )
