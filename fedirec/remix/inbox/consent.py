"""Authors answer what our people asked them before they answered, liked or passed on something of theirs."""

from __future__ import annotations

from typing import Any

from fedirec.activitypub.follows import follow_accepted
from fedirec.activitypub.handlers import Handlers
from fedirec.activitypub.models import Actor
from fedirec.activitypub.vocab import Accept, Announce, AnnounceRequest, Like, LikeRequest, Ref, Reject, ReplyRequest
from fedirec.errors import NotFound
from fedirec.remix.actions.consenting import take_consent, take_refusal
from fedirec.remix.vocab import CommentObject, PostObject

handlers = Handlers()


@handlers.on(Accept, Ref, ReplyRequest, LikeRequest, AnnounceRequest, CommentObject, PostObject, Like, Announce)
async def something_accepted(sender: Actor, accept: Accept[Any]) -> None:
    """An author lets somebody here do what they asked for; or, of which only the id came, a follow is accepted.

    GoToSocial up to 0.20 accepts the thing itself, and its Accept is what others are shown.
    """
    if await take_consent(sender, asked=accept.object.id, stamp=accept.result or accept.id):
        return
    if not isinstance(accept.object, Ref):
        raise NotFound("nobody here asked that")
    await follow_accepted(sender, accept)


@handlers.on(Reject, ReplyRequest, LikeRequest, AnnounceRequest, CommentObject, PostObject, Like, Announce)
async def consent_refused(sender: Actor, reject: Reject[Any]) -> None:
    if not await take_refusal(sender, asked=reject.object.id):
        raise NotFound("nobody here asked that")
