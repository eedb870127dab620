"""Which of what others say is about something that was agreed between them and us.

Handlers ask this of keys that nobody vouches for (`Handlers.on`): what is about an agreement is not believed of them.
"""

from __future__ import annotations

from typing import Any

from tortoise.expressions import Q

from fedirec.activitypub.models import Actor
from fedirec.activitypub.vocab import Accept, Activity, Create, Delete, Ref, Reject, Tombstone, Update
from fedirec.html import clean, plain
from fedirec.remix.licences import find_agreement, find_grant
from fedirec.remix.models import Challenge, Pen, Quotation, Record, RemixRequest, Suggestion, Writing


async def answers_an_agreement(_sender: Actor, answer: Accept[Any] | Reject[Any]) -> bool:
    """Whether it answers a question about a remix, a suggestion, a pen, what was written with one, or an offer to a
    challenge; and not a follow, or who may answer, like or pass on something.
    """
    uri = answer.object.id
    asked = (
        RemixRequest.filter(Q(uri=uri) | Q(quote_request_uri=uri)),
        Suggestion.filter(uri=uri),
        Pen.filter(uri=uri),
        Writing.filter(uri=uri),
        Record.filter(uri=uri),
    )
    for each in asked:
        if await each.exists():
            return True
    return False


async def ends_an_agreement(sender: Actor, delete: Delete[Ref | Tombstone]) -> bool:
    """Whether a stamp is taken back, or somebody says farewell; and not whether something else is gone."""
    uri = delete.object.id
    if uri == sender.uri or await Quotation.exists(stamp_uri=uri):
        return True
    return await RemixRequest.filter(Q(stamp_uri=uri) | Q(quote_stamp_uri=uri)).exists()


async def is_of_a_challenge(sender: Actor, _said: Activity[Any]) -> bool:
    """Whether a challenge that is known here says it: what it asks for, or what is part of it."""
    return await Challenge.exists(actor_id=sender.id)


async def is_no_news(_sender: Actor, said: Create[Any] | Update[Any]) -> bool:
    """Whether a record that is known here would be another one or get a licence, or something answers a challenge of
    ours; and not whether there is something new.
    """
    uri = said.object.id
    if await Record.exists(uri=uri):
        return True
    work = said.object
    words = plain(clean(getattr(work, "content", "") or "")) if getattr(work, "in_reply_to", None) else ""
    if find_grant(words) is not None or find_agreement(words) is not None:
        return True
    named = {*said.to, *said.cc, *getattr(work, "to", ()), *getattr(work, "cc", ())}
    named |= {mention.href for mention in getattr(work, "mentions", ())}
    named |= {getattr(work, "challenge", None) or "", getattr(work, "in_reply_to", None) or ""}
    places = list(named - {""})[:100]
    asked = Challenge.filter(Q(actor__uri__in=places) | Q(prompt_uri__in=places), actor__is_local=True)
    return bool(places) and await asked.exists()
