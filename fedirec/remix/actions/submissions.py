"""Records offered to challenges, and what becomes of the offer."""

from __future__ import annotations

from typing import Final

from fedirec.accounts.actions.audit import audit
from fedirec.accounts.actions.notifications import notify
from fedirec.accounts.boundaries import refuse_unwelcome
from fedirec.accounts.notices import Notice
from fedirec.activitypub.consent import Consent
from fedirec.activitypub.models import Actor, Announcement
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.vocab import PUBLIC, Add, Announce, Offer, Ref, Reject, Remove, Undo
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Conflict, Forbidden, Invalid
from fedirec.remix.actions.asking import ask_author
from fedirec.remix.actions.drafts import refuse_closed
from fedirec.remix.actions.pending_remixes import count_as_remix
from fedirec.remix.actions.prompts import terms_of
from fedirec.remix.licences import Licence, find_licence, licence_of
from fedirec.remix.models import Challenge, ChallengeTerms, ConsentRequest, Record, Submission
from fedirec.remix.queries.consent import consent_to, find_question
from fedirec.remix.submissions import SubmissionEvent, advance_submission
from fedirec.web.language import gettext as _

MAX_REASON: Final = 500


async def submit_record(author: Actor, record: Record, challenge: Challenge) -> Submission:
    """A record of a local `author` is offered to the challenge, under its terms of this moment."""
    if record.author_id != author.id:
        raise Forbidden(_("Only its author can offer a record."))
    if record.visibility != "public" or record.deleted_at:
        raise Conflict(_("Only a public record can answer a challenge."), field="record")
    group = await challenge.actor
    await refuse_unfit_licence(challenge, licence_of(record))
    async with transaction():
        submission = await save_submission(challenge, record, via="local")
        if not group.is_local:
            offer = Offer(
                id=new_activity_uri(author),
                actor=author.uri,
                object=Ref(record.uri),
                target=group.uri,
                to=(group.uri,),
            )
            await publish(author, offer, to=[group])
    return submission


async def refuse_unfit_licence(challenge: Challenge, licence: Licence) -> None:
    """Raise Conflict for a licence that the newest terms of `challenge` do not admit.

    For people here, who can still choose another one; what comes from elsewhere waits for its leader all the same.
    """
    terms = await _terms(challenge, None, None)
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
) -> Submission:
    """`record` is offered to `challenge`; offering again after a withdrawal counts, offering twice changes nothing.

    Without named terms the newest ones bind. Part of the caller's transaction. Raises Conflict when it is too late:
    what counts is our clock when the offer arrives; and Forbidden when its leader has blocked the author.
    """
    known = await Submission.get_or_none(challenge_id=challenge.id, record_id=record.id)
    if known and known.state != "withdrawn":
        return known
    refuse_closed(challenge)
    leader = await Actor.get_or_none(id=challenge.leader_id) if challenge.leader_id is not None else None
    if leader is not None:
        await refuse_unwelcome(await record.author, to=leader)
    terms = await _terms(challenge, terms_version, terms_digest)
    if known:
        known.state = advance_submission(known.state, SubmissionEvent.OFFER)
        known.terms_version, known.terms_digest = (terms.version, terms.digest) if terms else (None, None)
        await known.save()
        return known
    submission = await Submission.create(
        challenge=challenge,
        record=record,
        state="pending" if find_licence(record.licence).is_known else "licence_pending",
        via=via,
        terms_version=terms.version if terms else None,
        terms_digest=terms.digest if terms else None,
    )
    if record.held_at is None:
        await tell_leader(challenge, record)
    return submission


async def tell_leader(challenge: Challenge, record: Record) -> None:
    """Who leads `challenge` knows that `record` is offered to it; part of the caller's transaction."""
    leader = await Actor.get_or_none(id=challenge.leader_id) if challenge.leader_id is not None else None
    if leader is not None:
        author, group = await record.author, await challenge.actor
        await notify(leader, Notice.SUBMITTED, author, record.uri, group.uri, {"title": challenge.title})


async def accept_submission(leader: Actor, submission: Submission) -> Submission:
    """The record is part of the challenge: its Group passes it on to everybody who follows it.

    Raises Conflict while the author has not chosen a licence, or chose one that the terms do not admit.
    """
    challenge, record, group, author = await _parts(submission)
    _refuse_others(leader, challenge)
    if record.deleted_at:
        raise Conflict(_("Its author has deleted that record."))
    if record.visibility != "public":
        raise Conflict(_("Only a public record can be part of a challenge."))
    if submission.state == "pending":
        await _refuse_other_licences(challenge, submission, record)
    async with transaction():
        submission.state = advance_submission(submission.state, SubmissionEvent.ACCEPT)
        submission.decided_at, submission.reason = now(), ""
        await submission.save()
        to, cc = (PUBLIC,), (group.followers or "", author.uri)
        announce = Announce(
            id=new_activity_uri(group), actor=group.uri, object=Ref(record.uri), published=now(), to=to, cc=cc
        )
        await _pass_on(group, record, announce)
        add = Add(
            id=new_activity_uri(group),
            actor=group.uri,
            object=Ref(record.uri),
            target=f"{group.uri}/submissions",
            published=now(),
            to=to,
            cc=cc,
        )
        await publish(group, add, to=[author], to_followers_of=[group])
        await audit(leader, "accept_submission", record.uri, challenge=group.uri)
        details = {"title": record.title}
        await notify(author, Notice.SUBMISSION_ACCEPTED, leader, record.uri, record.uri, details)
    return submission


async def decline_submission(leader: Actor, submission: Submission, reason: str) -> Submission:
    """The record is not taken up, and its author knows why."""
    challenge, record, group, author = await _parts(submission)
    _refuse_others(leader, challenge)
    said = reason.strip()
    if not said:
        raise Invalid(_("Please say why, in a sentence. They put work into it."), field="reason")
    if len(said) > MAX_REASON:
        raise Invalid(_("Please keep it under %(max_reason)s characters.") % {"max_reason": MAX_REASON}, field="reason")
    async with transaction():
        submission.state = advance_submission(submission.state, SubmissionEvent.DECLINE)
        submission.decided_at, submission.reason = now(), said
        await submission.save()
        reject = Reject(
            id=new_activity_uri(group),
            actor=group.uri,
            object=Ref(record.uri),
            content=said,
            to=(author.uri,),
        )
        await publish(group, reject, to=[author])
        await audit(leader, "decline_submission", record.uri, challenge=group.uri, reason=said)
        details = {"title": record.title, "reason": said}
        await notify(author, Notice.SUBMISSION_DECLINED, leader, record.uri, record.uri, details)
    return submission


async def reconsider_submission(leader: Actor, submission: Submission) -> Submission:
    """A decision is open again; what was passed on is taken back."""
    challenge, record, group, author = await _parts(submission)
    _refuse_others(leader, challenge)
    async with transaction():
        was_accepted = submission.state == "accepted"
        submission.state = advance_submission(submission.state, SubmissionEvent.RECONSIDER)
        submission.decided_at, submission.reason = None, ""
        await submission.save()
        if was_accepted:
            await _take_back(group, record, author)
        await audit(leader, "reconsider_submission", record.uri, challenge=group.uri)
    return submission


async def withdraw_submission(author: Actor, submission: Submission) -> Submission:
    """The author takes the offer back; the record stays, and so does its licence."""
    record, group = (await _parts(submission))[1:3]
    if record.author_id != author.id:
        raise Forbidden(_("Only its author can withdraw a record."))
    async with transaction():
        await end_offer(submission)
        if not group.is_local:
            offer = Offer(id=new_activity_uri(author), actor=author.uri, object=Ref(record.uri), target=group.uri)
            undo = Undo(id=new_activity_uri(author), actor=author.uri, object=offer, to=(group.uri,))
            await publish(author, undo, to=[group])
    return submission


async def end_offer(submission: Submission) -> None:
    """The offer is taken back, and so is what a Group of ours passed on; part of the caller's transaction."""
    _challenge, record, group, author = await _parts(submission)
    was_accepted = submission.state == "accepted"
    submission.state = advance_submission(submission.state, SubmissionEvent.WITHDRAW)
    await submission.save(update_fields=["state"])
    if group.is_local and was_accepted:
        await _take_back(group, record, author)


async def grant_licence(author: Actor, record: Record, licence: str) -> Record:
    """A post has a licence, because its author said so in the agreed words; part of the caller's transaction."""
    if record.author_id != author.id:
        raise Forbidden("only its author can grant a licence")
    granted = find_licence(licence)
    if not granted.is_known:
        raise Invalid("that is no licence")
    record.licence, record.licence_url = granted.id, granted.url
    await record.save(update_fields=["licence", "licence_url"])
    for submission in await Submission.filter(record_id=record.id, state="licence_pending"):
        submission.state = advance_submission(submission.state, SubmissionEvent.GRANT)
        await submission.save(update_fields=["state"])
    await count_as_remix(record)
    return record


async def _pass_on(group: Actor, record: Record, announce: Announce[Ref]) -> None:
    """The followers of `group` hear of `record`, if its author lets it be passed on; who wants to be asked is asked."""
    if await Announcement.exists(actor_id=group.id, object_uri=record.uri):
        return
    match await consent_to(record, "announce", actor=group):
        case Consent.GIVEN:
            await Announcement.create(uri=announce.id, actor=group, object_uri=record.uri)
            await publish(group, announce, to=[record.author], to_followers_of=[group])
        case Consent.ASKED if await find_question(group, record, "announce") is None:
            await ask_author(group, record, "announce", instrument=announce.write())


async def _take_back(group: Actor, record: Record, author: Actor) -> None:
    await ConsentRequest.filter(actor_id=group.id, target_uri=record.uri, kind="announce").delete()
    to, cc = (PUBLIC,), (group.followers or "", author.uri)
    target = f"{group.uri}/submissions"
    remove = Remove(id=new_activity_uri(group), actor=group.uri, object=Ref(record.uri), target=target, to=to, cc=cc)
    await publish(group, remove, to=[author], to_followers_of=[group])
    announced = await Announcement.get_or_none(actor_id=group.id, object_uri=record.uri)
    if announced:
        again = Announce(id=announced.uri, actor=group.uri, object=Ref(record.uri))
        undo = Undo(id=new_activity_uri(group), actor=group.uri, object=again, to=to, cc=cc)
        await announced.delete()
        await publish(group, undo, to=[author], to_followers_of=[group])


async def _terms(challenge: Challenge, version: int | None, digest: str | None) -> ChallengeTerms | None:
    """The terms that the author named, if they were really said; else the newest."""
    found = ChallengeTerms.filter(challenge_id=challenge.id).order_by("-version")
    if version is not None and digest is not None:
        named = await found.filter(version=version, digest=digest).first()
        if named:
            return named
    return await found.first()


async def _refuse_other_licences(challenge: Challenge, submission: Submission, record: Record) -> None:
    """Raise Conflict when what is made under the terms of `submission` could not carry `record`."""
    terms = await _terms(challenge, submission.terms_version, submission.terms_digest)
    licence = licence_of(record)
    if terms and not terms_of(terms).admits(licence):
        raise Conflict(
            _("It is under %(licence)s, which cannot become part of something under %(wanted)s.")
            % {"licence": licence.short, "wanted": find_licence(terms.licence).short}
        )


async def _parts(submission: Submission) -> tuple[Challenge, Record, Actor, Actor]:
    whole = await Submission.get(id=submission.id).select_related("challenge__actor", "record__author")
    submission.state = whole.state
    return whole.challenge, whole.record, whole.challenge.actor, whole.record.author


def _refuse_others(leader: Actor, challenge: Challenge) -> None:
    if challenge.leader_id != leader.id:
        raise Forbidden(_("Only the leader of a challenge decides about submissions."))
