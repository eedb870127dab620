"""What was decided about instances becomes so for everything of them that is here, page by page, in the background.

A job looks at everybody within an origin, and makes them what the decisions of this moment say, in either direction:
it can be run again, and after another decision, without harm.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import Any, Final

from fedirec.accounts.actions.notifications import notify_actors
from fedirec.accounts.notices import Notice
from fedirec.activitypub.follows import follow
from fedirec.activitypub.models import Actor, SeveredFollow
from fedirec.activitypub.policies import Stance, stances_to
from fedirec.admin.hosts import Inhabitant, beginnings, inhabitants, is_within
from fedirec.clock import now
from fedirec.db import execute, fetch_rows, transaction
from fedirec.db.rows import json_numbers, numbers, rows_in
from fedirec.db.tables import json_of, table_of
from fedirec.errors import FedirecError
from fedirec.lanes import Done, Job, Outcome, Work, close_circuit, drop_waiting, keep_payload, lanes_named
from fedirec.media.cache import MediaCache
from fedirec.remix.queries.files import addresses_of
from fedirec.uris import host_of

LANE: Final = "policies"
PAGE: Final = 100
"""People, or follows, that one transaction changes."""
ENFORCING: Final = timedelta(hours=1)
"""How long one decision may take until it is so; whoever is cut off goes on where it was."""
_TOGETHER: Final = (
    """
    SELECT DISTINCT g.origin AS origin, m.actor_id AS ours FROM {table} AS g CROSS JOIN project AS p
     CROSS JOIN project_member AS m WHERE p.actor_id = g.id AND m.project_id = p.id AND m.state = 'active'
    """,
    """
    SELECT DISTINCT g.origin AS origin, l.actor_id AS ours FROM {table} AS g CROSS JOIN project_member AS m
     CROSS JOIN project AS p CROSS JOIN group_leader AS l
     WHERE m.actor_id = g.id AND m.state = 'active' AND p.id = m.project_id AND l.group_id = p.actor_id
    """,
)
"""Who is in a project of somebody there, and who leads one that somebody from there is in."""
ENDED: Final = "/following/ended"
"""Where members see which of their follows ended."""


def enforcing(origin: str) -> Work:
    """The work after a decision about `origin`, or about all that are elsewhere."""
    return Work(
        kind="policy",
        lane=LANE,
        payload={"origin": origin, "at": now().isoformat(), "step": "people", "after": 0},
    )


@dataclass(frozen=True, kw_only=True)
class Enforcement:
    """Does it."""

    cache: MediaCache

    async def run(self, job: Job) -> Outcome:
        """Everything within the origin of `job` is as the decisions of this moment want it."""
        payload: dict[str, Any] = dict(job.payload)
        while payload["step"] == "people":
            await self._people(job, payload)
        while payload["step"] == "lanes":
            await _lanes(job, payload)
        while payload["step"] == "follows":
            await _follows(job, payload)
        return Done()

    async def _people(self, job: Job, payload: dict[str, Any]) -> None:
        page, after = await inhabitants(payload["origin"], after=payload["after"], limit=PAGE)
        stances = await stances_to([each.origin for each in page])
        async with transaction():
            await _place(page, stances)
            shut_out = [each for each in page if stances[each.origin].is_blocked]
            await _sever(shut_out, scope=payload["origin"], at=payload["at"])
            await _refuse_waiting(shut_out)
            await _next(job, payload, after=after, then="lanes")
        unseen = [each for each in page if stances[each.origin].is_blocked or stances[each.origin].rejects_media]
        if unseen:
            urls = [each.icon_url for each in unseen if each.icon_url]
            urls += await addresses_of([each.id for each in unseen])
            await self.cache.forget_of(urls)


async def _next(job: Job, payload: dict[str, Any], *, after: int | str | None, then: str) -> None:
    """How far the job got is kept; it goes on after `after`, or with the step `then`. Part of a transaction."""
    payload["after"] = after if after is not None else ("" if then == "lanes" else 0)
    if after is None:
        payload["step"] = then
    await keep_payload(job, payload)


async def _place(page: Sequence[Inhabitant], stances: dict[str, Stance]) -> None:
    """Each of them is suspended, quiet and shown as their instance's stance says. Part of a transaction."""
    rows = []
    for each in page:
        stance = stances[each.origin]
        state, is_shut_out = each.state, each.is_shut_out
        if stance.is_blocked and state == "active":
            state, is_shut_out = "suspended", True
        elif not stance.is_blocked and is_shut_out:
            state, is_shut_out = "active" if state == "suspended" else state, False
        row = (state, is_shut_out, each.is_limited or stance.is_quiet, stance.rejects_media)
        if row != (each.state, each.is_shut_out, each.is_quiet, each.media_rejected):
            names = ("state", "is_shut_out", "is_quiet", "media_rejected")
            rows.append({"id": each.id, **dict(zip(names, (row[0], *map(int, row[1:])), strict=True))})
    if not rows:
        return
    table = table_of(id="integer", state="text", is_shut_out="integer", is_quiet="integer", media_rejected="integer")
    await execute(
        f"""
        UPDATE actor SET state = w.state, is_shut_out = (w.is_shut_out = 1), is_quiet = (w.is_quiet = 1),
               media_rejected = (w.media_rejected = 1)
          FROM {table} AS w WHERE actor.id = w.id
        """,  # noqa: S608  (only the shape of the placeholder is put in)
        json_of(rows),
    )


async def _sever(people: Sequence[Inhabitant], *, scope: str, at: str) -> None:
    """Nobody here follows any of `people` or is followed by them; it is kept what there was, and the members whom it
    concerns are told once. Part of a transaction.
    """
    if not people:
        return
    table = table_of(id="integer", origin="text")
    rows = json_of({"id": each.id, "origin": each.origin} for each in people)
    concerned: set[tuple[str, int]] = set()
    for theirs, ours in (("follower_id", "target_id"), ("target_id", "follower_id")):
        found = await fetch_rows(
            f"SELECT DISTINCT g.origin AS origin, f.{ours} AS ours FROM {table} AS g "  # noqa: S608
            f"CROSS JOIN follow AS f WHERE f.{theirs} = g.id",
            rows,
        )
        concerned |= {(row["origin"], row["ours"]) for row in found}
        if not found:
            continue
        await execute(
            f"""
            INSERT INTO severed_follow (origin, uri, follower_id, target_id, accepted_at, created_at, severed_at)
            SELECT g.origin, f.uri, f.follower_id, f.target_id, f.accepted_at, f.created_at, ?
              FROM {table} AS g CROSS JOIN follow AS f WHERE f.{theirs} = g.id
            ON CONFLICT (follower_id, target_id) DO UPDATE SET origin = excluded.origin, uri = excluded.uri,
                   accepted_at = excluded.accepted_at, created_at = excluded.created_at,
                   severed_at = excluded.severed_at
            """,  # noqa: S608
            now(),
            rows,
        )
        ids = json_numbers(each.id for each in people)
        await execute(f"DELETE FROM follow WHERE {theirs} IN (SELECT id FROM {numbers()} AS w)", ids)  # noqa: S608
    for sql in _TOGETHER:
        concerned |= {(row["origin"], row["ours"]) for row in await fetch_rows(sql.format(table=table), rows)}
    await _tell(Notice.HOST_LEFT, concerned, scope=scope, at=at)


async def _tell(kind: Notice, concerned: Collection[tuple[str, int]], *, scope: str, at: str) -> None:
    """Each member is told once of each decision, however many whom they know it is about. Part of a transaction."""
    members = {actor.id: actor for actor in await rows_in(Actor, {id_ for _origin, id_ in concerned})}
    subjects = sorted((scope or origin, id_) for origin, id_ in concerned)
    for subject, group in groupby(subjects, key=lambda pair: pair[0]):
        told = [members[id_] for _subject, id_ in group]
        await notify_actors(told, kind, None, f"{subject}#{at}", ENDED, {"title": host_of(subject)})


async def _refuse_waiting(people: Sequence[Inhabitant]) -> None:
    """What came from `people` and was not handled yet has no effect any more. Part of a transaction."""
    if not people:
        return
    await execute(
        f"""
        UPDATE received SET state = 'refused', reason = 'blocked here', handled_at = ?
         WHERE state = 'waiting' AND sender_id IN (SELECT id FROM {numbers()} AS w)
        """,  # noqa: S608
        now(),
        json_numbers(each.id for each in people),
    )


async def _lanes(job: Job, payload: dict[str, Any]) -> None:
    """What waits to be sent to those whom we do not federate with, and what they sent, waits no more."""
    patterns = beginnings(payload["origin"])
    keys = await lanes_named(
        [f"{kind}:{pattern}" for kind in ("deliver", "inbox") for pattern in patterns],
        after=payload["after"],
        limit=PAGE,
    )
    origins = {key: key.partition(":")[2] for key in keys}
    stances = await stances_to(list(origins.values()))
    for key, origin in origins.items():
        if not is_within(origin, payload["origin"]) or not stances[origin].is_blocked:
            continue
        await drop_waiting(key)
        await close_circuit(key)  # whoever comes back begins anew
    async with transaction():
        await _next(job, payload, after=keys[-1] if len(keys) == PAGE else None, then="follows")


async def _follows(job: Job, payload: dict[str, Any]) -> None:
    """What ended because of a decision that does not hold any more is given back: who followed from there follows
    again, and whom members followed is asked again.
    """
    first, second = beginnings(payload["origin"])
    rows = await fetch_rows(
        """
        SELECT id, origin, follower_id, target_id FROM severed_follow
         WHERE id > ? AND (origin LIKE ? ESCAPE '!' OR origin LIKE ? ESCAPE '!') ORDER BY id LIMIT ?
        """,
        payload["after"],
        first,
        second,
        PAGE,
    )
    stances = await stances_to([row["origin"] for row in rows])
    back = [
        row for row in rows if is_within(row["origin"], payload["origin"]) and not stances[row["origin"]].is_blocked
    ]
    people = {
        actor.id: actor
        for actor in await rows_in(Actor, {row[side] for row in back for side in ("follower_id", "target_id")})
    }
    whole = [row for row in back if people[row["follower_id"]].state == people[row["target_id"]].state == "active"]
    async with transaction():
        theirs = [row for row in whole if people[row["target_id"]].is_local]
        await _follow_again([row["id"] for row in theirs])
        concerned = {(row["origin"], row["target_id"]) for row in theirs}
        for row in whole:
            follower, target = people[row["follower_id"]], people[row["target_id"]]
            if follower.is_local and await _ask_again(follower, target):
                concerned.add((row["origin"], follower.id))
        await SeveredFollow.filter(id__in=[row["id"] for row in back]).delete()
        await _tell(Notice.HOST_BACK, concerned, scope=payload["origin"], at=payload["at"])
        await _next(job, payload, after=rows[-1]["id"] if len(rows) == PAGE else None, then="end")


async def _follow_again(ids: Sequence[int]) -> None:
    """Those who followed somebody here do so again, as they did. Part of a transaction."""
    await execute(
        f"""
        INSERT INTO follow (uri, follower_id, target_id, accepted_at, created_at)
        SELECT s.uri, s.follower_id, s.target_id, s.accepted_at, s.created_at
          FROM {numbers()} AS w CROSS JOIN severed_follow AS s WHERE s.id = w.id ON CONFLICT DO NOTHING
        """,  # noqa: S608  (only the shape of the placeholder is put in)
        json_numbers(ids),
    )


async def _ask_again(follower: Actor, target: Actor) -> bool:
    """Somebody elsewhere is asked whether a member may follow them, unless one of both does not want that by now."""
    try:
        await follow(follower, target)
    except FedirecError:
        return False
    return True
