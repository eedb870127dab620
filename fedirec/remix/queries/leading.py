"""Who leads what."""

from __future__ import annotations

from collections.abc import Sequence

from fedirec.activitypub.models import Actor
from fedirec.remix.models import Challenge, GroupLeader
from fedirec.remix.powers import Part

MAX_LEADERS = 20
"""Of one project."""


async def leaders_of(group: Actor) -> Sequence[Actor]:
    """Those who lead the project of `group`, in the order in which they came."""
    rows = GroupLeader.filter(group_id=group.id).order_by("id").limit(MAX_LEADERS)
    return [row.actor for row in await rows.select_related("actor")]


async def leads(actor: Actor, challenge: Challenge) -> bool:
    """Whether `actor` leads `challenge`: by itself, or through the project that it belongs to."""
    if challenge.leader_id == actor.id:
        return True
    if challenge.part_of_id is None:
        return False
    return await GroupLeader.exists(group_id=challenge.part_of_id, actor_id=actor.id)


async def parts_in(challenge: Challenge, actor: Actor) -> frozenset[Part]:
    """What `actor` is to `challenge`."""
    parts = {Part.ANYONE}
    if actor.is_local:
        parts.add(Part.RESIDENT)
    if await leads(actor, challenge):
        parts.add(Part.LEADER)
    if challenge.part_of_id is not None and await _is_trusted(actor, challenge.part_of_id):
        parts.add(Part.TRUSTED)
    return frozenset(parts)


async def _is_trusted(actor: Actor, group_id: int) -> bool:
    """Whether `actor` is in the project of that group, and its leaders trust them.

    Projects stand above this package: what they keep about somebody is asked for by the name that it has there.
    """
    return await Actor.exists(
        id=actor.id,
        memberships__project__actor_id=group_id,
        memberships__state="active",
        memberships__is_trusted=True,
    )


async def parts_around(group: Actor, actor: Actor) -> frozenset[Part]:
    """What `actor` is to the challenge or the project of `group`, as far as leading it goes."""
    challenge = await Challenge.get_or_none(actor_id=group.id)
    if challenge is not None:
        return await parts_in(challenge, actor)
    leads_it = await GroupLeader.exists(group_id=group.id, actor_id=actor.id)
    return frozenset({Part.ANYONE, Part.LEADER} if leads_it else {Part.ANYONE})


async def leaders_of_group(group: Actor) -> Sequence[Actor]:
    """Those who lead `group`, a challenge or a project, each once: of a challenge in a project, that one's too."""
    challenge = await Challenge.filter(actor_id=group.id).select_related("leader", "part_of").first()
    if challenge is None:
        return await leaders_of(group)
    found = [] if challenge.leader is None else [challenge.leader]
    if challenge.part_of is not None:
        found += await leaders_of(challenge.part_of)
    return list({leader.id: leader for leader in found}.values())
