"""Others would like to quote what is ours."""

from __future__ import annotations

from typing import Any

from fedirec.activitypub.authority import may_bring, may_create
from fedirec.activitypub.handlers import Handlers
from fedirec.activitypub.models import Actor
from fedirec.activitypub.vocab import Doc, QuoteRequest, Ref
from fedirec.errors import Forbidden
from fedirec.remix.actions.quotes import answer_quote_request
from fedirec.remix.vocab import CommentObject, PostObject, PromptObject, RecordObject
from fedirec.remix.vocab.text import find_id

handlers = Handlers()


@handlers.on(QuoteRequest, Ref, RecordObject, CommentObject, PromptObject, PostObject, vouched=True)
async def quote_requested(sender: Actor, asked: QuoteRequest[Any]) -> None:
    """Somebody asks to quote something: what they quote it in is theirs, and says so where it came along."""
    if not may_bring(asked.instrument, speaker=sender.uri):
        raise Forbidden("nobody asks for what belongs to another origin")
    if asked.instrument_document is not None:
        author = find_id(Doc(asked.instrument_document), "attributedTo")
        if author is None or not may_create(asked.instrument, author=author, speaker=sender.uri):
            raise Forbidden("only its author can ask for what they wrote")
    await answer_quote_request(sender, asked)
