"""Others ask whether a remix may be, take that back, and answer what our people asked.

What is offered to a challenge is an `Offer` as well: it has another handler, for it has no `kind`.
"""

from __future__ import annotations

from typing import Any

from fedirec.activitypub.authority import may_bring, may_create
from fedirec.activitypub.handlers import Handlers
from fedirec.activitypub.models import Actor
from fedirec.activitypub.vocab import Accept, Doc, QuoteRequest, Ref, Reject, Undo
from fedirec.errors import Forbidden, NotFound
from fedirec.remix.actions.remix_requests.taking import (
    take_agreement,
    take_question,
    take_refusal,
    take_withdrawal,
)
from fedirec.remix.vocab import RecordObject, RemixQuestion
from fedirec.remix.vocab.text import find_id

handlers = Handlers()


@handlers.on(RemixQuestion, Ref, RecordObject, evidence=True, vouched=True)
async def remix_requested(sender: Actor, asked: RemixQuestion[Any]) -> None:
    """Somebody asks whether something of theirs may be: what it is, its own origin says."""
    if not may_bring(asked.instrument, speaker=sender.uri):
        raise Forbidden("nobody asks for what belongs to another origin")
    if asked.instrument_document is not None:
        author = find_id(Doc(asked.instrument_document), "attributedTo")
        if author is None or not may_create(asked.instrument, author=author, speaker=sender.uri):
            raise Forbidden("only its author can ask for what they made")
    await take_question(sender, asked)


@handlers.on(Undo, RemixQuestion, vouched=True)
async def request_withdrawn(sender: Actor, undo: Undo[RemixQuestion[Any]]) -> None:
    await take_withdrawal(sender, undo.object)


@handlers.on(Accept, RemixQuestion, QuoteRequest, evidence=True, vouched=True)
async def remix_accepted(sender: Actor, accept: Accept[Any]) -> None:
    """The author of a source agrees, and says where that can be read."""
    if not accept.result or not await agreed_to_remix(sender, accept):
        raise NotFound("nobody here asked that")


@handlers.on(Reject, RemixQuestion, QuoteRequest, evidence=True, vouched=True)
async def remix_rejected(sender: Actor, reject: Reject[Any]) -> None:
    if not await remix_refused(sender, reject):
        raise NotFound("nobody here asked that")


async def agreed_to_remix(sender: Actor, accept: Accept[Any]) -> bool:
    """Whether what `sender` accepts is a remix that somebody here asked them about."""
    return await take_agreement(sender, asked=accept.object.id, stamp=accept.result or "", words=accept.content)


async def remix_refused(sender: Actor, reject: Reject[Any]) -> bool:
    """Whether what `sender` rejects is a remix that somebody here asked them about."""
    return await take_refusal(sender, asked=reject.object.id, words=reject.content)
