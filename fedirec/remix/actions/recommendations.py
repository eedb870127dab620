"""Telling an author that one likes their record. Only they hear of it: there is no counter anywhere."""

from __future__ import annotations

from fedirec.accounts.actions.notifications import notify
from fedirec.accounts.boundaries import refuse_unwelcome
from fedirec.accounts.notices import Notice
from fedirec.activitypub.models import Actor, Liking
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.vocab import Like, Ref, Undo
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Conflict, Gone
from fedirec.remix.models import Record


async def recommend(person: Actor, record: Record) -> None:
    """The author of `record` hears that a local `person` likes it; saying it twice changes nothing."""
    if record.deleted_at:
        raise Gone
    if record.author_id == person.id:
        raise Conflict("That is your own record.")
    author = await record.author
    await refuse_unwelcome(person, to=author)
    async with transaction():
        if await Liking.exists(actor_id=person.id, object_uri=record.uri):
            return
        uri = new_activity_uri(person)
        await Liking.create(uri=uri, actor=person, object_uri=record.uri)
        if author.is_local:
            await notify(author, Notice.RECOMMENDED, person, record.uri, record.uri, {"title": record.title})
        else:
            like = Like(id=uri, actor=person.uri, object=Ref(record.uri), to=(author.uri,), published=now())
            await publish(person, like, to=[author])


async def take_back_recommendation(person: Actor, record: Record) -> None:
    """A local `person` says nothing about `record` any more."""
    author = await record.author
    async with transaction():
        known = await Liking.get_or_none(actor_id=person.id, object_uri=record.uri)
        if known is None:
            return
        await known.delete()
        if not author.is_local:
            said = Like(id=known.uri, actor=person.uri, object=Ref(record.uri))
            undo = Undo(id=new_activity_uri(person), actor=person.uri, object=said, to=(author.uri,))
            await publish(person, undo, to=[author])
