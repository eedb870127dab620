"""Authors answer what our people asked them before they answered, liked or passed on something of theirs."""

from __future__ import annotations

from typing import Any

from fedirec.activitypub.follows import follow_accepted
from fedirec.activitypub.handlers import Handlers, Kept
from fedirec.activitypub.models import Actor
from fedirec.activitypub.vocab import Accept, Announce, AnnounceRequest, Like, LikeRequest, Ref, Reject, ReplyRequest
from fedirec.errors import NotFound
from fedirec.remix.actions.consenting import take_consent, take_refusal
from fedirec.remix.inbox.agreements import answers_an_agreement
from fedirec.remix.inbox.pens import pen_answered
from fedirec.remix.inbox.remixing import agreed_to_remix
from fedirec.remix.inbox.suggestions import suggestion_answered
from fedirec.remix.vocab import CommentObject, PostObject

handlers = Handlers()


@handlers.on(
    Accept,
    *(ReplyRequest, LikeRequest, AnnounceRequest, CommentObject, PostObject, Like, Announce),
    vouched=answers_an_agreement,
)
async def something_accepted(sender: Actor, accept: Accept[Any]) -> None:
    """An author lets somebody here do what they asked for.

    GoToSocial up to 0.20 accepts the thing itself, and its Accept is what others are shown.
    """
    if not await _is_consent(sender, accept) and not await _is_grant(sender, accept):
        raise NotFound("nobody here asked that")


@handlers.on(Accept, Ref, evidence=True, vouched=answers_an_agreement)
async def something_accepted_by_name(sender: Actor, accept: Accept[Ref]) -> Kept:
    """The same, of which only the id came, or a follow is accepted; what grants a remix is kept for good."""
    if await _is_consent(sender, accept):
        return Kept.FOR_A_WHILE
    if await _is_grant(sender, accept):
        return Kept.FOR_GOOD
    await follow_accepted(sender, accept)
    return Kept.FOR_A_WHILE


async def _is_consent(sender: Actor, accept: Accept[Any]) -> bool:
    return await take_consent(sender, asked=accept.object.id, stamp=accept.result or accept.id)


async def _is_grant(sender: Actor, accept: Accept[Any]) -> bool:
    """Whether it is an answer to a question about a remix, to a change that somebody here suggested, or
    to a pen that they shared or used."""
    if accept.result and await agreed_to_remix(sender, accept):
        return True
    return await suggestion_answered(sender, accept) or await pen_answered(sender, accept)


@handlers.on(Reject, ReplyRequest, LikeRequest, AnnounceRequest, CommentObject, PostObject, Like, Announce)
async def consent_refused(sender: Actor, reject: Reject[Any]) -> None:
    if not await take_refusal(sender, asked=reject.object.id):
        raise NotFound("nobody here asked that")
