"""What came of a claim at the home of its record; and claims that are taken back."""

from __future__ import annotations

from fedirec.activitypub.handlers import Handlers
from fedirec.activitypub.models import Actor
from fedirec.activitypub.vocab import Accept, Flag, Reject, Undo
from fedirec.remix.actions.claims import take_outcome, take_withdrawal

handlers = Handlers()


@handlers.on(Accept, Flag, vouched=True)
async def claim_upheld(sender: Actor, accept: Accept[Flag]) -> None:
    await take_outcome(sender, accept.object, upholds=True, words=accept.content or "")


@handlers.on(Reject, Flag, vouched=True)
async def claim_dismissed(sender: Actor, reject: Reject[Flag]) -> None:
    await take_outcome(sender, reject.object, upholds=False, words=reject.content or "")


@handlers.on(Undo, Flag, vouched=True)
async def claim_withdrawn(sender: Actor, undo: Undo[Flag]) -> None:
    await take_withdrawal(sender, undo.object)
