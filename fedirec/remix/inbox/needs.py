"""Whom challenges and projects of other instances look for, and who answers ours."""

from __future__ import annotations

from fedirec.activitypub.authority import may_create
from fedirec.activitypub.follows import is_followed_here
from fedirec.activitypub.handlers import Handlers
from fedirec.activitypub.models import Actor
from fedirec.activitypub.vocab import Create, Update
from fedirec.errors import Forbidden, NotFound, Unsupported
from fedirec.remix.actions.holding import has_to_wait
from fedirec.remix.actions.needs import save_need, take_answer
from fedirec.remix.inbox.talking import refuse_talkative
from fedirec.remix.models import Challenge, Need
from fedirec.remix.vocab import NeedObject
from fedirec.remix.vocab.needs import MAX_WORDS
from fedirec.remix.vocab.text import clean_text

handlers = Handlers()


@handlers.on(Create, NeedObject)
async def need_named(sender: Actor, create: Create[NeedObject]) -> None:
    await _need_said(sender, create.object)


@handlers.on(Update, NeedObject)
async def need_changed(sender: Actor, update: Update[NeedObject]) -> None:
    await _need_said(sender, update.object)


async def _need_said(sender: Actor, need: NeedObject) -> None:
    """A group that somebody here follows or has looked at looks for somebody."""
    if not may_create(need.id, author=need.attributed_to, speaker=sender.uri):
        raise Forbidden("only a group itself says what it looks for")
    if sender.type != "Group":
        raise Unsupported("challenges and projects look for people, and nobody else does")
    if not await Challenge.exists(actor_id=sender.id) and not await is_followed_here(sender):
        raise Unsupported("nobody here follows that group")
    await refuse_talkative(sender)
    await save_need(sender, need)


async def need_answered(sender: Actor, uri: str, words: str) -> bool:
    """Somebody elsewhere could do what one of our groups looks for; False when `uri` is no need."""
    need = await Need.filter(uri=uri).select_related("group").first()
    if need is None:
        return False
    if not need.group.is_local or need.state != "open" or need.group.state != "active":
        raise NotFound("that is not looked for any more")
    if sender.type != "Person":
        raise Unsupported("people answer that")
    if await has_to_wait(sender):
        raise Unsupported("strangers are not heard at the moment")
    await take_answer(sender, need, clean_text(words, MAX_WORDS))
    return True
