"""Asking the authors of posts elsewhere before one does something with them, where they want that."""

from __future__ import annotations

from typing import Any, Final

from fedirec.activitypub.consent import Deed
from fedirec.activitypub.models import Actor
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.vocab import AnnounceRequest, ConsentQuestion, Json, LikeRequest, Ref, ReplyRequest
from fedirec.remix.models import ConsentRequest
from fedirec.remix.queries.consent import Thing

_REQUESTS: Final[dict[Deed, type[ConsentQuestion[Any]]]] = {
    "reply": ReplyRequest,
    "like": LikeRequest,
    "announce": AnnounceRequest,
}


async def ask_author(person: Actor, thing: Thing, deed: Deed, *, instrument: Json) -> ConsentRequest:
    """The author of `thing`, who comes with it, is asked whether `person` may publish `instrument` about it.

    Nobody else hears of it until they agree. Part of the caller's transaction.
    """
    owner, uri = thing.author, new_activity_uri(person)
    asked = await ConsentRequest.create(
        uri=uri, kind=deed, actor=person, owner=owner, target_uri=thing.uri, instrument_uri=instrument["id"]
    )
    question = _REQUESTS[deed](
        id=uri,
        actor=person.uri,
        object=Ref(thing.uri),
        instrument=instrument["id"],
        instrument_document=instrument,
        to=(owner.uri,),
    )
    await publish(person, question, to=[owner])
    return asked
