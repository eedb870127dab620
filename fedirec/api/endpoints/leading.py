"""What leaders do with a challenge after they prepared or opened it, and agreeing to its terms."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fedirec.accounts.permissions import Permission
from fedirec.activitypub.actors import new_keys
from fedirec.activitypub.models import Actor
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.endpoints.challenges import led_challenge
from fedirec.api.endpoints.finding import get_challenge_row
from fedirec.api.shapes.challenges import AgreementSent, Challenge, ConclusionSent, WhySent, show_challenge
from fedirec.api.shapes.submissions import Submission, show_submissions
from fedirec.errors import NotFound
from fedirec.remix.actions.challenges import (
    Said,
    archive_challenge,
    begin_selecting,
    cancel_challenge,
    conclude_challenge,
    discard_draft,
    open_draft,
)
from fedirec.remix.actions.terms import agree_to_terms
from fedirec.remix.models import Challenge as ChallengeRow
from fedirec.remix.powers import Deed
from fedirec.remix.queries.challenges import get_submission
from fedirec.remix.queries.records import find_record_row
from fedirec.remix.submissions import Outcome


async def open_prepared(call: Call) -> Challenge:
    challenge = await led_challenge(call, Deed.CHANGE_CHALLENGE)
    await open_draft(call.actor, call.request.state["keyring"], challenge, keys=call.prepared)
    return await _shown(call, challenge)


async def discard(call: Call) -> None:
    await discard_draft(call.actor, await led_challenge(call, Deed.CHANGE_CHALLENGE))


async def select(call: Call) -> Challenge:
    return await _do(call, Deed.BEGIN_SELECTING, begin_selecting)


async def archive(call: Call) -> Challenge:
    return await _do(call, Deed.ARCHIVE_CHALLENGE, archive_challenge)


async def conclude(call: Call) -> Challenge:
    challenge, sent = await led_challenge(call, Deed.CONCLUDE_CHALLENGE), call.sent(ConclusionSent)
    said = {each.submission: Said(outcome=Outcome(each.outcome), thanks=each.thanks) for each in sent.outcomes}
    await conclude_challenge(call.actor, challenge, text=sent.text, said=said)
    return await _shown(call, challenge)


async def cancel(call: Call) -> Challenge:
    challenge = await led_challenge(call, Deed.CANCEL_CHALLENGE)
    await cancel_challenge(call.actor, challenge, reason=call.sent(WhySent).reason)
    return await _shown(call, challenge)


async def agree(call: Call) -> Submission:
    submission = await get_submission(call.row())
    if submission.record.author_id != call.actor.id:
        raise NotFound("There is no such submission.")
    await agree_to_terms(call.actor, submission, version=call.sent(AgreementSent).version)
    row = await get_submission(submission.id)
    record = await find_record_row(row.record_id)
    assert record is not None
    row.record = record
    return (await show_submissions(call, [row]))[0]


async def make_keys(call: Call) -> object:
    """The keys of a Group, which take a thread."""
    await led_challenge(call, Deed.CHANGE_CHALLENGE)
    return await new_keys()


async def _do(call: Call, deed: Deed, act: Callable[[Actor, ChallengeRow], Awaitable[None]]) -> Challenge:
    challenge = await led_challenge(call, deed)
    await act(call.actor, challenge)
    return await _shown(call, challenge)


async def _shown(call: Call, challenge: ChallengeRow) -> Challenge:
    return await show_challenge(call, await get_challenge_row(challenge.id, viewer=call.actor))


ENDPOINTS = (
    Endpoint(
        name="open_draft",
        method="POST",
        path="/challenges/{id:int}/open",
        permission=Permission.TAKE_PART,
        says="A challenge that you prepared is open, and can be followed from everywhere.",
        run=open_prepared,
        prepare=make_keys,
        answer=Challenge,
        pages=("/c/{slug}/open",),
    ),
    Endpoint(
        name="discard_draft",
        method="DELETE",
        path="/challenges/{id:int}",
        permission=Permission.TAKE_PART,
        says="A challenge that you prepared and never opened is gone.",
        run=discard,
        status=204,
        pages=("/c/{slug}/discard",),
    ),
    Endpoint(
        name="begin_selecting",
        method="POST",
        path="/challenges/{id:int}/select",
        permission=Permission.TAKE_PART,
        says="People see that the leaders of a closed challenge choose now.",
        run=select,
        answer=Challenge,
        pages=("/c/{slug}/select",),
    ),
    Endpoint(
        name="conclude_challenge",
        method="POST",
        path="/challenges/{id:int}/conclude",
        permission=Permission.TAKE_PART,
        says="Followers read how it ended, and each author what became of what they made.",
        run=conclude,
        body=ConclusionSent,
        answer=Challenge,
        pages=("/c/{slug}/conclude",),
    ),
    Endpoint(
        name="cancel_challenge",
        method="POST",
        path="/challenges/{id:int}/cancel",
        permission=Permission.TAKE_PART,
        says="A challenge is called off; followers and everybody who offered something hear why.",
        run=cancel,
        body=WhySent,
        answer=Challenge,
        pages=("/c/{slug}/cancel",),
    ),
    Endpoint(
        name="archive_challenge",
        method="POST",
        path="/challenges/{id:int}/archive",
        permission=Permission.TAKE_PART,
        says="A challenge that is over leaves the lists, and keeps its page.",
        run=archive,
        answer=Challenge,
        pages=("/c/{slug}/archive",),
    ),
    Endpoint(
        name="agree_to_terms",
        method="POST",
        path="/submissions/{id:int}/agree",
        permission=Permission.SUBMIT,
        says="What you offered to a challenge is under its newest terms.",
        run=agree,
        body=AgreementSent,
        answer=Submission,
        pages=("/submissions/{id:int}/agree",),
    ),
)
