"""What this instance passes on in its own name to those who follow it: open challenges, needs, released productions.

Which of them is for its admins to say. It is a choice of the place and no rank: nothing is counted, and nothing comes
first because many liked it. Again and again what is announced is compared with what should be
(`bring_news_up_to_date`): so what ends, is hidden, or whose people do not want to be found any more is taken back,
whoever made that so.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Final, TypeAlias

from fedirec.activitypub.models import Actor, Announcement, Outgoing
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.own import own_actor, what_it_announces
from fedirec.activitypub.vocab import PUBLIC, Announce, Ref, Undo
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.db.rows import fetch_tuples
from fedirec.errors import Conflict
from fedirec.remix.actions.announcing import announce
from fedirec.translatable import N_

MAX_A_DAY: Final = 60
"""Things that an instance announces within a day; what is more waits for the next one."""
MAX_AT_ONCE: Final = 10
"""Of them with one look."""
MAX_RUNNING: Final = 500
"""Things that are announced at one time, of each kind; the newest ones."""


Wanting: TypeAlias = Callable[[int], Awaitable[Sequence[str]]]
"""What looks for somebody besides those with a need, which a package above knows: the ids of so many of its posts at
most, the newest ones, of people who want to be found and whom nobody limited.
"""


class InstanceAnnouncements(StrEnum):
    """A kind of things that an instance can announce."""

    CHALLENGES = "challenges"
    NEEDS = "needs"
    PRODUCTIONS = "productions"


WORDS: Final = {
    InstanceAnnouncements.CHALLENGES: N_("Open challenges"),
    InstanceAnnouncements.NEEDS: N_("Whom challenges and projects look for"),
    InstanceAnnouncements.PRODUCTIONS: N_("Finished productions"),
}

_OPEN_HEARTED: Final = (
    "{p}.is_local AND {p}.state = 'active' AND {p}.is_indexable AND NOT {p}.is_quiet AND NOT {p}.without_name"
)
"""What holds for somebody whose things are passed on: nobody limited them, they want to be found, and to be named."""
_CHALLENGES: Final = f"""
    SELECT c.prompt_uri AS uri FROM challenge c JOIN actor g ON g.id = c.actor_id JOIN actor l ON l.id = c.leader_id
     WHERE g.is_local AND g.state = 'active' AND NOT g.is_quiet AND c.prompt_uri IS NOT NULL
       AND c.state IN ('open', 'extended') AND c.opened_at <= ? AND (c.deadline_at IS NULL OR c.deadline_at > ?)
       AND {_OPEN_HEARTED.format(p="l")}
     ORDER BY c.opened_at DESC, c.id DESC LIMIT {MAX_RUNNING}
"""  # noqa: S608  (only constants are spliced in)
_NEEDS: Final = f"""
    SELECT n.uri AS uri FROM need n JOIN actor g ON g.id = n.group_id LEFT JOIN challenge c ON c.actor_id = g.id
      LEFT JOIN actor l ON l.id = c.leader_id
     WHERE n.state = 'open' AND g.is_local AND g.state = 'active' AND NOT g.is_quiet
       AND (c.id IS NULL OR (c.state IN ('open', 'extended') AND c.opened_at <= ?
            AND (c.deadline_at IS NULL OR c.deadline_at > ?) AND {_OPEN_HEARTED.format(p="l")}))
       AND NOT EXISTS (SELECT 1 FROM group_leader k JOIN actor p ON p.id = k.actor_id WHERE k.group_id = g.id
                        AND (p.state <> 'active' OR NOT p.is_indexable OR p.is_quiet OR p.without_name))
       AND (c.id IS NOT NULL OR EXISTS (SELECT 1 FROM group_leader k WHERE k.group_id = g.id))
     ORDER BY n.id DESC LIMIT {MAX_RUNNING}
"""  # noqa: S608
_PRODUCTIONS: Final = f"""
    SELECT r.uri AS uri FROM announcement x JOIN record r ON r.uri = x.object_uri JOIN actor a ON a.id = r.author_id
     WHERE x.actor_id = ? AND {{is_public}} AND {_OPEN_HEARTED.format(p="a")}
     ORDER BY x.id DESC LIMIT {MAX_RUNNING}
"""  # noqa: S608
_IS_PUBLIC: Final = "r.visibility = 'public' AND r.deleted_at IS NULL AND r.held_at IS NULL"


async def instance_announces(kind: InstanceAnnouncements | str, uri: str) -> bool:
    """Those who follow this instance hear of the thing at `uri`, if its admins pass on things of that `kind`.

    Whether they do. Part of the caller's transaction. Nothing is announced twice, nothing beyond MAX_A_DAY, and nothing
    of people who do not want to be found or named, whom moderators limited, or that is not for everybody.
    """
    kind = InstanceAnnouncements(kind)
    if kind.value not in await what_it_announces() or not await _may_be_announced(kind, uri):
        return False
    place = await own_actor()
    if await Announcement.exists(actor_id=place.id, object_uri=uri) or await _left_today(place) <= 0:
        return False
    await announce(place, uri)
    return True


async def bring_news_up_to_date(wanting: Wanting | None = None) -> int:
    """What this instance announces is what its admins chose and everybody may see; returns how much was changed."""
    kinds = await what_it_announces()
    try:
        place = await own_actor()
    except Conflict:
        return 0
    running = await fetch_tuples(
        "SELECT object_uri FROM announcement WHERE actor_id = ? ORDER BY id DESC LIMIT ?", place.id, 3 * MAX_RUNNING
    )
    announced = [str(uri) for (uri,) in running]
    if not kinds and not announced:
        return 0
    due = await _due(place, kinds, wanting)
    ended = sorted(set(announced) - set(due))[: 5 * MAX_AT_ONCE]
    wanted = dict.fromkeys(reversed(due))
    left = await _left_today(place) if wanted.keys() - set(announced) else 0
    new = [uri for uri in wanted if uri not in announced][: max(0, min(MAX_AT_ONCE, left))]
    for uri in ended:
        async with transaction():
            await _take_back(place, uri)
    for uri in new:
        async with transaction():
            await announce(place, uri)
    return len(ended) + len(new)


async def announcers_of(uris: Collection[str | None]) -> list[Actor]:
    """This instance's own actor, if it has announced one of `uris`: those who follow it hear how that goes on."""
    named = [uri for uri in uris if uri]
    if not named:
        return []
    return await Actor.filter(is_local=True, type="Application", announcements__object_uri__in=named).distinct()


async def _due(place: Actor, kinds: Collection[str], wanting: Wanting | None) -> Sequence[str]:
    """What should be announced now."""
    moment, found = now(), list[str]()
    for kind, sql, values in (
        (InstanceAnnouncements.CHALLENGES, _CHALLENGES, (moment, moment)),
        (InstanceAnnouncements.NEEDS, _NEEDS, (moment, moment)),
        (InstanceAnnouncements.PRODUCTIONS, _PRODUCTIONS.format(is_public=_IS_PUBLIC), (place.id,)),
    ):
        if kind.value in kinds:
            found += [str(uri) for (uri,) in await fetch_tuples(sql, *values)]
    if wanting is not None and InstanceAnnouncements.NEEDS in kinds:
        found += await wanting(MAX_RUNNING)
    return found


async def _may_be_announced(kind: InstanceAnnouncements, uri: str) -> bool:
    if kind is not InstanceAnnouncements.PRODUCTIONS:
        sql = _CHALLENGES if kind is InstanceAnnouncements.CHALLENGES else _NEEDS
        moment = now()
        return uri in {found for (found,) in await fetch_tuples(sql, moment, moment)}
    sql = (
        f"SELECT 1 FROM record r JOIN actor a ON a.id = r.author_id WHERE r.uri = ? AND {_IS_PUBLIC} "  # noqa: S608
        f"AND {_OPEN_HEARTED.format(p='a')}"
    )
    return bool(await fetch_tuples(sql, uri))


async def _left_today(place: Actor) -> int:
    said = Outgoing.filter(actor_id=place.id, type=Announce.TYPE, created_at__gt=now() - timedelta(days=1))
    return MAX_A_DAY - await said.count()


async def _take_back(place: Actor, uri: str) -> None:
    said = await Announcement.get_or_none(actor_id=place.id, object_uri=uri)
    if said is None:
        return
    await said.delete()
    await Outgoing.filter(uri=said.uri).update(is_public=False)
    undone = Announce(id=said.uri, actor=place.uri, object=Ref(uri))
    undo = Undo(
        id=new_activity_uri(place),
        actor=place.uri,
        object=undone,
        to=(PUBLIC,),
        cc=(place.followers,) if place.followers else (),
        published=now(),
    )
    await publish(place, undo, to_followers_of=[place])
