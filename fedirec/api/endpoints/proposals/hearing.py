"""Comments on proposals, objections with their answers, and appeals."""

from __future__ import annotations

from fedirec.accounts.actions.persons import person_of
from fedirec.accounts.permissions import Permission
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.endpoints.proposals.finding import named_objection, named_proposal
from fedirec.api.paging import piece_of, piece_with, read_row, size_of
from fedirec.api.shapes.basis import PieceQuery
from fedirec.api.shapes.proposals.answers import (
    Objection,
    Objections,
    ProposalAppeals,
    ProposalComments,
    ProposalCommentShown,
)
from fedirec.api.shapes.proposals.sent import (
    ObjectionAnswer,
    ObjectionSent,
    ProposalAppealDecision,
    ProposalAppealSent,
    ProposalCommentSent,
    ProposalWordsHidden,
)
from fedirec.api.shapes.proposals.showing import show_appeal_card, show_comment, show_objection
from fedirec.credits.actions.proposals.appealing import appeal_objection, decide_appeal
from fedirec.credits.actions.proposals.commenting import write_comment
from fedirec.credits.actions.proposals.elsewhere import appeal_elsewhere, object_elsewhere, withdraw_elsewhere
from fedirec.credits.actions.proposals.hiding import hide_words
from fedirec.credits.actions.proposals.objecting import answer_objection, object_to, withdraw_objection
from fedirec.credits.actions.proposals.stances import BY_API
from fedirec.credits.models import Objection as ObjectionRow
from fedirec.credits.models import PayProposal
from fedirec.credits.objections import ObjectionDraft
from fedirec.credits.queries.hearing import comments_on, objection_as_heard, objections_to
from fedirec.credits.queries.proposals import get_appeal, open_appeals
from fedirec.credits.queries.standing import listed_people, newest_revision, same_people


async def list_comments(call: Call) -> ProposalComments:
    proposal = await named_proposal(call)
    rows = await comments_on(
        proposal, after=read_row(call) or 0, limit=size_of(call) + 1, shows_hidden=_moderates(call)
    )
    return piece_of(call, ProposalComments, rows, show=lambda row: show_comment(call, row), place=lambda row: row.id)


async def comment(call: Call) -> ProposalCommentShown:
    said = await write_comment(call.actor, await named_proposal(call), call.sent(ProposalCommentSent).text)
    said.author = call.actor
    return show_comment(call, said)


async def hide(call: Call) -> None:
    sent = call.sent(ProposalWordsHidden)
    proposal = await named_proposal(call)
    await hide_words(call.actor, proposal, sent.what, sent.which, reason=sent.reason, hides=not sent.shows)


async def list_objections(call: Call) -> Objections:
    return await _objections(call, await named_proposal(call))


async def object_(call: Call) -> Objection:
    proposal, sent = await named_proposal(call), call.sent(ObjectionSent)
    draft = ObjectionDraft(
        kind=sent.kind, words=sent.words, remedy=sent.remedy, line=sent.line, wanted=sent.wanted_parts
    )
    if proposal.pool is None:
        made = await object_elsewhere(call.actor, proposal, draft, digest=sent.digest)
    else:
        made = await object_to(call.actor, proposal, draft, digest=sent.digest, channel=BY_API)
    return await _one(call, proposal, made)


async def withdraw(call: Call) -> None:
    row = await named_objection(call)
    if row.proposal.pool_id is None:
        await withdraw_elsewhere(call.actor, row)
    else:
        await withdraw_objection(call.actor, row, channel=BY_API)


async def answer(call: Call) -> Objection:
    sent, row = call.sent(ObjectionAnswer), await named_objection(call)
    await answer_objection(call.actor, row, resolution=sent.resolution, words=sent.words)
    return await _one(call, row.proposal, row)


async def appeal(call: Call) -> Objection:
    row, words = await named_objection(call), call.sent(ProposalAppealSent).words
    if row.proposal.pool_id is None:
        await appeal_elsewhere(call.actor, row, words)
    else:
        await appeal_objection(call.actor, row, words, channel=BY_API)
    return await _one(call, row.proposal, row)


async def list_appeals(call: Call) -> ProposalAppeals:
    rows = await open_appeals(after=read_row(call) or 0, limit=size_of(call) + 1)
    return piece_of(call, ProposalAppeals, rows, show=lambda row: show_appeal_card(call, row), place=lambda row: row.id)


async def decide(call: Call) -> Objection:
    sent, row = call.sent(ProposalAppealDecision), await named_objection(call)
    await decide_appeal(call.actor, await get_appeal(row.proposal, row.key), upholds=sent.upholds, reason=sent.reason)
    return await _one(call, row.proposal, row)


async def _objections(call: Call, proposal: PayProposal) -> Objections:
    own, listed = await _reader(call, proposal)
    start, size = read_row(call) or 0, size_of(call)
    heard = await objections_to(proposal, own, listed, after=start, limit=size + 1, shows_hidden=_moderates(call))
    end = str(start + size) if len(heard) > size else None
    return piece_with(call, Objections, [show_objection(call, each) for each in heard[:size]], end=end)


async def _one(call: Call, proposal: PayProposal, row: ObjectionRow) -> Objection:
    own, listed = await _reader(call, proposal)
    return show_objection(call, await objection_as_heard(proposal, row.key, own, listed, shows_hidden=_moderates(call)))


def _moderates(call: Call) -> bool:
    return call.visitor is not None and call.visitor.can(Permission.MODERATE)


async def _reader(call: Call, proposal: PayProposal) -> tuple[list[int], frozenset[int]]:
    """The rows of whoever asks, and who is listed."""
    own = await same_people((await person_of(call.looker)).id) if call.looker else []
    return own, await listed_people(await newest_revision(proposal))


ENDPOINTS = (
    Endpoint(
        name="list_proposal_comments",
        method="GET",
        path="/proposals/{key}/comments",
        permission=Permission.READ_OWN,
        says="What people say to a proposal, which decides nothing, the oldest first.",
        run=list_comments,
        query=PieceQuery,
        answer=ProposalComments,
        is_open=True,
    ),
    Endpoint(
        name="comment_on_proposal",
        method="POST",
        path="/proposals/{key}/comments",
        permission=Permission.COMMENT,
        says="You have said something about a proposal, and everybody can read it.",
        run=comment,
        body=ProposalCommentSent,
        answer=ProposalCommentShown,
        status=201,
        pages=("/pay/{key}/comments",),
    ),
    Endpoint(
        name="hide_proposal_words",
        method="POST",
        path="/proposals/{key}/hidden-words",
        permission=Permission.MODERATE,
        says="Words that somebody said to a proposal are not shown any more, or again; the public log says why.",
        run=hide,
        body=ProposalWordsHidden,
        pages=("/pay/{key}/hide",),
    ),
    Endpoint(
        name="list_objections",
        method="GET",
        path="/proposals/{key}/objections",
        permission=Permission.READ_OWN,
        says="Every objection with its answer: those that wait for one first, then the others, the oldest first.",
        run=list_objections,
        query=PieceQuery,
        answer=Objections,
        is_open=True,
    ),
    Endpoint(
        name="object_to_proposal",
        method="POST",
        path="/proposals/{key}/objections",
        permission=Permission.OBJECT,
        says="You object: you are listed, or say that you were left out. Nothing is decided before it has an answer.",
        run=object_,
        body=ObjectionSent,
        answer=Objection,
        status=201,
        is_versioned=True,
        pages=("/pay/{key}/objections",),
    ),
    Endpoint(
        name="withdraw_objection",
        method="DELETE",
        path="/proposals/{key}/objections/{objection}",
        permission=Permission.OBJECT,
        says="You take your objection back, as long as nobody has answered.",
        run=withdraw,
        status=204,
        pages=("/pay/{key}/objections/{objection}",),
    ),
    Endpoint(
        name="answer_objection",
        method="POST",
        path="/proposals/{key}/objections/{objection}/answer",
        permission=Permission.TAKE_PART,
        says="The objection has its answer, with a reason that everybody can read.",
        run=answer,
        body=ObjectionAnswer,
        answer=Objection,
        pages=("/pay/{key}/objections/{objection}",),
    ),
    Endpoint(
        name="appeal_objection",
        method="POST",
        path="/proposals/{key}/objections/{objection}/appeal",
        permission=Permission.OBJECT,
        says="You ask, once, for people to look who are not listed; what you contest is held back until then.",
        run=appeal,
        body=ProposalAppealSent,
        answer=Objection,
        pages=("/pay/{key}/objections/{objection}",),
    ),
    Endpoint(
        name="list_proposal_appeals",
        method="GET",
        path="/proposals/appeals",
        permission=Permission.SEE_AUDIT,
        says="Appeals that wait for somebody who is not listed, the oldest first.",
        run=list_appeals,
        query=PieceQuery,
        answer=ProposalAppeals,
    ),
    Endpoint(
        name="decide_proposal_appeal",
        method="POST",
        path="/proposals/{key}/objections/{objection}/appeal/decision",
        permission=Permission.SEE_AUDIT,
        says="You have looked, are not listed and had no part in it: the appeal is upheld, or dismissed.",
        run=decide,
        body=ProposalAppealDecision,
        answer=Objection,
        pages=("/pay/{key}/objections/{objection}",),
    ),
)
