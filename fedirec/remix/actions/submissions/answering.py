"""What we do by ourselves when something is offered from elsewhere, or is changed there."""

from __future__ import annotations

from fedirec.accounts.notices import Notice
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.vocab import Ref, Reject
from fedirec.errors import Conflict, TooMany
from fedirec.html import plain
from fedirec.remix.actions.agreeing import agree
from fedirec.remix.actions.private_notes import tell_people
from fedirec.remix.actions.submissions.offers import take_completed
from fedirec.remix.actions.submissions.parts import named_terms
from fedirec.remix.actions.submissions.stating import tell_author
from fedirec.remix.actions.submissions.telling import say_how_to_offer
from fedirec.remix.kinds import Kind
from fedirec.remix.licences import find_grant
from fedirec.remix.models import Challenge, Record, Submission
from fedirec.remix.queries.leading import leaders_of_group
from fedirec.remix.submissions import SubmissionState


async def settle_answer(
    challenge: Challenge, submission: Submission, record: Record, *, activity_uri: str | None
) -> None:
    """Whoever posted `record` is told once what is missing; or has said it in the post itself, and that is on record.

    `challenge` comes with its Group, `record` with its author. Part of the caller's transaction.
    """
    if submission.state == SubmissionState.LICENCE_PENDING:
        await say_how_to_offer(challenge, submission, record)
        return
    terms = await named_terms(challenge, submission.terms_version, submission.terms_digest)
    words = plain(record.content)
    if terms and record.is_post and find_grant(words):  # a licence that was granted elsewhere agrees to nothing here
        await agree(submission, terms, activity_uri=activity_uri, words=words)


async def refuse_offer(challenge: Challenge, record: Record, why: Conflict | TooMany) -> None:
    """The author of `record` elsewhere hears why it cannot be offered; part of the caller's transaction."""
    group, author = await challenge.actor, await record.author
    if not group.is_local or author.is_local or record.is_post:
        return
    reject = Reject(
        id=new_activity_uri(group), actor=group.uri, object=Ref(record.uri), content=why.detail, to=(author.uri,)
    )
    await publish(group, reject, to=[author])


async def take_changed(record: Record, *, activity_uri: str | None = None) -> None:
    """What its author changed is looked at again: who asked for a change knows, and a remark that has a file now is an
    offer. Part of the caller's transaction.
    """
    concerned = Submission.filter(record_id=record.id, challenge__actor__is_local=True)
    for submission in await concerned.order_by("id").limit(20).select_related("challenge__actor"):
        challenge = submission.challenge
        if submission.change_wanted:
            submission.change_wanted = ""
            await submission.save(update_fields=["change_wanted"])
            group, author = challenge.actor, await record.author
            url, subject, details = f"{group.uri}/waiting", f"{record.uri}#{record.revision}", {"title": record.title}
            told, kind = await leaders_of_group(group), Notice.SUBMISSION_CHANGED
            await tell_people(group, told, kind, author, subject, url, details, language=challenge.language)
            await tell_author(group, submission, record)
        if submission.state == SubmissionState.REMARK and record.kind != Kind.TEXT:
            await _take_or_leave(challenge, submission, record, activity_uri)


async def _take_or_leave(challenge: Challenge, remark: Submission, record: Record, activity_uri: str | None) -> None:
    try:
        await take_completed(challenge, remark, record)
    except (Conflict, TooMany):
        return  # it stays a remark
    await settle_answer(challenge, remark, record, activity_uri=activity_uri)
