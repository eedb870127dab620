"""Offering a record to a challenge, and taking that back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from tortoise.exceptions import IntegrityError

from fedirec.accounts.boundaries import refuse_unwelcome
from fedirec.accounts.notices import Notice
from fedirec.activitypub.arriving import arrived_at
from fedirec.activitypub.models import Actor
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.vocab import Offer, Ref, Undo
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Conflict, TooMany
from fedirec.remix.actions.agreeing import agree
from fedirec.remix.actions.logbook import log
from fedirec.remix.actions.private_notes import tell_people
from fedirec.remix.actions.prompts import terms_of
from fedirec.remix.actions.submissions.parts import named_terms, parts_of, refuse_past
from fedirec.remix.actions.submissions.passing_on import take_back
from fedirec.remix.licences import Licence, find_licence, licence_of
from fedirec.remix.logbook import Happening
from fedirec.remix.models import Challenge, ChallengeTerms, LogEntry, Record, Submission
from fedirec.remix.powers import Deed, Part, refuse_unless
from fedirec.remix.queries.leading import leaders_of_group
from fedirec.remix.queries.terms import newest_terms
from fedirec.remix.queries.uses import refuse_used
from fedirec.remix.submissions import (
    ASIDE,
    DECIDING,
    SubmissionEvent,
    SubmissionState,
    Timing,
    advance_submission,
    timing_of,
)
from fedirec.web.language import gettext as _

MAX_OFFERED_TO_ONE: Final = 20
"""Works that one author offers to one challenge within a day."""
MAX_OFFERED_A_DAY: Final = 60
"""Works that one author offers to all challenges together within a day."""
MAX_TAKEN_BACK: Final = 3
"""Times within a day that one work is taken back from one challenge, before it is not taken again that day."""
MAX_WRITTEN: Final = 30
"""Offers within a day that leaders of one challenge hear of on their own servers."""
A_DAY: Final = timedelta(days=1)
FROM_ELSEWHERE: Final = ("remote", "reply", "pasted")
"""The ways that lead through another server, whose clock differs and which may have been down."""
NO_OFFERS: Final = (SubmissionState.PROPOSED.value, SubmissionState.REMARK.value)
"""What its author has not offered."""


async def submit_record(author: Actor, record: Record, challenge: Challenge, *, seen: int | None = None) -> Submission:
    """A record of a local `author` is offered to the challenge, under its terms of this moment.

    Raises Conflict where these are newer than the version that the author has `seen`, and what `save_submission` does.
    """
    refuse_unless(Deed.SUBMIT, {Part.AUTHOR} if record.author_id == author.id else ())
    if record.visibility != "public" or record.deleted_at:
        raise Conflict(_("Only a public record can answer a challenge."), field="record")
    group = await challenge.actor
    refuse_unread(await newest_terms(challenge), seen)
    await refuse_unfit_licence(challenge, licence_of(record))
    async with transaction():
        submission = await save_submission(challenge, record, via="local")
        if not group.is_local:
            version, digest = submission.terms_version, submission.terms_digest
            offer = Offer(
                id=new_activity_uri(author),
                actor=author.uri,
                object=Ref(record.uri),
                target=group.uri,
                to=(group.uri,),
                terms=(version, digest) if version is not None and digest is not None else None,
            )
            await publish(author, offer, to=[group])
    return submission


def refuse_unread(newest: ChallengeTerms | None, seen: int | None) -> None:
    """Raise Conflict where there are other terms now than those of the version that somebody has `seen`."""
    if seen is not None and newest is not None and newest.version != seen:
        raise Conflict(_("The terms have changed again meanwhile. Please read them anew."), field="terms")


async def refuse_unfit_licence(challenge: Challenge, licence: Licence) -> None:
    """Raise Conflict for a licence that the newest terms of `challenge` do not admit.

    For people here, who can still choose another one; what comes from elsewhere waits for its leader all the same.
    """
    terms = await newest_terms(challenge)
    if terms and not terms_of(terms).admits(licence):
        words = {"wanted": find_licence(terms.licence).short, "licence": licence.short}
        raise Conflict(
            _("What is made in this challenge will be under %(wanted)s, and %(licence)s does not fit that.") % words,
            field="licence",
        )


async def save_submission(
    challenge: Challenge,
    record: Record,
    *,
    via: str,
    terms_version: int | None = None,
    terms_digest: str | None = None,
    activity_uri: str | None = None,
) -> Submission:
    """`record` is offered to `challenge`; offering again after a withdrawal counts, offering twice changes nothing.

    Without named terms the newest ones bind; those that are named have to be in force (`refuse_past`). Whoever offers a
    record agrees to them, by the signed activity at `activity_uri` where that came from elsewhere; who only posted
    something (`via` is "reply") has agreed to nothing yet. Part of the caller's transaction. Raises Conflict when it is
    too late, for the challenge or for those terms: what counts is our clock when the offer arrives, with the grace that
    the challenge gives to what comes from elsewhere; Forbidden when one of its leaders has blocked the author; and
    TooMany after too many offers within a day, or where the same one was taken back too often.
    """
    known = await Submission.get_or_none(challenge_id=challenge.id, record_id=record.id)
    if known and known.state not in (SubmissionState.WITHDRAWN, SubmissionState.PROPOSED):
        return known
    author = await record.author
    timing = refuse_late(challenge, is_from_elsewhere=via in FROM_ELSEWHERE and not author.is_local)
    await refuse_unwelcome_author(challenge, author)
    is_again = known is not None and known.state == SubmissionState.WITHDRAWN
    if is_again:
        await refuse_wavering(challenge, record)
    else:
        await refuse_many(challenge, author)
    terms = await named_terms(challenge, terms_version, terms_digest)
    await refuse_past(challenge, terms)
    is_known = find_licence(record.licence).is_known
    state = SubmissionState.PENDING if is_known else SubmissionState.LICENCE_PENDING
    if known:
        advance_submission(known.state, SubmissionEvent.OFFER)
        known.state, known.via, known.is_late = state, via, timing is Timing.LATE
        known.terms_version, known.terms_digest = (terms.version, terms.digest) if terms else (None, None)
        await known.save()
    try:
        async with transaction():
            submission = known or await Submission.create(
                challenge=challenge,
                record=record,
                state=state,
                via=via,
                is_late=timing is Timing.LATE,
                terms_version=terms.version if terms else None,
                terms_digest=terms.digest if terms else None,
            )
    except IntegrityError:  # it was offered twice at the same moment
        return await Submission.get(challenge_id=challenge.id, record_id=record.id)
    if terms and via != "reply":
        await agree(submission, terms, activity_uri=activity_uri)
    if record.held_at is None and (is_known or not is_again):  # leaders cannot answer yet what has no licence
        await tell_leaders(challenge, record)
    return submission


async def save_remark(challenge: Challenge, record: Record) -> Submission:
    """What `record` says in words alone stands below the challenge, and is no offer; part of the caller's transaction.

    Raises Forbidden when one of its leaders has blocked the author.
    """
    await refuse_unwelcome_author(challenge, await record.author)
    terms = await newest_terms(challenge)
    remark, _is_new = await Submission.get_or_create(
        challenge_id=challenge.id,
        record_id=record.id,
        defaults={
            "state": SubmissionState.REMARK.value,
            "via": "reply",
            "terms_version": terms.version if terms else None,
            "terms_digest": terms.digest if terms else None,
        },
    )
    return remark


async def refuse_offer_by(author: Actor, challenge: Challenge, waiting: Submission, *, came: datetime) -> None:
    """Raise as `save_submission` does where `waiting`, which is taken for an offer now, cannot be one.

    What `came` before the challenge was closed is in time, even if its author says only now that it is meant.
    """
    closed_at = challenge.closed_at if challenge.state in DECIDING else None
    if closed_at is None or came > closed_at:
        is_from_elsewhere = waiting.via in FROM_ELSEWHERE
        timing = refuse_late(challenge, is_from_elsewhere=is_from_elsewhere, received_at=came)
        waiting.is_late = timing is Timing.LATE
    await refuse_unwelcome_author(challenge, author)
    await refuse_many(challenge, author)


async def take_completed(
    challenge: Challenge, remark: Submission, record: Record, *, came: datetime | None = None
) -> Submission:
    """What was said in words alone, and has a file now, is an offer; part of the caller's transaction.

    It `came` when that file did, or where a leader takes the words for one when they did. Raises Conflict where that
    was too late, and TooMany and Forbidden as for any other offer.
    """
    await refuse_offer_by(await record.author, challenge, remark, came=came or arrived_at())
    state = advance_submission(remark.state, SubmissionEvent.TAKE)
    remark.state = SubmissionState.PENDING if find_licence(record.licence).is_known else state
    terms = await newest_terms(challenge)
    remark.terms_version, remark.terms_digest = (terms.version, terms.digest) if terms else (None, None)
    await remark.save()
    await show_what_was_said(record)
    if record.held_at is None:
        await tell_leaders(challenge, record)
    return remark


async def show_what_was_said(record: Record) -> None:
    """A remark that is an offer now can be seen like any other post; part of the caller's transaction."""
    if record.visibility == ASIDE:
        record.visibility = "public"
        await record.save(update_fields=["visibility"])


def refuse_late(challenge: Challenge, *, is_from_elsewhere: bool, received_at: datetime | None = None) -> Timing:
    """How an offer that reached us then, or now, stands to the deadline. Raises Conflict when it is too late."""
    timing = timing_of(
        challenge.state,
        received_at=received_at or arrived_at(),
        deadline_at=challenge.deadline_at,
        closed_at=challenge.closed_at,
        grace=timedelta(minutes=challenge.grace_minutes if is_from_elsewhere else 0),
    )
    if timing is Timing.TOO_LATE:
        raise Conflict(_("This challenge is closed; it takes no more submissions."), field="challenge")
    return timing


async def refuse_unwelcome_author(challenge: Challenge, author: Actor) -> None:
    """Raise Forbidden when one of those who lead `challenge` has blocked `author`, or the other way round."""
    group = await challenge.actor
    for leader in await leaders_of_group(group) if group.is_local else []:
        await refuse_unwelcome(author, to=leader)


async def refuse_many(challenge: Challenge, author: Actor) -> None:
    """Raise TooMany when `author` offered as much within the last day as one person may: here, or altogether."""
    offered = Submission.filter(record__author_id=author.id, created_at__gt=now() - A_DAY).exclude(state__in=NO_OFFERS)
    if await offered.filter(challenge_id=challenge.id).count() >= MAX_OFFERED_TO_ONE:
        words = {"n": MAX_OFFERED_TO_ONE}
        raise TooMany(_("One person can offer %(n)s works to one challenge within a day.") % words, retry_after=3600)
    if await offered.count() >= MAX_OFFERED_A_DAY:
        words = {"n": MAX_OFFERED_A_DAY}
        raise TooMany(_("One person can offer %(n)s works to challenges within a day.") % words, retry_after=3600)


async def refuse_wavering(challenge: Challenge, record: Record) -> None:
    """Raise TooMany when `record` was taken back from `challenge` so often within the last day that it is enough."""
    kind = Happening.WITHDRAWN.value
    taken_back = LogEntry.filter(group_id=challenge.actor_id, record_id=record.id, kind=kind)
    if await taken_back.filter(created_at__gt=now() - A_DAY).count() >= MAX_TAKEN_BACK:
        raise TooMany(_("You have changed your mind often today. Please wait until tomorrow."), retry_after=3600)


async def tell_leaders(challenge: Challenge, record: Record) -> None:
    """Who leads `challenge` knows that `record` is offered to it; part of the caller's transaction.

    Leaders who live elsewhere read it there too, but for what comes after MAX_WRITTEN offers within a day. Of a
    challenge elsewhere its own instance tells them.
    """
    author, group = await record.author, await challenge.actor
    if not group.is_local:
        return
    leaders = await leaders_of_group(group)
    writes = False
    if any(not leader.is_local for leader in leaders):
        lately = Submission.filter(challenge_id=challenge.id, created_at__gt=now() - A_DAY)
        writes = len(await lately.limit(MAX_WRITTEN + 1).values_list("id")) <= MAX_WRITTEN
    await tell_people(
        group,
        leaders,
        Notice.SUBMITTED,
        author,
        record.uri,
        f"{group.uri}/waiting",
        {"title": challenge.title},
        language=challenge.language,
        writes=writes,
    )


async def withdraw_submission(author: Actor, submission: Submission) -> Submission:
    """The author takes the offer back; the record stays, and so does its licence."""
    record, group = (await parts_of(submission))[1:3]
    refuse_unless(Deed.WITHDRAW_SUBMISSION, {Part.AUTHOR} if record.author_id == author.id else ())
    async with transaction():
        await end_offer(submission)
        if not group.is_local:
            offer = Offer(id=new_activity_uri(author), actor=author.uri, object=Ref(record.uri), target=group.uri)
            undo = Undo(id=new_activity_uri(author), actor=author.uri, object=offer, to=(group.uri,))
            await publish(author, undo, to=[group])
    return submission


async def end_offer(submission: Submission) -> None:
    """The offer is taken back, and so is what a Group of ours passed on; part of the caller's transaction.

    Raises Conflict when it is in a production that is frozen.
    """
    await refuse_used(submission)
    _challenge, record, group, author = await parts_of(submission)
    before = submission.state
    submission.state = advance_submission(submission.state, SubmissionEvent.WITHDRAW)
    await submission.save(update_fields=["state"])
    if not group.is_local:
        return
    if before == SubmissionState.ACCEPTED:
        await take_back(group, record, author)
    if before in (SubmissionState.ACCEPTED, SubmissionState.PENDING):
        await log(group, Happening.WITHDRAWN, by=author, person=author, record=record)
