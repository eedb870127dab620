"""Authors of posts say what may be done with them, in the agreed words or on a page of ours."""

from __future__ import annotations

from fedirec.activitypub.models import Actor
from fedirec.errors import Forbidden, Invalid
from fedirec.remix.actions.agreeing import agree
from fedirec.remix.actions.pending_remixes import count_as_remix
from fedirec.remix.actions.submissions.offers import tell_leaders
from fedirec.remix.actions.submissions.parts import named_terms
from fedirec.remix.licences import find_licence
from fedirec.remix.models import Record, Submission
from fedirec.remix.submissions import SubmissionEvent, SubmissionState, advance_submission

_WAITING = (SubmissionState.LICENCE_PENDING.value, SubmissionState.PROPOSED.value)


async def grant_licence(
    author: Actor, record: Record, licence: str, *, activity_uri: str | None = None, words: str = ""
) -> Record:
    """A post has a licence, because its author said so: by the signed activity at `activity_uri`, in `words`, or here.

    What waited for that is offered now, and its author has agreed to the terms under which it was asked for. Part of
    the caller's transaction. Raises Forbidden for the work of another, and Invalid for no licence.
    """
    if record.author_id != author.id:
        raise Forbidden("only its author can grant a licence")
    granted = find_licence(licence)
    if not granted.is_known:
        raise Invalid("that is no licence")
    record.licence, record.licence_url = granted.id, granted.url
    await record.save(update_fields=["licence", "licence_url"])
    waiting = Submission.filter(record_id=record.id, state__in=_WAITING, challenge__actor__is_local=True)
    for submission in await waiting.order_by("id").limit(20).select_related("challenge"):
        was_proposed = submission.state == SubmissionState.PROPOSED
        submission.state = advance_submission(submission.state, SubmissionEvent.GRANT)
        await submission.save(update_fields=["state"])
        terms = await named_terms(submission.challenge, submission.terms_version, submission.terms_digest)
        if terms:
            await agree(submission, terms, activity_uri=activity_uri, words=words)
        if was_proposed:
            await tell_leaders(submission.challenge, record)
    await count_as_remix(record)
    return record
