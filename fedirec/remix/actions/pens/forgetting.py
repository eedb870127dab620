"""What people who are gone shared and wrote with others."""

from __future__ import annotations

from typing import Final

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.remix.models import Pen, Writing

IN_HAND: Final = ("sent", "refused")
"""What somebody here wrote, and has nowhere else."""


async def forget_pens(actor: Actor) -> None:
    """Nobody holds a pen of `actor`, who is gone, and they hold none. Part of the caller's transaction.

    What others wrote and could not hand in any more stays theirs to read.
    """
    await Pen.filter(holder_id=actor.id).delete()
    given = Pen.filter(owner_id=actor.id)
    kept = await Writing.filter(pen__owner_id=actor.id, state__in=IN_HAND).values_list("pen_id", flat=True)
    await given.exclude(id__in=list(kept)).delete() if kept else await given.delete()
    await given.update(state="taken_back", words="", decided_at=now())
