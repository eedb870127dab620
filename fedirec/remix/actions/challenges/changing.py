"""What a challenge says is changed, its time is extended, and it is closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fedirec.accounts.actions.audit import audit
from fedirec.activitypub.models import Actor, Outgoing
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Conflict, Invalid
from fedirec.html import markdown
from fedirec.media.actions import release_media
from fedirec.media.models import Media
from fedirec.remix.actions.challenge_news import publish_update
from fedirec.remix.actions.challenges.going_on import go_on
from fedirec.remix.actions.challenges.opening import check_grace, check_text, check_title
from fedirec.remix.actions.findable import make_challenge_findable
from fedirec.remix.actions.group_tags import save_group_tags
from fedirec.remix.actions.logbook import log
from fedirec.remix.actions.prompts import current_terms, save_terms
from fedirec.remix.actions.terms import tell_of_terms
from fedirec.remix.logbook import Happening
from fedirec.remix.models import Attachment, Challenge
from fedirec.remix.powers import Deed, refuse_unless
from fedirec.remix.queries.challenges import has_submissions
from fedirec.remix.queries.leading import parts_in
from fedirec.remix.submissions import DECIDING, TAKING, ChallengeEvent, ChallengeState
from fedirec.remix.terms import Terms, refuse_unruled, revise
from fedirec.web.language import gettext as _


@dataclass(frozen=True, kw_only=True)
class ChallengeChange:
    """What a leader changes; what is None stays as it is."""

    title: str | None = None
    """Only while it is prepared: afterwards people know it by its title."""
    text: str | None = None
    deadline_at: datetime | None = None
    grace_minutes: int | None = None
    terms: Terms | None = None
    tags: Sequence[str] | None = None
    """Hashtags by which it is found; nobody relies on them, so that they may change at any time."""
    reason: str = ""
    """Why there is more time, or why the terms are others: everybody can read it."""


async def change_challenge(leader: Actor, challenge: Challenge, change: ChallengeChange) -> Challenge:
    """The challenge says something new; followers hear of it, unless it is only prepared.

    What was submitted before stays under the terms that its author knows: new terms are a new version beside the old
    ones, and hold for it when its author agrees. Raises Invalid with the field that has to change, Conflict where it
    has ended.
    """
    parts = await parts_in(challenge, leader)
    refuse_unless(Deed.CHANGE_CHALLENGE, parts)
    _check(challenge, change)
    async with transaction():
        group = await challenge.actor
        if _is_moved(challenge, change):
            refuse_unless(Deed.REOPEN_CHALLENGE if challenge.state not in TAKING else Deed.EXTEND_CHALLENGE, parts)
            await _move_deadline(leader, challenge, group, change)
        if change.title is not None:
            challenge.title = group.name = change.title.strip()
        if change.text is not None:
            challenge.text, challenge.content = change.text, markdown(change.text)
            group.summary = challenge.content
        if change.grace_minutes is not None:
            challenge.grace_minutes = change.grace_minutes
        await group.save(update_fields=["name", "summary"])
        await challenge.save(update_fields=["title", "text", "content", "grace_minutes"])
        if change.terms is not None:
            refuse_unless(Deed.CHANGE_TERMS, parts)
            await _change_terms(leader, challenge, group, change.terms, reason=change.reason)
        if change.tags is not None:
            await save_group_tags(group, change.tags)
        await audit(leader, "change_challenge", group.uri)
        if challenge.state != ChallengeState.DRAFT:
            await make_challenge_findable(challenge)
            await publish_update(challenge)
    return challenge


async def close_challenge(leader: Actor, challenge: Challenge) -> Challenge:
    """The challenge takes no more submissions; followers hear of it."""
    refuse_unless(Deed.CLOSE_CHALLENGE, await parts_in(challenge, leader))
    async with transaction():
        group = await challenge.actor
        await go_on(challenge, ChallengeEvent.CLOSE, closed_at=now())
        await log(group, Happening.CLOSED, by=leader)
        await audit(leader, "close_challenge", group.uri)
        await publish_update(challenge)
    return challenge


async def close_overdue() -> int:
    """Challenges whose deadline has passed are closed; returns how many were."""
    overdue = await Challenge.filter(state__in=list(TAKING), deadline_at__lt=now(), actor__is_local=True).limit(100)
    for challenge in overdue:
        async with transaction():
            await go_on(challenge, ChallengeEvent.CLOSE, closed_at=challenge.deadline_at)
            await log(await challenge.actor, Happening.CLOSED, by=None)
            await publish_update(challenge)
    return len(overdue)


async def empty_challenge(challenge: Challenge) -> None:
    """A challenge of somebody who left is closed and says nothing but its title; part of the caller's transaction.

    It comes with its Group. What was made for it, and what it promised, stays.
    """
    if challenge.state not in TAKING and not challenge.text and not challenge.content:
        return
    group = challenge.actor
    files = await Attachment.filter(challenge_id=challenge.id).values_list("media_id", flat=True)
    await Attachment.filter(challenge_id=challenge.id).delete()
    await release_media(await Media.filter(id__in=[int(str(key)) for key in files if key is not None]))
    await Outgoing.filter(actor_id=group.id, type__in=("Create", "Update")).delete()
    if challenge.state in TAKING:
        await go_on(challenge, ChallengeEvent.CLOSE, closed_at=now())
    challenge.text = challenge.content = group.summary = ""
    await challenge.save(update_fields=["text", "content"])
    await group.save(update_fields=["summary"])
    if challenge.state != ChallengeState.DRAFT:
        await make_challenge_findable(challenge)
        await publish_update(challenge)


def _check(challenge: Challenge, change: ChallengeChange) -> None:
    is_draft = challenge.state == ChallengeState.DRAFT
    if not is_draft and challenge.state not in DECIDING:
        raise Conflict(_("It is over, and stays as it is."))
    if change.title is not None:
        check_title(change.title)
        if not is_draft and change.title.strip() != challenge.title:
            raise Invalid(_("People know it by its title already."), field="title")
    if change.text is not None:
        check_text(change.text)
    if change.grace_minutes is not None:
        check_grace(change.grace_minutes)
    if change.terms is not None:
        refuse_unruled(change.terms)
    if _is_moved(challenge, change):
        assert change.deadline_at is not None
        if change.deadline_at <= now():
            raise Invalid(_("Please choose a deadline that is still to come."), field="deadline")
        if not is_draft and challenge.deadline_at is not None and change.deadline_at < challenge.deadline_at:
            raise Invalid(_("People count on the time that you named. Please choose a later one."), field="deadline")


def _is_moved(challenge: Challenge, change: ChallengeChange) -> bool:
    return change.deadline_at is not None and change.deadline_at != challenge.deadline_at


async def _move_deadline(leader: Actor, challenge: Challenge, group: Actor, change: ChallengeChange) -> None:
    """There is more time, or the challenge is open again, or has an end at all."""
    until, before = change.deadline_at, challenge.deadline_at
    if challenge.state == ChallengeState.DRAFT or (challenge.state in TAKING and before is None):
        challenge.deadline_at = until
        await challenge.save(update_fields=["deadline_at"])
        return
    is_reopened = challenge.state not in TAKING
    event = ChallengeEvent.REOPEN if is_reopened else ChallengeEvent.EXTEND
    await go_on(challenge, event, deadline_at=until, closed_at=None)
    happening = Happening.REOPENED if is_reopened else Happening.EXTENDED
    details = {"before": before.isoformat() if before else None, "until": until.isoformat() if until else None}
    await log(group, happening, by=leader, reason=change.reason, details=details)


async def _change_terms(leader: Actor, challenge: Challenge, group: Actor, wanted: Terms, *, reason: str) -> None:
    """What is promised from now on is `wanted`, as a further version; those who offered something are told.

    Once something is offered a reason is needed, for others rely on what was said.
    """
    current = await current_terms(challenge)
    revised = revise(current, wanted) if current else wanted
    if revised == current:
        return
    is_relied_on = await has_submissions(challenge)
    await save_terms(challenge, revised)
    if challenge.state == ChallengeState.DRAFT:
        return
    why = reason if is_relied_on else reason.strip() or _("Nothing had been offered yet.")
    await log(group, Happening.TERMS_CHANGED, by=leader, reason=why, details={"version": revised.version})
    if is_relied_on:
        await tell_of_terms(challenge, group, revised, reason=why)
