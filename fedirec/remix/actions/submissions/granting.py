"""Authors of posts say what may be done with them, in the agreed words or on a page of ours."""

from __future__ import annotations

from typing import Final

from fedirec.activitypub.arriving import arrived_at
from fedirec.activitypub.models import Actor
from fedirec.errors import Conflict, Forbidden, Invalid, TooMany
from fedirec.remix.actions.agreeing import agree
from fedirec.remix.actions.pending_remixes import count_as_remix
from fedirec.remix.actions.submissions.offers import refuse_offer_by, show_what_was_said, tell_leaders
from fedirec.remix.actions.submissions.parts import named_terms
from fedirec.remix.licences import find_licence
from fedirec.remix.models import Record, Submission
from fedirec.remix.submissions import ENDED, SubmissionEvent, SubmissionState, advance_submission, wants_words

_WAITING: Final = (SubmissionState.LICENCE_PENDING, SubmissionState.PROPOSED, SubmissionState.REMARK)


async def grant_licence(
    author: Actor,
    record: Record,
    licence: str,
    *,
    activity_uri: str | None = None,
    words: str = "",
    answers: Submission | None = None,
) -> Record:
    """A post has a licence, because its author said so: by the signed activity at `activity_uri`, in `words`, or here.

    What waited for that is offered now, and its author has agreed to the terms under which it was asked for. What a
    leader found is offered only where that is what the author `answers`: they may have spoken to another challenge, or
    to nobody. Part of the caller's transaction. Raises Forbidden for the work of another, and Invalid for no licence.
    """
    if record.author_id != author.id:
        raise Forbidden("only its author can grant a licence")
    granted = find_licence(licence)
    if not granted.is_known:
        raise Invalid("that is no licence")
    record.licence, record.licence_url = granted.id, granted.url
    await record.save(update_fields=["licence", "licence_url"])
    waiting = Submission.filter(record_id=record.id, state__in=list(_WAITING), challenge__actor__is_local=True)
    for submission in await waiting.order_by("id").limit(20).select_related("challenge__actor"):
        is_meant = answers is not None and answers.id == submission.id
        if submission.state == SubmissionState.PROPOSED and not is_meant:
            continue
        try:
            await _offer(submission, record, activity_uri=activity_uri, words=words)
        except (Conflict, Forbidden, TooMany):
            continue  # it has its licence, and stays what it was
    await count_as_remix(record)
    return record


async def _offer(submission: Submission, record: Record, *, activity_uri: str | None, words: str) -> None:
    """What waited for its author is offered, under the terms that they were told. Raises as any other offer does."""
    challenge, before = submission.challenge, submission.state
    if challenge.state in ENDED:
        raise Conflict("nobody answers what is offered to a challenge that is over")
    if before == SubmissionState.REMARK and not wants_words(challenge.kinds):
        raise Conflict("it asks for something else than words")
    if before != SubmissionState.LICENCE_PENDING:
        came = submission.created_at if before == SubmissionState.REMARK else arrived_at()
        await refuse_offer_by(await record.author, challenge, submission, came=came)
    submission.state = advance_submission(before, SubmissionEvent.GRANT)
    await submission.save(update_fields=["state", "is_late"])
    terms = await named_terms(challenge, submission.terms_version, submission.terms_digest)
    if terms:
        await agree(submission, terms, activity_uri=activity_uri, words=words)
    if before != SubmissionState.LICENCE_PENDING:
        await show_what_was_said(record)
        if record.held_at is None:
            await tell_leaders(challenge, record)
