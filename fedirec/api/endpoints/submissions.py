"""Offering records to challenges, and answering that."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fedirec.accounts.permissions import Permission
from fedirec.activitypub.models import Actor
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.endpoints.finding import get_challenge_row
from fedirec.api.endpoints.records.works import get_own_record
from fedirec.api.shapes.challenges import OfferSent, Reason, Submission, show_submissions
from fedirec.errors import Forbidden, NotFound
from fedirec.remix.actions.submissions import (
    accept_submission,
    decline_submission,
    reconsider_submission,
    submit_record,
    withdraw_submission,
)
from fedirec.remix.models import Submission as SubmissionRow
from fedirec.remix.queries.challenges import get_submission
from fedirec.remix.queries.records import find_record_row


async def offer(call: Call) -> Submission:
    record = await get_own_record(call)
    challenge = await get_challenge_row(call.sent(OfferSent).challenge, field="challenge")
    made = await submit_record(call.actor, record, challenge)
    call.headers["Location"] = f"/api/submissions/{made.id}"
    return await _shown(call, made.id)


async def show_one(call: Call) -> Submission:
    await _concerning(call)
    return await _shown(call, call.row())


async def withdraw(call: Call) -> Submission:
    submission = await _concerning(call)
    if submission.record.author_id != call.actor.id:
        raise Forbidden("Only its author can withdraw a record.")
    await withdraw_submission(call.actor, submission)
    return await _shown(call, submission.id)


async def accept(call: Call) -> Submission:
    return await _decide(call, accept_submission)


async def decline(call: Call) -> Submission:
    submission = await _concerning(call)
    await decline_submission(call.actor, submission, call.sent(Reason).reason)
    return await _shown(call, submission.id)


async def reconsider(call: Call) -> Submission:
    return await _decide(call, reconsider_submission)


async def _decide(call: Call, act: Callable[[Actor, SubmissionRow], Awaitable[SubmissionRow]]) -> Submission:
    submission = await _concerning(call)
    await act(call.actor, submission)
    return await _shown(call, submission.id)


async def _concerning(call: Call) -> SubmissionRow:
    """The submission in the path, for its author and the leader; others know of the accepted ones. Raises NotFound."""
    submission = await get_submission(call.row())
    concerned = call.actor.id in (submission.record.author_id, submission.challenge.leader_id)
    is_public = submission.record.visibility == "public" and submission.record.deleted_at is None
    if not concerned and not (submission.state == "accepted" and is_public):
        raise NotFound("There is no such submission.")
    return submission


async def _shown(call: Call, key: int) -> Submission:
    row = await get_submission(key)
    record = await find_record_row(row.record_id)
    assert record is not None
    row.record = record
    [shown] = await show_submissions(call, [row])
    return shown


ENDPOINTS = (
    Endpoint(
        name="submit_record",
        method="POST",
        path="/records/{id:int}/submissions",
        permission=Permission.SUBMIT,
        says="Your record is offered to a challenge, under its terms of this moment.",
        run=offer,
        body=OfferSent,
        answer=Submission,
        status=201,
        pages=("/records/{key}/offer", "/c/{slug}/offer"),
    ),
    Endpoint(
        name="show_submission",
        method="GET",
        path="/submissions/{id:int}",
        permission=Permission.READ_OWN,
        says="A submission and how it stands.",
        run=show_one,
        answer=Submission,
    ),
    Endpoint(
        name="withdraw_submission",
        method="POST",
        path="/submissions/{id:int}/withdraw",
        permission=Permission.SUBMIT,
        says="Your offer is taken back.",
        run=withdraw,
        answer=Submission,
        pages=("/submissions/{id:int}/withdraw",),
    ),
    Endpoint(
        name="accept_submission",
        method="POST",
        path="/submissions/{id:int}/accept",
        permission=Permission.OPEN_CHALLENGE,
        says="The record is part of your challenge, and its followers hear of it.",
        run=accept,
        answer=Submission,
        pages=("/submissions/{id:int}/decide",),
    ),
    Endpoint(
        name="decline_submission",
        method="POST",
        path="/submissions/{id:int}/decline",
        permission=Permission.OPEN_CHALLENGE,
        says="The record is not taken up, and its author hears why.",
        run=decline,
        body=Reason,
        answer=Submission,
        pages=("/submissions/{id:int}/decide",),
    ),
    Endpoint(
        name="reconsider_submission",
        method="POST",
        path="/submissions/{id:int}/reconsider",
        permission=Permission.OPEN_CHALLENGE,
        says="Your decision is open again; what was passed on is taken back.",
        run=reconsider,
        answer=Submission,
        pages=("/submissions/{id:int}/decide",),
    ),
)
