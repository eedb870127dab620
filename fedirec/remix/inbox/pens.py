"""Others share the pen of what is theirs, take it back, and write what is ours with us."""

from __future__ import annotations

from typing import Any

from fedirec.activitypub.handlers import Handlers
from fedirec.activitypub.models import Actor
from fedirec.activitypub.vocab import Accept, Ref, Reject, Undo
from fedirec.errors import NotFound
from fedirec.remix.actions.pens.taking import take_answer, take_pen, take_pen_back, take_version
from fedirec.remix.inbox.arrivals import ask_for
from fedirec.remix.vocab.pens import OfferedPen, OfferedVersion

handlers = Handlers()


@handlers.on(OfferedPen, Ref, evidence=True, vouched=True)
async def pen_offered(sender: Actor, offer: OfferedPen[Any]) -> None:
    if await take_pen(sender, offer):
        await ask_for(offer.object.id)


@handlers.on(Undo, OfferedPen, evidence=True, vouched=True)
async def pen_taken_back(sender: Actor, undo: Undo[OfferedPen[Any]]) -> None:
    await take_pen_back(sender, undo.object)


@handlers.on(OfferedVersion, Ref, evidence=True, vouched=True)
async def version_offered(sender: Actor, offer: OfferedVersion[Any]) -> None:
    """Whoever holds the pen wrote a version: their signature on it is kept for good."""
    await take_version(sender, offer)


@handlers.on(Accept, OfferedPen, OfferedVersion, evidence=True, vouched=True)
async def pen_accepted(sender: Actor, accept: Accept[Any]) -> None:
    if not await pen_answered(sender, accept):
        raise NotFound("nobody here offered that")


@handlers.on(Reject, OfferedPen, OfferedVersion, evidence=True, vouched=True)
async def pen_refused(sender: Actor, reject: Reject[Any]) -> None:
    if not await pen_answered(sender, reject):
        raise NotFound("nobody here offered that")


async def pen_answered(sender: Actor, answer: Accept[Any] | Reject[Any]) -> bool:
    """Whether what `sender` accepts or rejects is a pen that somebody here shared, or a version that they wrote."""
    is_accepted = isinstance(answer, Accept)
    return await take_answer(sender, asked=answer.object.id, is_accepted=is_accepted, words=answer.content)
