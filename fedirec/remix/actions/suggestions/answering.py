"""What authors say to a change that somebody suggested to them."""

from __future__ import annotations

from fedirec.accounts.actions.notifications import notify
from fedirec.accounts.notices import Notice
from fedirec.activitypub.models import Actor
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.vocab import Accept, Ref, Reject
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Conflict, Forbidden
from fedirec.remix.actions.remix_requests.answering import refuse_long
from fedirec.remix.actions.suggestions.offering import locked, page_of_suggestion
from fedirec.remix.models import Record, Suggestion
from fedirec.web.language import gettext as _


async def decline_suggestion(owner: Actor, suggestion: Suggestion, *, words: str = "") -> None:
    """The change stays a remix of its own; whoever suggested it hears that, with the `words` that go with it.

    Raises Forbidden for that of another, and Conflict when it was answered or taken back.
    """
    refuse_long(words)
    async with transaction():
        fresh = await locked(suggestion)
        refuse_decided(fresh, owner)
        fresh.state, fresh.decided_at, fresh.answer = "declined", now(), words.strip()
        await fresh.save(update_fields=["state", "decided_at", "answer"])
        await say_answer(fresh, owner)


def refuse_decided(suggestion: Suggestion, owner: Actor) -> None:
    """Raise unless `suggestion` is for `owner` and waits for their answer."""
    if suggestion.owner_id != owner.id:
        raise Forbidden(_("Only the author of what would be changed answers that."))
    if suggestion.state == "withdrawn":
        raise Conflict(_("That suggestion was taken back."))
    if suggestion.state != "waiting":
        raise Conflict(_("That was answered already."))


async def say_answer(suggestion: Suggestion, owner: Actor) -> None:
    """Whoever suggested it hears what became of it, here or elsewhere. Part of the caller's transaction."""
    proposer = await Actor.get(id=suggestion.proposer_id)
    if proposer.is_local:
        await tell_proposer(suggestion, owner, proposer)
    elif suggestion.uri:
        kind = Accept if suggestion.state == "adopted" else Reject
        answer = kind(
            id=new_activity_uri(owner),
            actor=owner.uri,
            object=Ref(suggestion.uri),
            content=suggestion.answer or None,
            to=(proposer.uri,),
        )
        await publish(owner, answer, to=[proposer])


async def tell_proposer(suggestion: Suggestion, owner: Actor, proposer: Actor) -> None:
    """`proposer`, if they live here, knows what `owner` answered. Part of the caller's transaction."""
    titles = await Record.filter(uri=suggestion.record_uri).values_list("title", flat=True)
    about = {"title": str(titles[0]) if titles else suggestion.record_uri}
    kind = Notice.SUGGESTION_ADOPTED if suggestion.state == "adopted" else Notice.SUGGESTION_ANSWERED
    await notify(proposer, kind, owner, suggestion.record_uri, page_of_suggestion(suggestion, proposer), about)
