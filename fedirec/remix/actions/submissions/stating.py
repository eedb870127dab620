"""Saying to the author of a submission, on their own instance, how it stands, and keeping what is said so to ours.

Each word holds all of it and says since when, so that one that was lost or overtaken does no harm.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from fedirec.accounts.actions.notifications import notify
from fedirec.accounts.notices import Notice
from fedirec.activitypub.models import Actor
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.vocab import Update
from fedirec.clock import now
from fedirec.errors import Conflict
from fedirec.remix.actions.submissions.telling import say_to
from fedirec.remix.models import Record, Submission
from fedirec.remix.submissions import Outcome, SubmissionState
from fedirec.remix.vocab import SubmissionObject
from fedirec.uris import origin_of

BY_INSTANCE: Final = "remote"
"""The way of a submission that the instance of its author sent: that one knows of it."""
BY_GUEST: Final = "guest"
"""The way of one that its author offered here, signed in with their own server, which knows nothing of it."""
_TOLD: Final = {
    SubmissionState.ACCEPTED: Notice.SUBMISSION_ACCEPTED,
    SubmissionState.DECLINED: Notice.SUBMISSION_DECLINED,
    SubmissionState.PENDING: Notice.SUBMISSION_RECONSIDERED,
}
_ENDED: Final = {
    Outcome.USED: Notice.SUBMISSION_USED,
    Outcome.BUILT_ON: Notice.SUBMISSION_BUILT_ON,
    Outcome.THANKED: Notice.SUBMISSION_THANKED,
}


async def tell_author(group: Actor, submission: Submission, record: Record, *said: str, why: str = "") -> None:
    """The author of `record`, if they live elsewhere, knows how `submission` stands in the challenge of `group`.

    Their own instance keeps it and says `why`, where that offered the record; else they read `said`, paragraphs of
    HTML, if there is something to say. Part of the caller's transaction.
    """
    author = await record.author
    if author.is_local or not group.is_local:
        return
    if submission.via != BY_INSTANCE:
        if said:
            await say_to(group, author, *said, about=record)
        return
    at = now()
    standing = SubmissionObject(
        id=f"{group.uri}/submissions/{submission.id}",
        attributed_to=group.uri,
        record=record.uri,
        state=SubmissionState(submission.state),
        updated=at,
        reason=submission.change_wanted or submission.reason or why,
        is_change_wanted=bool(submission.change_wanted),
        outcome=Outcome(submission.outcome) if submission.outcome else None,
        thanks=submission.thanks,
    )
    update = Update(id=new_activity_uri(group), actor=group.uri, object=standing, to=(author.uri,), published=at)
    await publish(group, update, to=[author])


async def take_standing(submission: Submission, said: SubmissionObject) -> None:
    """A record of ours stands in a challenge elsewhere as that one's Group says, and its author knows.

    `submission` comes with its challenge's Group and its record's author. Part of the caller's transaction. Raises
    Conflict for what its author does not offer any more, and for an older word than the one that is known.
    """
    if submission.state not in (*_TOLD, SubmissionState.LICENCE_PENDING):
        raise Conflict("its author does not offer it any more")
    if submission.told_at is not None and said.updated <= submission.told_at:
        raise Conflict("its challenge has said something newer since")
    before = (submission.state, submission.change_wanted, submission.outcome)
    is_decided = said.state in (SubmissionState.ACCEPTED, SubmissionState.DECLINED)
    submission.state = said.state
    submission.reason = said.reason if is_decided else ""
    submission.change_wanted = said.reason if said.is_change_wanted else ""
    is_accepted = said.state == SubmissionState.ACCEPTED
    submission.outcome = said.outcome.value if said.outcome and is_accepted else ""
    submission.thanks = said.thanks if is_accepted else ""
    submission.decided_at = (submission.decided_at or min(said.updated, now())) if is_decided else None
    submission.told_at = min(said.updated, now())
    await submission.save()
    if before != (submission.state, submission.change_wanted, submission.outcome):
        await _tell(submission, said.reason, was=before[0])


def is_said_already(submission: Submission, said_at: datetime | None, state: SubmissionState) -> bool:
    """Whether a newer word than that of `said_at`, by a challenge elsewhere, came before it and says `state` as well.

    Raises Conflict where it says something else.
    """
    if submission.told_at is None or said_at is None or said_at > submission.told_at:
        return False
    if submission.state != state:
        raise Conflict("its challenge has said something newer since")
    return True


async def _tell(submission: Submission, why: str, *, was: str) -> None:
    challenge, record = submission.challenge, submission.record
    page = f"{origin_of(record.author.uri)}/challenges/remote/{challenge.id}"
    if submission.outcome:
        kind, words = _ENDED[Outcome(submission.outcome)], submission.thanks
    elif submission.change_wanted:
        kind, words, page = Notice.CHANGE_ASKED, why, f"{record.uri}/edit"
    elif submission.state == was:
        return  # what was asked for is done
    else:
        kind, words = _TOLD[SubmissionState(submission.state)], why
    details = {"title": record.title, "challenge": challenge.title, "reason": words}
    subject = f"{record.uri}#{challenge.id}-{now().date()}"  # so that each is told once a day, and not only once
    await notify(record.author, kind, challenge.actor, subject, page, details)
