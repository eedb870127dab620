"""Follows that ended because of a decision about an instance: for those whose follows they were, and nobody else."""

from __future__ import annotations

from typing import Final

from tortoise.expressions import Q

from fedirec.activitypub.models import Actor, SeveredFollow

PAGE: Final = 50


async def severed_of(
    actor: Actor, *, before: int | None = None, limit: int = PAGE
) -> tuple[list[SeveredFollow], int | None]:
    """A page of what ended between `actor` and people elsewhere, the newest first, and where the next page starts."""
    found = SeveredFollow.filter(Q(follower_id=actor.id) | Q(target_id=actor.id))
    if before is not None:
        found = found.filter(id__lt=before)
    rows = await found.order_by("-id").limit(limit + 1).select_related("follower", "target")
    return rows[:limit], rows[limit - 1].id if len(rows) > limit else None
