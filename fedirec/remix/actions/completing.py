"""A member wants to know more of a trail: whoever has not said all that they know is asked once more."""

from __future__ import annotations

from typing import Final

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Forbidden
from fedirec.lanes import Work, enqueue
from fedirec.remix.actions.lineage import MAX_FETCHED, asking_for_lists, asking_for_remixes, fetching_of, is_due
from fedirec.remix.models import Record, Source
from fedirec.remix.queries.completeness import completeness_of
from fedirec.remix.queries.trails import trail_of
from fedirec.remix.spreading import COOLDOWN

MAX_AT_ONCE: Final = 50
"""Questions that one wish to know more leads to at first."""


COST: Final = 0.5
"""Of the tries that a member has in a minute."""


async def ask_again_about(member: Actor, record: Record) -> bool:
    """Those who have to do with the trail of `record` will be asked what they know, as far as that is due; whether
    anybody is.

    Nobody is asked the same again within COOLDOWN, whoever wishes it. Raises Forbidden for somebody who is not ours.
    """
    if not member.is_local:
        raise Forbidden("only members can have others asked")
    trail = await trail_of(record.uri)
    completeness = await completeness_of(trail)
    recently = now() - COOLDOWN
    sources = [each.key for each in completeness.missing if each.asked_at is None or each.asked_at < recently]
    keys = [each.key for each in completeness.untold]
    keys += [point.key for point in trail.waypoints.values() if point.key is not None and not point.is_local]
    rows = {row.id: row for row in await Record.filter(id__in=keys[:1_000]).select_related("author")}
    due = [row for key in dict.fromkeys(keys) if (row := rows.get(key)) is not None and is_due(row)]
    wanted = len(sources) + len(due)
    if not wanted:
        return False
    share = MAX_FETCHED // min(wanted, MAX_AT_ONCE)
    named = await Source.filter(id__in=sources[:MAX_AT_ONCE])
    works: list[Work] = [fetching_of(source, depth=1, budget=share, again=True) for source in named]
    for row in due[: MAX_AT_ONCE - len(works)]:
        if row.is_partial:
            works.append(asking_for_lists(row, depth=1, budget=share))
        works.append(asking_for_remixes(row.uri, depth=0, budget=share))
    async with transaction():
        await enqueue(works)
    return True
