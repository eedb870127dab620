"""Offering records to challenges, and answering that."""

from __future__ import annotations

from fedirec.accounts.permissions import Permission
from fedirec.activitypub.models import Actor
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.endpoints.challenges import led_challenge
from fedirec.api.endpoints.finding import get_challenge_row
from fedirec.api.endpoints.records.works import get_own_record
from fedirec.api.shapes.logs import LogEntry, show_entries
from fedirec.api.shapes.submissions import Invitation, OfferSent, Reason, Redoing, Submission, Wanted, show_submissions
from fedirec.errors import Invalid, NotFound
from fedirec.remix.actions.submissions import (
    accept_submission,
    ask_for_change,
    decline_submission,
    invite_to_submit,
    propose_record,
    reconsider_submission,
    redo_work,
    submit_record,
    take_remark,
    withdraw_submission,
)
from fedirec.remix.models import Submission as SubmissionRow
from fedirec.remix.powers import Deed, Part, may_do
from fedirec.remix.queries.challenges import get_submission
from fedirec.remix.queries.leading import parts_in
from fedirec.remix.queries.logs import told
from fedirec.remix.queries.people import actors_in_order
from fedirec.remix.queries.records import find_record_row
from fedirec.remix.visibility import may_see


async def offer(call: Call) -> Submission:
    record = await get_own_record(call)
    sent = call.sent(OfferSent)
    challenge = await get_challenge_row(sent.challenge, field="challenge")
    made = await submit_record(call.actor, record, challenge, seen=sent.terms)
    call.headers["Location"] = f"/api/submissions/{made.id}"
    return await _shown(call, made.id)


async def show_one(call: Call) -> Submission:
    await _concerning(call)
    return await _shown(call, call.row())


async def withdraw(call: Call) -> Submission:
    submission = await _concerning(call)
    await withdraw_submission(call.actor, submission)
    return await _shown(call, submission.id)


async def accept(call: Call) -> Submission:
    submission = await _concerning(call)
    await accept_submission(call.actor, submission, call.sent(Reason).reason)
    return await _shown(call, submission.id)


async def want_change(call: Call) -> Submission:
    submission = await _concerning(call)
    await ask_for_change(call.actor, submission, call.sent(Reason).reason)
    return await _shown(call, submission.id)


async def decline(call: Call) -> Submission:
    submission = await _concerning(call)
    await decline_submission(call.actor, submission, call.sent(Reason).reason)
    return await _shown(call, submission.id)


async def reconsider(call: Call) -> Submission:
    submission = await _concerning(call)
    await reconsider_submission(call.actor, submission, call.sent(Reason).reason)
    return await _shown(call, submission.id)


async def redo(call: Call) -> Submission:
    submission, sent = await _concerning(call), call.sent(Redoing)
    by = await _named(sent.person) if sent.person is not None else None
    await redo_work(call.actor, submission, sent.reason, by=by)
    return await _shown(call, submission.id)


async def take(call: Call) -> Submission:
    submission = await _concerning(call)
    await take_remark(call.actor, submission)
    return await _shown(call, submission.id)


async def invite(call: Call) -> LogEntry:
    challenge, sent = await led_challenge(call, Deed.INVITE_TO_SUBMIT), call.sent(Invitation)
    entry = await invite_to_submit(call.actor, challenge, await _named(sent.person), sent.reason)
    [shown] = await show_entries(call, await told([entry], viewer=call.looker))
    return shown


async def propose(call: Call) -> Submission:
    challenge, sent = await led_challenge(call, Deed.INVITE_TO_SUBMIT), call.sent(Wanted)
    record = await find_record_row(sent.record)
    if record is None or not await may_see(record, call.looker):
        raise Invalid("There is no such record here.", field="record")
    made = await propose_record(call.actor, challenge, record, sent.reason)
    return await _shown(call, made.id)


async def _named(key: int) -> Actor:
    """The person in row `key`. Raises Invalid."""
    person = (await actors_in_order([key])).get(key)
    if person is None or person.type != "Person":
        raise Invalid("Nobody with that id is known here.", field="person")
    return person


async def _concerning(call: Call) -> SubmissionRow:
    """The submission in the path, for its author and who sees what waits; others know of the accepted ones.

    Raises NotFound.
    """
    submission = await get_submission(call.row())
    parts = await parts_in(submission.challenge, call.actor)
    if call.viewer.can(Permission.MODERATE):
        parts |= {Part.MODERATOR}
    concerned = submission.record.author_id == call.actor.id or may_do(Deed.SEE_WAITING, parts)
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
        permission=Permission.TAKE_PART,
        says="The record is part of your challenge, its followers hear of it, and the log says why.",
        run=accept,
        body=Reason,
        answer=Submission,
        pages=("/submissions/{id:int}/decide",),
    ),
    Endpoint(
        name="ask_for_change",
        method="POST",
        path="/submissions/{id:int}/change",
        permission=Permission.TAKE_PART,
        says="Its author hears what should be different before you decide.",
        run=want_change,
        body=Reason,
        answer=Submission,
        pages=("/submissions/{id:int}/decide",),
    ),
    Endpoint(
        name="decline_submission",
        method="POST",
        path="/submissions/{id:int}/decline",
        permission=Permission.TAKE_PART,
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
        permission=Permission.TAKE_PART,
        says="Your decision is open again; what was passed on is taken back, and its author hears why.",
        run=reconsider,
        body=Reason,
        answer=Submission,
        pages=("/submissions/{id:int}/decide",),
    ),
    Endpoint(
        name="redo_work",
        method="POST",
        path="/submissions/{id:int}/redo",
        permission=Permission.TAKE_PART,
        says="Something that is part of your challenge is made anew, and all who worked on it hear why.",
        run=redo,
        body=Redoing,
        answer=Submission,
        pages=("/submissions/{id:int}/decide",),
    ),
    Endpoint(
        name="take_remark",
        method="POST",
        path="/submissions/{id:int}/take",
        permission=Permission.TAKE_PART,
        says="What was said in words alone is taken for an offer.",
        run=take,
        answer=Submission,
        pages=("/submissions/{id:int}/decide",),
    ),
    Endpoint(
        name="invite_to_submit",
        method="POST",
        path="/challenges/{id:int}/invitations",
        permission=Permission.TAKE_PART,
        says="Somebody, here or elsewhere, is asked to make something for your challenge, and the log says why.",
        run=invite,
        body=Invitation,
        answer=LogEntry,
        status=201,
        pages=("/c/{slug}/invite",),
    ),
    Endpoint(
        name="propose_record",
        method="POST",
        path="/challenges/{id:int}/proposals",
        permission=Permission.TAKE_PART,
        says="The author of a work is asked whether they offer it to your challenge, and the log says why.",
        run=propose,
        body=Wanted,
        answer=Submission,
        status=201,
        pages=("/c/{slug}/invite",),
    ),
)
