"""What those who lead a challenge decide about what was offered to it. Each decision has a reason that all can read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from html import escape
from typing import Final

from fedirec.accounts.actions.audit import audit
from fedirec.accounts.actions.notifications import notify, notify_actors
from fedirec.accounts.notices import Notice
from fedirec.activitypub.models import Actor
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.vocab import Ref, Reject
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.db.holding import hold
from fedirec.errors import Conflict, TooMany
from fedirec.remix.actions.logbook import log
from fedirec.remix.actions.prompts import terms_of
from fedirec.remix.actions.submissions.parts import named_terms, parts_of
from fedirec.remix.actions.submissions.passing_on import pass_on, take_back
from fedirec.remix.actions.submissions.stating import BY_GUEST, tell_author
from fedirec.remix.actions.submissions.telling import language_for, link, say_to
from fedirec.remix.licences import find_licence, licence_of
from fedirec.remix.logbook import Happening, check_reason
from fedirec.remix.models import Challenge, LogEntry, Record, Submission
from fedirec.remix.powers import Deed, refuse_unless
from fedirec.remix.queries.leading import parts_in
from fedirec.remix.queries.uses import refuse_used
from fedirec.remix.submissions import ENDED, SubmissionEvent, SubmissionState, advance_submission
from fedirec.web.language import Reader, reading
from fedirec.web.language import gettext as _

MAX_TOLD: Final = 200
"""Authors who are told that something on which they built is made anew."""
MAX_DECIDED: Final = 10
"""Times within a day that something is decided about one work in one challenge."""
_HEARD: Final = tuple(
    kind.value for kind in (Happening.CHOSEN, Happening.DECLINED, Happening.RECONSIDERED, Happening.CHANGE_ASKED)
)
_OFFERED: Final = (SubmissionState.PENDING.value, SubmissionState.LICENCE_PENDING.value, SubmissionState.ACCEPTED.value)


async def accept_submission(leader: Actor, submission: Submission, reason: str) -> Submission:
    """The record is part of the challenge: its Group passes it on to everybody who follows it, and the log says why.

    Raises Conflict while the author has not chosen a licence, or chose one that the terms do not admit; Invalid without
    a reason, Forbidden for who does not lead the challenge, and TooMany after MAX_DECIDED decisions, as the others do.
    """
    challenge, record, group, author = await _decidable(leader, submission, Deed.CHOOSE_SUBMISSION)
    said = check_reason(Happening.CHOSEN, reason)
    if record.deleted_at:
        raise Conflict(_("Its author has deleted that record."))
    if record.visibility != "public":
        raise Conflict(_("Only a public record can be part of a challenge."))
    async with transaction():
        await _hold(challenge, submission)
        _refuse_over(challenge)
        if submission.state == SubmissionState.PENDING:
            await _refuse_other_licences(challenge, submission, record)
        submission.state = advance_submission(submission.state, SubmissionEvent.ACCEPT)
        submission.decided_at, submission.reason, submission.change_wanted = now(), said, ""
        await submission.save()
        await pass_on(group, record, author, why=said)
        letter: tuple[str, ...] = ()
        if submission.via == BY_GUEST:  # others see that the Group passes on what they offered
            with reading(Reader(locale=language_for(record))):
                words = _("Thank you. What you offered is part of “%(challenge)s” now, and this is why:")
                letter = (escape(words) % {"challenge": link(group.uri, challenge.title)}, escape(said))
        await tell_author(group, submission, record, *letter)
        entry = await log(group, Happening.CHOSEN, by=leader, person=author, record=record, reason=said)
        await audit(leader, "accept_submission", record.uri, challenge=group.uri)
        details = {"title": record.title, "challenge": challenge.title, "reason": said}
        await notify(author, Notice.SUBMISSION_ACCEPTED, leader, _each(record, entry), record.uri, details)
    return submission


async def ask_for_change(leader: Actor, submission: Submission, wish: str) -> Submission:
    """Its author knows what the leaders would like to be different before they decide; so does who reads the log.

    Raises Conflict for what is decided already.
    """
    challenge, record, group, author = await _decidable(leader, submission, Deed.ASK_FOR_CHANGE)
    said = check_reason(Happening.CHANGE_ASKED, wish)
    async with transaction():
        await _hold(challenge, submission)
        _refuse_over(challenge)
        if submission.state not in (SubmissionState.PENDING, SubmissionState.LICENCE_PENDING):
            raise Conflict(_("That is decided already. Think it over again first."))
        submission.change_wanted = said
        await submission.save(update_fields=["change_wanted"])
        entry = await log(group, Happening.CHANGE_ASKED, by=leader, person=author, record=record, reason=said)
        details = {"title": record.title, "reason": said}
        await notify(author, Notice.CHANGE_ASKED, leader, _each(record, entry), f"{record.uri}/edit", details)
        with reading(Reader(locale=language_for(record))):
            words = _("Before “%(title)s” can be part of “%(challenge)s”, its leaders would like a change:")
            told = escape(words) % {"title": escape(record.title), "challenge": link(group.uri, challenge.title)}
            how = escape(_("Change it where you published it; the leaders see what you changed."))
        await tell_author(group, submission, record, told, escape(said), how)
    return submission


async def decline_submission(leader: Actor, submission: Submission, reason: str) -> Submission:
    """The record is not taken up, and its author knows why. Raises Conflict where the challenge is over."""
    challenge, record, group, author = await _decidable(leader, submission, Deed.DECLINE_SUBMISSION)
    said = check_reason(Happening.DECLINED, reason)
    async with transaction():
        await _hold(challenge, submission)
        _refuse_over(challenge)
        submission.state = advance_submission(submission.state, SubmissionEvent.DECLINE)
        submission.decided_at, submission.reason, submission.change_wanted = now(), said, ""
        await submission.save()
        reject = Reject(
            id=new_activity_uri(group),
            actor=group.uri,
            object=Ref(record.uri),
            content=said,
            to=(author.uri,),
            published=submission.decided_at,
        )
        await publish(group, reject, to=[author])
        entry = await log(group, Happening.DECLINED, by=leader, person=author, record=record, reason=said)
        await audit(leader, "decline_submission", record.uri, challenge=group.uri, reason=said)
        details = {"title": record.title, "challenge": challenge.title, "reason": said}
        await notify(author, Notice.SUBMISSION_DECLINED, leader, _each(record, entry), record.uri, details)
        with reading(Reader(locale=language_for(record))):
            words = _("Thank you. What you offered to “%(challenge)s” was not taken up this time, and this is why:")
            told = escape(words) % {"challenge": link(group.uri, challenge.title)}
        await tell_author(group, submission, record, told, escape(said))
    return submission


async def reconsider_submission(leader: Actor, submission: Submission, reason: str) -> Submission:
    """A decision is open again; what was passed on is taken back, and its author knows.

    Raises Conflict where the challenge is over, for what was taken up then stays so.
    """
    challenge, record, group, author = await _decidable(leader, submission, Deed.RECONSIDER_SUBMISSION)
    said = check_reason(Happening.RECONSIDERED, reason)
    async with transaction():
        await _hold(challenge, submission)
        _refuse_over(challenge)
        await refuse_used(submission)
        was_accepted = submission.state == SubmissionState.ACCEPTED
        submission.state = advance_submission(submission.state, SubmissionEvent.RECONSIDER)
        submission.decided_at, submission.reason = None, ""
        await submission.save()
        if was_accepted:
            await take_back(group, record, author)
        entry = await log(group, Happening.RECONSIDERED, by=leader, person=author, record=record, reason=said)
        await audit(leader, "reconsider_submission", record.uri, challenge=group.uri)
        details = {"title": record.title, "reason": said}
        await notify(author, Notice.SUBMISSION_RECONSIDERED, leader, _each(record, entry), record.uri, details)
        with reading(Reader(locale=language_for(record))):
            words = _("The decision about “%(title)s” in “%(challenge)s” is open again, and this is why:")
            told = escape(words) % {"title": escape(record.title), "challenge": link(group.uri, challenge.title)}
        await tell_author(group, submission, record, told, escape(said), why=said)
    return submission


async def redo_work(leader: Actor, submission: Submission, reason: str, *, by: Actor | None = None) -> Submission:
    """Something that was accepted is made anew, by the person `by` or somebody yet to be found, and nobody does it
    behind anybody's back: the log says so, and its author and all who built on it in this challenge are told.

    Raises Conflict for what was not accepted.
    """
    challenge, record, group, author = await _decidable(leader, submission, Deed.REDO_WORK)
    said = check_reason(Happening.REDONE, reason)
    async with transaction():
        await _hold(challenge, submission)
        if submission.state != SubmissionState.ACCEPTED:
            raise Conflict(_("Only what is part of the challenge can be made anew."))
        lately = LogEntry.filter(group_id=group.id, kind=Happening.REDONE.value, record_id=record.id)
        if await lately.filter(created_at__gt=now() - timedelta(days=1)).exists():
            raise Conflict(_("All who worked on it have been told that today."))
        built = await _built_on(challenge, record)
        await log(group, Happening.REDONE, by=leader, person=by, record=record, reason=said)
        told = [author, *(each.author for each in built)]
        details = {"title": record.title, "reason": said}
        await notify_actors(told, Notice.WORK_REDONE, leader, record.uri, f"{group.uri}/log", details)
        await _tell_elsewhere(challenge, group, record, [record, *built], said)
    return submission


async def _tell_elsewhere(
    challenge: Challenge, group: Actor, record: Record, concerned: Iterable[Record], said: str
) -> None:
    """Each author of those records who lives elsewhere reads once that `record` is made anew."""
    told: set[int] = set()
    for each in concerned:
        if each.author.is_local or each.author_id in told:
            continue
        told.add(each.author_id)
        with reading(Reader(locale=language_for(each))):
            words = _("“%(title)s” is made anew for “%(challenge)s”, and this is why:")
            first = escape(words) % {"title": escape(record.title), "challenge": link(group.uri, challenge.title)}
        await say_to(group, each.author, first, escape(said), about=each)


async def _built_on(challenge: Challenge, record: Record) -> list[Record]:
    """What was made from `record` and offered to the same challenge, with its authors."""
    built = Submission.filter(challenge_id=challenge.id, state__in=_OFFERED, record__deleted_at=None)
    built = built.filter(record__sources__uri=record.uri, record__sources__withdrawn_at=None)
    rows = await built.order_by("id").distinct().limit(MAX_TOLD).select_related("record__author")
    return [row.record for row in rows]


async def _decidable(leader: Actor, submission: Submission, deed: Deed) -> tuple[Challenge, Record, Actor, Actor]:
    """What belongs to `submission`, about which `leader` may do that. Raises Forbidden."""
    challenge, record, group, author = await parts_of(submission)
    parts = await parts_in(challenge, leader) if group.is_local else frozenset()
    refuse_unless(deed, parts)
    return challenge, record, group, author


async def _hold(challenge: Challenge, submission: Submission) -> None:
    """Nobody else decides until the caller's transaction ends, and both are as they are now.

    Raises TooMany for who thinks again about one work more than MAX_DECIDED times within a day: its author hears of
    each.
    """
    await hold(challenge)
    await hold(submission)
    said = LogEntry.filter(group_id=challenge.actor_id, record_id=submission.record_id, kind__in=_HEARD)
    if await said.filter(created_at__gt=now() - timedelta(days=1)).count() >= MAX_DECIDED:
        raise TooMany(_("You have changed your mind often today. Please wait until tomorrow."), retry_after=3600)


def _each(record: Record, entry: LogEntry) -> str:
    """What a notice is about: each decision is told, not only the first of its kind about one work."""
    return f"{record.uri}#{entry.id}"


def _refuse_over(challenge: Challenge) -> None:
    """Raise Conflict where nothing more comes."""
    if challenge.state in ENDED:
        raise Conflict(_("It is over, and stays as it is."))


async def _refuse_other_licences(challenge: Challenge, submission: Submission, record: Record) -> None:
    """Raise Conflict when what is made under the terms of `submission` could not carry `record`."""
    terms = await named_terms(challenge, submission.terms_version, submission.terms_digest)
    licence = licence_of(record)
    if terms and not terms_of(terms).admits(licence):
        raise Conflict(
            _("It is under %(licence)s, which cannot become part of something under %(wanted)s.")
            % {"licence": licence.short, "wanted": find_licence(terms.licence).short}
        )
