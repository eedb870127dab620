"""What pages ask about challenges and what was submitted to them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import itemgetter
from typing import Final, Literal

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from fedirec.accounts.boundaries import away_from
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db import fetch_rows
from fedirec.db.rows import fetch_tuples
from fedirec.db.search import COMMON, search_for
from fedirec.errors import NotFound
from fedirec.remix.models import Challenge, Record, Submission
from fedirec.remix.powers import Deed, may_do
from fedirec.remix.queries.leading import parts_in
from fedirec.remix.queries.parts import challenges_found, challenges_in, records_in
from fedirec.remix.submissions import accepts_submissions
from fedirec.web.paging import Cursor

OPEN: Final = ("open", "extended")
MAX_SHUFFLED: Final = 5_000
"""Submissions of one challenge that are shown in random order; further ones, the oldest, are not."""
MAX_OFFERED: Final = 40
"""Challenges that a form offers."""
SUGGESTED: Final = 2
"""Challenges that are suggested to whoever has just published something."""
_STANDING: Final = Q(leader_id=None) | Q(leader__state__not="suspended")
"""What people who are suspended ask for is asked for no more."""
_OPEN_NOW: Final = f"""
    FROM challenge c CROSS JOIN actor a WHERE a.id = c.actor_id AND a.state = 'active'
     AND c.state IN ('{"', '".join(OPEN)}') AND c.opened_at <= ?
     AND NOT EXISTS (SELECT 1 FROM actor l WHERE l.id = c.leader_id AND l.state = 'suspended')
"""  # noqa: S608  (only constants are spliced in)
_RUNNING: Final = f"""
    SELECT * FROM (
        SELECT 1 AS rank, c.id {_OPEN_NOW} AND c.deadline_at > ? ORDER BY c.deadline_at, c.id LIMIT ?
    ) AS dated
    UNION ALL
    SELECT * FROM (
        SELECT 2 AS rank, c.id {_OPEN_NOW} AND c.deadline_at IS NULL ORDER BY c.opened_at DESC, c.id DESC LIMIT ?
    ) AS endless
"""  # noqa: S608


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """One piece of the submissions of a challenge, and where the next one starts."""

    submissions: Sequence[Submission]
    next: str | None = None


def is_open(challenge: Challenge) -> bool:
    """Whether the challenge takes submissions now, whatever its last news said."""
    return accepts_submissions(challenge.state, received_at=now(), deadline_at=challenge.deadline_at)


def is_led_by_suspended(challenge: Challenge) -> bool:
    """Whether nobody is shown `challenge`, which comes with its actor and its leader: the leader is suspended, or
    moderators have hidden it.
    """
    if challenge.actor.state == "suspended":
        return True
    return challenge.leader is not None and challenge.leader.state == "suspended"


async def open_challenges(*, limit: int, kind: str = "", viewer: Actor | None = None) -> list[Challenge]:
    """The challenges known here that take submissions, the one that closes first in front, without those of people from
    whom `viewer` keeps away.
    """
    kept = await away_from(viewer)
    moment = now()
    rows = await fetch_tuples(_RUNNING, moment, moment, limit, moment, limit)
    found = await challenges_in([key for _rank, key in sorted(rows, key=itemgetter(0))])
    near = [challenge for challenge in found if not kept.has_any((challenge.actor, challenge.leader))]
    return [challenge for challenge in near if not kind or not challenge.kinds or kind in challenge.kinds][:limit]


async def challenges_by_age(
    *,
    which: Literal["open", "closed", "all"],
    viewer: Actor | None = None,
    after: Cursor | None,
    limit: int,
    words: str = "",
) -> list[Challenge]:
    """The challenges known here, the newest first; with `words`, those of the newest finds that have all of them.

    None of people from whom `viewer` keeps away.
    """
    found = Challenge.filter(_STANDING, actor__state="active", opened_at__lte=now()).exclude(
        state__in=["draft", "archived"]
    )
    kept = await away_from(viewer)
    heard = list(kept.hears or ())
    found = found.filter(Q(leader_id=None) | Q(leader__is_quiet=False) | Q(leader_id__in=heard))
    found = found.filter(Q(actor__is_quiet=False) | Q(actor_id__in=heard))
    if kept.actors:
        found = found.filter(leader_id__not_in=list(kept.actors), actor_id__not_in=list(kept.actors))
    if kept.hosts:
        found = found.filter(actor__host__not_in=list(kept.hosts))
    running = Q(state__in=OPEN) & (Q(deadline_at=None) | Q(deadline_at__gt=now()))
    if which == "open":
        found = found.filter(running)
    elif which == "closed":
        found = found.filter(Q(state__not_in=OPEN) | Q(deadline_at__lte=now()))
    if words:
        search = search_for("challenge", words)
        rows = await fetch_rows(f"{search.sql} ORDER BY id DESC LIMIT {COMMON}", *search.values) if search else []
        found = found.filter(id__in=[int(row["id"]) for row in rows])
    return await challenges_found(_before(found, after).limit(limit))


async def challenges_led_by(leader: Actor, *, limit: int, after: Cursor | None = None) -> list[Challenge]:
    """The challenges of `leader`, the newest first."""
    led = Challenge.filter(_STANDING, leader_id=leader.id, actor__state="active").exclude(state="draft")
    return await challenges_found(_before(led, after).limit(limit))


async def drafts_of(leader: Actor, *, limit: int) -> list[Challenge]:
    """What `leader` prepares and has not opened, the newest first."""
    drafts = Challenge.filter(leader_id=leader.id, state="draft", actor__state="pending")
    return await challenges_found(drafts.order_by("-id").limit(limit))


async def get_challenge(slug: str, *, is_moderator: bool = False, viewer: Actor | None = None) -> Challenge:
    """The challenge of ours that is called `slug`, with its parts. Raises NotFound.

    While its leader is suspended only those who moderate see it, and what is only prepared only those who lead it.
    """
    for challenge in await challenges_found(Challenge.filter(actor__local_handle=slug.lower())):
        if challenge.state == "draft" and not await may_see_draft(challenge, viewer):
            continue
        if is_moderator or not is_led_by_suspended(challenge):
            return challenge
    raise NotFound("There is no such challenge here.")


async def may_see_draft(challenge: Challenge, viewer: Actor | None) -> bool:
    """Whether `viewer` leads `challenge`, which comes with its actor and is only prepared, and was not discarded."""
    if viewer is None or challenge.actor.state != "pending":
        return False
    return may_do(Deed.CHANGE_CHALLENGE, await parts_in(challenge, viewer))


async def get_remote_challenge(key: int) -> Challenge:
    """The challenge of another instance that is row `key` here, with its parts. Raises NotFound."""
    challenge = await find_challenge_row(key)
    if challenge is None or challenge.actor.is_local:
        raise NotFound("There is no such challenge here.")
    return challenge


async def find_challenge_row(key: int) -> Challenge | None:
    """The challenge in row `key`, ours or not, with its parts; None also while its leader is suspended."""
    found = next(iter(await challenges_in([key])), None)
    return None if found is not None and is_led_by_suspended(found) else found


async def challenge_of(group: Actor) -> Challenge | None:
    """The challenge whose Group `group` is."""
    return next(iter(await challenges_found(Challenge.filter(actor_id=group.id))), None)


async def challenges_of(groups: Collection[Actor]) -> dict[int, Challenge]:
    """The challenges whose Groups are among `groups`, by the row of the Group."""
    if not groups:
        return {}
    found = await challenges_found(Challenge.filter(actor_id__in=[group.id for group in groups]))
    return {challenge.actor_id: challenge for challenge in found}


async def offered_challenges(chosen: Challenge | None, *, viewer: Actor | None = None) -> list[Challenge]:
    """The challenges that a form offers to `viewer`: those that are open, and in front the chosen one."""
    found = await open_challenges(limit=MAX_OFFERED, viewer=viewer)
    if chosen is None:
        return found
    return [chosen, *(challenge for challenge in found if challenge.id != chosen.id)]


async def challenges_left_for(record: Record) -> list[Challenge]:
    """The open challenges that `record` could still be offered to, of whatever kind they want."""
    offered = Submission.filter(record_id=record.id).exclude(state__in=("withdrawn", "proposed"))
    answered = set(await offered.values_list("challenge_id", flat=True))
    found = await offered_challenges(None, viewer=record.author)
    return [challenge for challenge in found if challenge.id not in answered]


async def submitted(
    challenge: Challenge, *, states: Collection[str], day: date, after: str | None, limit: int
) -> Submitted:
    """A piece of the submissions in `states`, in an order that is random and stays the same for the whole `day`.

    `after` is the place at which the piece before ended.
    """
    rows = await _seen(challenge, *states).order_by("-id").limit(MAX_SHUFFLED).values_list("id", flat=True)
    places = sorted((_shuffled(int(str(key)), day), int(str(key))) for key in rows)
    rest = [(place, key) for place, key in places if after is None or place > after]
    return Submitted(
        submissions=await _submissions([key for _, key in rest[:limit]]),
        next=rest[limit - 1][0] if len(rest) > limit else None,
    )


async def waiting_submissions(challenge: Challenge, *, after: Cursor | None, limit: int) -> list[Submission]:
    """What nobody has decided about yet, the longest waiting first."""
    waiting = _seen(challenge, "pending", "licence_pending")
    if after is not None:
        waiting = waiting.filter(Q(created_at__gt=after.at) | Q(created_at=after.at, id__gt=after.id))
    keys = await waiting.order_by("created_at", "id").limit(limit).values_list("id", flat=True)
    return await _submissions([int(str(key)) for key in keys])


async def accepted_by_age(challenge: Challenge, *, after: Cursor | None, limit: int) -> list[Submission]:
    """What is part of the challenge, the newest first, with each record."""
    accepted = _seen(challenge, "accepted")
    if after is not None:
        accepted = accepted.filter(Q(created_at__lt=after.at) | Q(created_at=after.at, id__lt=after.id))
    keys = await accepted.order_by("-created_at", "-id").limit(limit).values_list("id", flat=True)
    return await _submissions([int(str(key)) for key in keys])


async def has_submissions(challenge: Challenge) -> bool:
    """Whether somebody offered something and stands by it: then others rely on what was promised."""
    return await Submission.filter(challenge_id=challenge.id).exclude(state__in=("withdrawn", "remark")).exists()


async def count_pending(challenge: Challenge) -> int:
    """How much waits for an answer of the leaders, of what they can see: what its author deleted waits for nothing."""
    return await _seen(challenge, "pending").count()


async def get_submission(key: int) -> Submission:
    """A submission with its challenge and its record. Raises NotFound."""
    submission = await Submission.filter(id=key).select_related("challenge__actor", "record__author").first()
    if submission is None:
        raise NotFound("There is no such submission.")
    return submission


async def own_submissions(challenge: Challenge, author: Actor) -> list[Submission]:
    """What `author` offered to the challenge and did not take back, with each record."""
    keys = (
        await Submission.filter(challenge_id=challenge.id, record__author_id=author.id, record__deleted_at=None)
        .exclude(state="withdrawn")
        .order_by("id")
        .limit(20)
        .values_list("id", flat=True)
    )
    return await _submissions([int(str(key)) for key in keys])


def _seen(challenge: Challenge, *states: str) -> QuerySet[Submission]:
    """What is in `states` and everybody may see, or could if it were part of it."""
    return Submission.filter(
        challenge_id=challenge.id,
        state__in=states,
        record__deleted_at=None,
        record__visibility="public",
        record__author__state__in=("active", "deleted"),
    )


async def _submissions(keys: Sequence[int]) -> list[Submission]:
    """The submissions in these rows, in that order, with what a card shows of each record."""
    found = {row.id: row for row in await Submission.filter(id__in=list(keys)).select_related("challenge__actor")}
    records = {record.id: record for record in await records_in([row.record_id for row in found.values()])}
    shown = [found[key] for key in keys if key in found]
    for row in shown:
        row.record = records[row.record_id]
    return shown


def _shuffled(key: int, day: date) -> str:
    return hashlib.sha256(f"{day.isoformat()} {key}".encode()).hexdigest()[:16]


def _before(challenges: QuerySet[Challenge], cursor: Cursor | None) -> QuerySet[Challenge]:
    if cursor is not None:
        challenges = challenges.filter(Q(opened_at__lt=cursor.at) | Q(opened_at=cursor.at, id__lt=cursor.id))
    return challenges.order_by("-opened_at", "-id")


def closing_of(challenge: Challenge) -> datetime | None:
    """When the challenge closes or closed, if that is known."""
    return challenge.closed_at or challenge.deadline_at
