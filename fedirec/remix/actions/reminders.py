"""Reminding people of dates, once each: here by a notice, and followers everywhere by a word of the Group.

What was sent and that it was sent are one transaction: whoever is killed in between has sent nothing, and whoever comes
again sends nothing twice. A date that was moved is another date.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from babel.dates import format_datetime

from fedirec.accounts.actions.notifications import notify_all
from fedirec.accounts.models import Account
from fedirec.accounts.notices import Notice
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db import execute, fetch_objects, fetch_rows, transaction
from fedirec.db.tables import moment_of
from fedirec.remix.actions.news import publish_news
from fedirec.remix.logbook import Happening
from fedirec.remix.models import Challenge
from fedirec.remix.news import NewsKind
from fedirec.remix.queries.parts import challenges_in
from fedirec.remix.reminders import DEADLINE, Moment, is_news, moment_at
from fedirec.web.language import Reader, best_language, reading, zone_named
from fedirec.web.language import gettext as _
from fedirec.web.times import in_utc

BATCH: Final = 100
"""Challenges of one round; the rest comes with the next."""
MAX_TOLD: Final = 5_000
"""Members who are reminded of one date."""
KEPT: Final = timedelta(days=400)
"""How long it is known that people were reminded; the date itself has passed long before."""


async def is_first(subject_uri: str, kind: str, due_at: datetime) -> bool:
    """Whether nobody was reminded of that date of `subject_uri` in that way; from now on somebody was.

    Part of the transaction that reminds them.
    """
    added = await fetch_rows(
        """
        INSERT INTO reminder (subject_uri, kind, due_at, sent_at) VALUES (?, ?, ?, ?)
            ON CONFLICT DO NOTHING RETURNING id
        """,
        subject_uri,
        kind,
        due_at,
        now(),
    )
    return bool(added)


async def remind_of_deadlines() -> int:
    """Members whom it concerns know that a challenge closes soon, and followers of ours everywhere; returns how many
    challenges that were.
    """
    done = 0
    for challenge in await _closing_soon():
        async with transaction():
            done += await _remind(challenge)
    return done


async def forget_reminders() -> None:
    """What was said about dates that have passed long ago is forgotten."""
    await execute("DELETE FROM reminder WHERE sent_at < ?", now() - KEPT)


async def _closing_soon() -> list[Challenge]:
    """Challenges, here or elsewhere, that close soon and of which nobody was reminded at this moment before."""
    found: list[int] = []
    ends = [*(moment.before for moment in DEADLINE[1:]), timedelta()]
    for moment, end in zip(DEADLINE, ends, strict=True):
        rows = await fetch_rows(
            """
            SELECT c.id FROM challenge c JOIN actor a ON a.id = c.actor_id
             WHERE c.state IN ('open', 'extended') AND c.deadline_at > ? AND c.deadline_at <= ? AND a.state = 'active'
               AND NOT EXISTS (SELECT 1 FROM actor l WHERE l.id = c.leader_id AND l.state = 'suspended')
               AND NOT EXISTS (SELECT 1 FROM reminder r
                                WHERE r.subject_uri = a.uri AND r.kind = ? AND r.due_at = c.deadline_at)
             ORDER BY c.deadline_at, c.id LIMIT ?
            """,
            now() + end,
            now() + moment.before,
            moment.name,
            BATCH,
        )
        found += [int(row["id"]) for row in rows]
    return await challenges_in(found)


async def _remind(challenge: Challenge) -> bool:
    """Whether anybody was reminded; who has only just heard of the date is not. Part of the caller's transaction."""
    fresh = await Challenge.filter(id=challenge.id, state__in=("open", "extended")).values("deadline_at")
    if not fresh or fresh[0]["deadline_at"] != challenge.deadline_at or challenge.deadline_at is None:
        return False
    group, date = challenge.actor, challenge.deadline_at
    come = moment_at(DEADLINE, date=date, at=now())
    if come is None or not await is_first(group.uri, come.name, date):
        return False
    if not is_news(come, date=date, known_since=await _known_since(challenge)):
        return False
    await notify_all(
        await _concerned(group),
        Notice.CHALLENGE_LAST_DAY if come == DEADLINE[-1] else Notice.CHALLENGE_CLOSES,
        None,
        # Whoever was reminded of one date is reminded of the next one too.
        f"{group.uri}#{come.name}-{in_utc(date)}",
        group.uri,
        {"title": challenge.title},
    )
    if group.is_local:
        await _say(challenge, group, come)
    return True


async def _known_since(challenge: Challenge) -> datetime:
    """Since when people know of the deadline as it is."""
    rows = await fetch_rows(
        "SELECT created_at FROM log_entry WHERE group_id = ? AND kind IN (?, ?) ORDER BY id DESC LIMIT 1",
        challenge.actor_id,
        Happening.EXTENDED.value,
        Happening.REOPENED.value,
    )
    moved = [moment_of(row["created_at"]) for row in rows]
    return max([challenge.opened_at, *(each for each in moved if each is not None)])


async def _concerned(group: Actor) -> list[Account]:
    """Our members who follow the challenge of `group`, or have offered something to it."""
    return await fetch_objects(
        Account,
        """
        SELECT * FROM account WHERE state = 'active' AND actor_id IN (
            SELECT f.follower_id FROM follow f WHERE f.target_id = ? AND f.accepted_at IS NOT NULL
            UNION
            SELECT r.author_id FROM submission s JOIN challenge c ON c.id = s.challenge_id
                JOIN record r ON r.id = s.record_id
             WHERE c.actor_id = ? AND s.state <> 'withdrawn' AND r.deleted_at IS NULL
        ) ORDER BY id LIMIT ?
        """,
        group.id,
        group.id,
        MAX_TOLD,
    )


async def _say(challenge: Challenge, group: Actor, come: Moment) -> None:
    """Followers everywhere hear it from the Group, in the language of the challenge and the zone of its leader."""
    assert challenge.deadline_at is not None
    locale = best_language([challenge.language] if challenge.language else [])
    zone = zone_named(challenge.timezone)
    local = challenge.deadline_at.astimezone(zone) if zone else challenge.deadline_at
    when = f"{format_datetime(local, 'EEEE d MMMM, HH:mm', locale=locale)} ({challenge.timezone if zone else 'UTC'})"
    with reading(Reader(locale=locale)):
        title = _("One day left") if come.before <= timedelta(days=1) else _("Three days left")
        text = _("“%(title)s” is open until %(when)s. What you have by then counts, finished or not.")
    blanks = {"title": challenge.title, "when": when}
    await publish_news(group, kind=NewsKind.REMINDER, title=title, text=text % blanks, author=None, language=locale)
