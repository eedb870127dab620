"""Saying that something about a trail is not right, answering that, and deciding about it."""

from __future__ import annotations

from fedirec.accounts.permissions import Permission
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.endpoints.alike import listed, switched
from fedirec.api.endpoints.finding import get_standing_record
from fedirec.api.paging import piece_of, read_row, size_of
from fedirec.api.shapes.claims import (
    ClaimAnswerSent,
    ClaimMade,
    Claims,
    EvidenceSent,
    RulingSent,
    WholeClaim,
    show_claim,
    show_whole_claim,
)
from fedirec.api.shapes.moderation import AppealSent
from fedirec.errors import Invalid
from fedirec.remix.actions.claims import (
    ClaimDraft,
    add_evidence,
    agree,
    appeal_claim,
    contradict,
    decide_claim,
    find_missing_source,
    look_at,
    open_claim,
    refuse_answer,
    refuse_flood,
    withdraw,
)
from fedirec.remix.actions.sources import find_record
from fedirec.remix.claims import ClaimKind
from fedirec.remix.models import Claim as ClaimRow
from fedirec.remix.pages.claims.showing import visible_claim
from fedirec.remix.queries.claims import claims_by, file_of, get_claim, waiting_claims


async def find_source(call: Call) -> str:
    """The uri of the source that is said to be missing, which may live on another instance."""
    sent = call.sent(ClaimMade)
    if sent.kind != "missing_source" or not sent.source:
        return sent.source
    await refuse_flood(call.actor, await get_standing_record(call))
    return (await find_record(call.request.state["remote"], sent.source)).uri


async def make_claim(call: Call) -> WholeClaim:
    sent, record = call.sent(ClaimMade), await get_standing_record(call)
    draft = ClaimDraft(
        kind=ClaimKind(sent.kind),
        words=sent.words,
        links=sent.links,
        source=call.prepared,
        role=sent.role,
        wanted_role=sent.wanted_role,
    )
    made = await open_claim(call.actor, record, draft)
    call.headers["Location"] = f"/api/claims/{made.key}"
    return await _whole(call, await get_claim(made.key))


async def list_own_claims(call: Call) -> Claims:
    rows = await claims_by(call.actor, before=read_row(call), limit=size_of(call))
    return piece_of(call, Claims, rows, show=lambda row: show_claim(call, row), place=lambda row: row.id)


async def list_waiting_claims(call: Call) -> Claims:
    rows = await waiting_claims(after=read_row(call), limit=size_of(call))
    return piece_of(call, Claims, rows, show=lambda row: show_claim(call, row), place=lambda row: row.id)


async def show_one_claim(call: Call) -> WholeClaim:
    return await _whole(call, await _visible(call))


async def say_more(call: Call) -> WholeClaim:
    sent, row = call.sent(EvidenceSent), await _visible(call)
    await add_evidence(call.actor, row.key, sent.words, sent.links)
    return await show_one_claim(call)


async def find_what_is_missing(call: Call) -> None:
    """What a claim says is missing is known here, where it may have to be named now."""
    row = await _visible(call)
    is_so = call.sent(RulingSent).upholds if isinstance(call.body, RulingSent) else call.sent(ClaimAnswerSent).agrees
    if is_so:
        if not isinstance(call.body, RulingSent):
            await refuse_answer(call.actor, row)
        await find_missing_source(call.request.state["remote"], row)


async def answer_claim(call: Call) -> WholeClaim:
    sent, row = call.sent(ClaimAnswerSent), await _visible(call)
    if sent.agrees:
        await agree(call.actor, row.key, sent.words)
    elif not sent.words:
        raise Invalid("Please say it in a few words.", field="words")
    else:
        await contradict(call.actor, row.key, sent.words, sent.links)
    return await show_one_claim(call)


async def withdraw_claim(call: Call) -> None:
    await withdraw(call.actor, (await _visible(call)).key)


async def appeal_decided_claim(call: Call) -> WholeClaim:
    await appeal_claim(call.actor, (await _visible(call)).key, call.sent(AppealSent).words)
    return await show_one_claim(call)


async def look_at_claim(call: Call) -> None:
    await look_at(call.viewer, call.word("key"))


async def let_go_of_claim(call: Call) -> None:
    await look_at(call.viewer, call.word("key"), lets_go=True)


async def decide(call: Call) -> WholeClaim:
    sent = call.sent(RulingSent)
    await decide_claim(call.viewer, call.word("key"), upholds=sent.upholds, reason=sent.reason)
    return await show_one_claim(call)


async def _visible(call: Call) -> ClaimRow:
    return await visible_claim(call.viewer, call.word("key"))


async def _whole(call: Call, row: ClaimRow) -> WholeClaim:
    return show_whole_claim(call, row, list((await file_of(row)).events))


ENDPOINTS = (
    Endpoint(
        name="open_claim",
        method="POST",
        path="/records/{id:int}/claims",
        permission=Permission.CLAIM_CREDIT,
        says="The author of a record and the moderators know what you say is not right about its trail.",
        prepare=find_source,
        run=make_claim,
        body=ClaimMade,
        answer=WholeClaim,
        status=201,
        pages=("/records/{key}/claim", "/records/remote/{id:int}/claim"),
    ),
    listed(
        "list_own_claims",
        "/claims",
        "What you said about trails, and what others said about yours, the newest first.",
        list_own_claims,
        answer=Claims,
    ),
    Endpoint(
        name="show_claim",
        method="GET",
        path="/claims/{key}",
        permission=Permission.READ_OWN,
        says="A claim that concerns you, with everything that was said about it; moderators see each.",
        run=show_one_claim,
        answer=WholeClaim,
    ),
    Endpoint(
        name="add_evidence",
        method="POST",
        path="/claims/{key}/evidence",
        permission=Permission.CLAIM_CREDIT,
        says="What you have to say or show stands with a claim that concerns you.",
        run=say_more,
        body=EvidenceSent,
        answer=WholeClaim,
        status=201,
        pages=("/claims/{key}/say",),
    ),
    Endpoint(
        name="answer_claim",
        method="POST",
        path="/claims/{key}/answer",
        permission=Permission.CLAIM_CREDIT,
        says="You agree to a claim about a record of yours, and its trail is changed; or you say why it is not so.",
        prepare=find_what_is_missing,
        run=answer_claim,
        body=ClaimAnswerSent,
        answer=WholeClaim,
        pages=("/claims/{key}/answer",),
    ),
    Endpoint(
        name="withdraw_claim",
        method="DELETE",
        path="/claims/{key}",
        permission=Permission.CLAIM_CREDIT,
        says="You do not say so any more.",
        run=withdraw_claim,
        status=204,
        pages=("/claims/{key}/withdraw",),
    ),
    Endpoint(
        name="appeal_claim",
        method="POST",
        path="/claims/{key}/appeal",
        permission=Permission.CLAIM_CREDIT,
        says="Somebody will look again at a claim that was decided against you. You can ask once.",
        run=appeal_decided_claim,
        body=AppealSent,
        answer=WholeClaim,
        status=201,
        pages=("/claims/{key}/appeal",),
    ),
    listed(
        "list_waiting_claims",
        "/waiting-claims",
        "Claims that nobody has decided, who waits longest first.",
        list_waiting_claims,
        answer=Claims,
        permission=Permission.MODERATE,
    ),
    *switched(
        "/claims/{key}/look",
        on=("look_at_claim", "You look at a claim, and for an hour nobody else does.", look_at_claim),
        off=("let_go_of_claim", "Others can look at a claim.", let_go_of_claim),
        permission=Permission.MODERATE,
        pages=("/claims/{key}/look",),
    ),
    Endpoint(
        name="decide_claim",
        method="POST",
        path="/claims/{key}/decision",
        permission=Permission.MODERATE,
        says="A claim is decided: the trail is as it says, or stays as it is; those concerned are told why.",
        prepare=find_what_is_missing,
        run=decide,
        body=RulingSent,
        answer=WholeClaim,
        pages=("/claims/{key}/decision",),
    ),
)
