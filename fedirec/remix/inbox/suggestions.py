"""Others suggest changes to what is ours, take that back, and answer what our people suggested."""

from __future__ import annotations

from typing import Any

from fedirec.activitypub.authority import may_bring
from fedirec.activitypub.handlers import Handlers
from fedirec.activitypub.models import Actor
from fedirec.activitypub.vocab import Accept, Ref, Reject, Undo
from fedirec.errors import Forbidden, NotFound
from fedirec.remix.actions.suggestions.taking import take_answer, take_suggestion, take_withdrawal
from fedirec.remix.vocab import RecordObject
from fedirec.remix.vocab.suggestions import SuggestedChange

handlers = Handlers()


@handlers.on(SuggestedChange, Ref, RecordObject, evidence=True, vouched=True)
async def change_suggested(sender: Actor, offer: SuggestedChange[Any]) -> None:
    """Somebody offers what they made from something of ours; that they made it, its own origin has to say."""
    if not may_bring(offer.instrument, speaker=sender.uri):
        raise Forbidden("nobody suggests what belongs to another origin")
    await take_suggestion(sender, offer)


@handlers.on(Undo, SuggestedChange, vouched=True)
async def suggestion_withdrawn(sender: Actor, undo: Undo[SuggestedChange[Any]]) -> None:
    await take_withdrawal(sender, undo.object)


@handlers.on(Accept, SuggestedChange, evidence=True, vouched=True)
async def suggestion_accepted(sender: Actor, accept: Accept[Any]) -> None:
    if not await suggestion_answered(sender, accept):
        raise NotFound("nobody here suggested that")


@handlers.on(Reject, SuggestedChange, evidence=True, vouched=True)
async def suggestion_rejected(sender: Actor, reject: Reject[Any]) -> None:
    if not await suggestion_answered(sender, reject):
        raise NotFound("nobody here suggested that")


async def suggestion_answered(sender: Actor, answer: Accept[Any] | Reject[Any]) -> bool:
    """Whether what `sender` accepts or rejects is a change that somebody here suggested to them."""
    is_adopted = isinstance(answer, Accept)
    return await take_answer(sender, asked=answer.object.id, is_adopted=is_adopted, words=answer.content)
