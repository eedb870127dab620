"""Pay proposals of other instances, and what people elsewhere say to ours: each word names one exact revision."""

from __future__ import annotations

from typing import Any

from fedirec.activitypub.handlers import Handlers
from fedirec.activitypub.models import Actor
from fedirec.activitypub.vocab import Accept, Create, Delete, Ref, Reject, Tombstone, Undo, Update
from fedirec.credits.actions.heads import keep_head
from fedirec.credits.actions.proposals.meeting import take_proposal
from fedirec.credits.actions.proposals.replies import take_deletion, take_reply
from fedirec.credits.actions.proposals.taking import take_acceptance, take_appeal, take_rejection, take_withdrawal
from fedirec.credits.vocab import ChainHeadObject, ObjectionObject, ProposalObject, ProposalRef
from fedirec.errors import Unsupported
from fedirec.remix.vocab import CommentObject, PostObject

handlers = Handlers()


@handlers.on(Create, ProposalObject, evidence=True, vouched=True, dated=True)
async def proposal_made(sender: Actor, create: Create[ProposalObject]) -> None:
    await take_proposal(sender, create)


@handlers.on(Update, ProposalObject, evidence=True, vouched=True, dated=True)
async def proposal_changed(sender: Actor, update: Update[ProposalObject]) -> None:
    await take_proposal(sender, update)


@handlers.on(Accept, ProposalRef, evidence=True, vouched=True, dated=True)
async def proposal_accepted(sender: Actor, accept: Accept[ProposalRef]) -> None:
    await take_acceptance(sender, accept)


@handlers.on(Reject, ProposalRef, evidence=True, vouched=True, dated=True)
async def proposal_rejected(sender: Actor, reject: Reject[ProposalRef]) -> None:
    await take_rejection(sender, reject)


@handlers.on(Undo, Reject, evidence=True, vouched=True, dated=True)
async def objection_withdrawn(sender: Actor, undo: Undo[Reject[Any]]) -> None:
    rejected = undo.object.object
    if not isinstance(rejected, ProposalRef):
        raise Unsupported("of what was rejected, only an objection to a proposal is taken back")
    await take_withdrawal(sender, undo, rejected)


@handlers.on(Reject, ObjectionObject, evidence=True, vouched=True, dated=True)
async def answer_appealed(sender: Actor, reject: Reject[ObjectionObject]) -> None:
    await take_appeal(sender, reject)


@handlers.on(Create, ChainHeadObject, evidence=True, vouched=True, dated=True)
async def head_told(sender: Actor, create: Create[ChainHeadObject]) -> None:
    await keep_head(sender, create)


@handlers.first(Create, PostObject, CommentObject)
async def reply_written(sender: Actor, create: Create[Any]) -> bool:
    return await take_reply(sender, create.object)


@handlers.first(Update, PostObject, CommentObject)
async def reply_changed(sender: Actor, update: Update[Any]) -> bool:
    return await take_reply(sender, update.object)


@handlers.first(Delete, Ref, Tombstone)
async def reply_deleted(sender: Actor, delete: Delete[Ref | Tombstone]) -> bool:
    return await take_deletion(sender, delete.object.id)
