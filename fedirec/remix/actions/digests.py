"""The digest of the week by mail: once for each person and week, on Monday morning where they live.

The week is claimed and the letter queued in one transaction. Who is killed before that did nothing, who is killed after
it has the letter in the queue, and whoever comes second finds the week claimed. Where there is nothing to say the week
is claimed too, or it would be looked for again every few minutes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from typing import Final

from tortoise.expressions import Q

from fedirec.accounts.actions.letters import Draft, Line, Part, Post, reader_for
from fedirec.accounts.models import Account
from fedirec.accounts.queries import ACTIVE
from fedirec.accounts.stopping import Sort
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.lanes import enqueue
from fedirec.remix.models import Challenge, Record
from fedirec.remix.queries.addresses import path_of_remote
from fedirec.remix.queries.digests import Digest, Released, digest_of, headline_of
from fedirec.remix.submissions import ChallengeState
from fedirec.remix.weeks import last_morning, week_of
from fedirec.web.language import gettext as _
from fedirec.web.language import reader, reading, zone_named
from fedirec.web.times import days, in_words, in_zone

MANY: Final = 100
"""Accounts that are looked at in one piece."""


async def post_digests(post: Post, released: Released | None = None) -> int:
    """Everybody who wants the digest, and for whom it is time, has it on its way; returns to how many people."""
    if not post.is_on:
        return 0
    sent, after = 0, 0
    while True:
        wanting = Account.filter(weekly_mail=True, state=ACTIVE, mail_to__not_isnull=True, id__gt=after)
        piece = await wanting.order_by("id").limit(MANY).select_related("actor")
        for account in piece:
            sent += await _post_to(post, account, released)
        if len(piece) < MANY:
            return sent
        after = piece[-1].id


async def _post_to(post: Post, account: Account, released: Released | None) -> bool:
    zone = zone_named(account.timezone) or UTC
    morning = last_morning(now(), zone)
    if account.weekly_mail_at is not None and account.weekly_mail_at >= morning:
        return False
    week = week_of(morning, zone).before
    digest = await digest_of(week, released, viewer=account.actor)
    work = None
    if digest.has_anything:
        with reading(reader_for(account)):
            draft = _draft(digest, post.origin)
        work = post.written(account, draft, Sort.WEEKLY, key=f"weekly.{account.id}.{week}")
    async with transaction():
        unclaimed = Q(weekly_mail_at=None) | Q(weekly_mail_at__lt=morning)
        if not await Account.filter(unclaimed, id=account.id, weekly_mail=True).update(weekly_mail_at=now()):
            return False
        if work is not None:
            await enqueue([work])
    return work is not None


def _draft(digest: Digest, origin: str) -> Draft:
    parts = [
        (
            _("Picked by the editors"),
            [
                Line(
                    text=each.record.title
                    if each.record
                    else each.challenge.title
                    if each.challenge
                    else each.group.name
                    if each.group
                    else "",
                    url=_thing_url(each.record, each.challenge, origin) or _group_url(each.group, origin),
                    note=each.pick.words,
                )
                for each in digest.picks
            ],
        ),
        (_("Closing soon"), _of_challenges(digest.closing, origin)),
        (_("Newly asked"), _of_challenges(digest.opened, origin)),
        (_("Finished and released"), _of_records(digest.released, origin)),
        (
            _("What goes on"),
            [
                Line(
                    text=headline_of(row),
                    url=row.uri if row.group.is_local else _group_url(row.group, origin),
                    note=row.group.name or row.group.handle,
                )
                for row in digest.news
            ],
        ),
        (_("Waiting for somebody to go on"), _of_records(digest.unremixed, origin)),
    ]
    return Draft(
        subject=_("Your week, %(week)s") % {"week": days(digest.week.monday, digest.week.sunday)},
        intro="",
        parts=[Part(title=title, lines=lines) for title, lines in parts if lines],
        button=Line(text=_("Read it here"), url=f"{origin}/digest/{digest.week}"),
    )


def _of_challenges(rows: Sequence[Challenge], origin: str) -> list[Line]:
    return [
        Line(
            text=row.title,
            url=_thing_url(None, row, origin),
            note=_until(row),
        )
        for row in rows
    ]


def _until(challenge: Challenge) -> str:
    """Until when answers are welcome; the letter may be read long after that week."""
    if challenge.state != ChallengeState.OPEN:
        return _("Closed")
    return _("Open until %(when)s") % {"when": _both_times(challenge)} if challenge.deadline_at else ""


def _both_times(challenge: Challenge) -> str:
    """When it closes where the reader is and, where that differs, where it was opened."""
    assert challenge.deadline_at is not None
    here, there = in_words(challenge.deadline_at), zone_named(challenge.timezone)
    moment = challenge.deadline_at
    if not challenge.actor.is_local or there is None:
        return here
    if moment.astimezone(there).utcoffset() == moment.astimezone(reader().zone).utcoffset():
        return here
    return f"{here}, {in_zone(moment, challenge.timezone)}"


def _of_records(rows: Sequence[Record], origin: str) -> list[Line]:
    return [
        Line(
            text=row.title or _("Untitled"),
            url=_thing_url(row, None, origin),
            note=row.author.name or row.author.handle,
        )
        for row in rows
    ]


def _group_url(group: Actor | None, origin: str) -> str:
    """Our page about a project."""
    if group is None:
        return ""
    return group.uri if group.is_local else f"{origin}{path_of_remote(group)}"


def _thing_url(record: Record | None, challenge: Challenge | None, origin: str) -> str:
    """Our page about it."""
    if record is not None:
        return record.uri if record.author.is_local else f"{origin}/records/remote/{record.id}"
    if challenge is not None:
        return challenge.actor.uri if challenge.actor.is_local else f"{origin}/challenges/remote/{challenge.id}"
    return ""
