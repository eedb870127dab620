"""What people elsewhere say about suggested changes: they suggest one, take it back, or answer what ours suggested."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any, Final

from fedirec.accounts.boundaries import is_unwelcome
from fedirec.activitypub.authority import may_answer, may_undo
from fedirec.activitypub.models import Actor
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.remote import Remote
from fedirec.activitypub.vocab import Ref, Reject
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import FedirecError, Forbidden, Unsupported
from fedirec.lanes import Done, Job, Later, Outcome, Work, enqueue
from fedirec.remix.actions.insistence import refuse_insistent
from fedirec.remix.actions.remix_requests.taking import words_of
from fedirec.remix.actions.sources import find_record
from fedirec.remix.actions.suggestions.answering import say_answer, tell_proposer
from fedirec.remix.actions.suggestions.offering import (
    MAX_AN_HOUR,
    SOON,
    is_crowded,
    is_made_from,
    refuse_unfit,
    tell_owner,
)
from fedirec.remix.models import Record, Suggestion
from fedirec.remix.vocab.suggestions import SuggestedChange
from fedirec.uris import origin_of

LOOKS: Final = 6
"""How often the origin of what was suggested is asked for it before that is given up."""


async def take_suggestion(sender: Actor, offer: SuggestedChange[Any]) -> None:
    """What `sender` suggests waits until its origin has shown it, and then for the author of the record of ours.

    Part of the transaction of the activity. Raises Unsupported when they suggest too much, or nothing about ours.
    """
    await refuse_insistent(sender, what=SuggestedChange.TYPE, limit=3 * MAX_AN_HOUR)
    await _refuse_flood(sender)
    record = await Record.filter(uri=offer.object.id, author__is_local=True).select_related("author").first()
    if record is None or record.author.state != "active":
        raise Unsupported("that is nothing of ours")
    about = {"record_uri": record.uri, "variation_uri": offer.instrument, "proposer_id": sender.id}
    known = await Suggestion.filter(**about).select_for_update().first()
    if known is not None and known.state != "withdrawn":
        known.uri = offer.id
        await known.save(update_fields=["uri"])
        if known.state in ("adopted", "declined"):
            await say_answer(known, record.author)
        return
    if known is not None and known.offered_at > now() - SOON:
        raise Unsupported("that was suggested a moment ago")
    if record.deleted_at or record.visibility != "public" or await is_unwelcome(sender, with_any=[record.author_id]):
        await _refuse(record.author, sender, offer.id)
        return
    if await is_crowded(record.uri, sender):
        await _refuse(record.author, sender, offer.id)
        return
    suggestion = known or Suggestion(**about, owner_id=record.author_id)
    suggestion.uri, suggestion.state, suggestion.words = offer.id, "arriving", words_of(offer.content)
    suggestion.offered_at, suggestion.decided_at, suggestion.answer = now(), None, ""
    await suggestion.save()
    await enqueue(
        [
            Work(
                kind="suggestion",
                lane=f"suggestion:{origin_of(offer.instrument)}",
                payload={"suggestion": suggestion.id},
                dedupe_key=f"suggestion:{hashlib.sha256(offer.id.encode()).hexdigest()}",
            )
        ]
    )


async def take_withdrawal(sender: Actor, offer: SuggestedChange[Any]) -> None:
    """`sender` does not suggest it any more. Part of the transaction of the activity.

    Raises Forbidden for the suggestion of another, and Unsupported when nothing waits.
    """
    if not may_undo(done_by=offer.actor, speaker=sender.uri):
        raise Forbidden("only whoever suggested it can take that back")
    waiting = Suggestion.filter(
        record_uri=offer.object.id,
        variation_uri=offer.instrument,
        proposer_id=sender.id,
        owner__is_local=True,
        state__in=("waiting", "arriving"),
    )
    if not await waiting.update(state="withdrawn", decided_at=now()):
        raise Unsupported("nothing of that kind waits")


async def take_answer(sender: Actor, *, asked: str, is_adopted: bool, words: str | None) -> bool:
    """Whether `sender` was suggested a change in `asked` by somebody here, who hears what they answered.

    Part of the transaction of the activity.
    """
    found = Suggestion.filter(uri=asked, proposer__is_local=True).select_for_update()
    suggestion = await found.first()
    if suggestion is None or not may_answer(asked=suggestion.owner_id, speaker=sender.id):
        return False
    if suggestion.state != "waiting":
        return True
    suggestion.state, suggestion.decided_at = "adopted" if is_adopted else "declined", now()
    suggestion.answer = words_of(words)
    await suggestion.save(update_fields=["state", "decided_at", "answer"])
    await tell_proposer(suggestion, sender, await Actor.get(id=suggestion.proposer_id))
    return True


async def look_at_suggestion(remote: Remote, job: Job) -> Outcome:
    """What was suggested is known here, and the author of the record hears of it; or it turned out to be none."""
    found = Suggestion.filter(id=int(str(job.payload["suggestion"])), state="arriving")
    suggestion = await found.select_related("proposer", "owner").first()
    if suggestion is None:
        return Done()
    try:
        variation = await find_record(remote, suggestion.variation_uri)
        record = await Record.filter(uri=suggestion.record_uri).select_related("author").first()
        if record is None:
            return Done()
        refuse_unfit(suggestion.proposer, variation, record)
        if not await is_made_from(variation, record):
            raise Unsupported("what was suggested was not made from the record")
    except FedirecError as error:
        if error.retryable and job.attempts < LOOKS:
            return Later(error=str(error), blame="job")
        async with transaction():
            await _refuse(suggestion.owner, suggestion.proposer, suggestion.uri or "")
            await Suggestion.filter(id=suggestion.id, state="arriving").delete()
        return Done()
    async with transaction():
        if await Suggestion.filter(id=suggestion.id, state="arriving").update(state="waiting"):
            await tell_owner(suggestion, suggestion.owner, suggestion.proposer, record.title)
    return Done()


async def _refuse(owner: Actor, proposer: Actor, offer: str) -> None:
    """`proposer`, who lives elsewhere, hears that what they suggested is not taken."""
    reject = Reject(id=new_activity_uri(owner), actor=owner.uri, object=Ref(offer), to=(proposer.uri,))
    await publish(owner, reject, to=[proposer])


async def _refuse_flood(proposer: Actor) -> None:
    lately = Suggestion.filter(proposer_id=proposer.id, offered_at__gt=now() - timedelta(hours=1))
    if await lately.offset(MAX_AN_HOUR - 1).limit(1).values("id"):
        raise Unsupported("that are too many suggestions in one hour")
