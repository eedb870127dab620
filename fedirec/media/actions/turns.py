"""One after the other: whoever sends several things at once is held to the limits all the same."""

from __future__ import annotations

from fedirec.activitypub.models import Actor


async def take_turn(owner: Actor) -> None:
    """Until this transaction ends, no other one adds to what `owner` has; what is counted in it stays true."""
    await Actor.filter(id=owner.id).select_for_update().first()
