"""Telling an author that one likes their record. Only they hear of it: there is no counter anywhere."""

from __future__ import annotations

from fedirec.accounts.actions.notifications import notify
from fedirec.accounts.boundaries import refuse_unwelcome
from fedirec.accounts.notices import Notice
from fedirec.activitypub.consent import Consent
from fedirec.activitypub.models import Actor, Liking
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.vocab import Like, Ref, Undo
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Conflict, Forbidden, Gone
from fedirec.remix.actions.asking import ask_author
from fedirec.remix.models import ConsentRequest, Record
from fedirec.remix.queries.consent import consent_to, find_question
from fedirec.web.language import gettext as _


async def recommend(person: Actor, record: Record) -> None:
    """The author of `record` hears that a local `person` likes it; saying it twice changes nothing."""
    if record.deleted_at:
        raise Gone
    if record.author_id == person.id:
        raise Conflict("That is your own record.")
    author = await record.author
    await refuse_unwelcome(person, to=author)
    consent = await consent_to(record, "like", actor=person)
    if consent is Consent.REFUSED:
        raise Forbidden(_("Its author does not want to hear that."))
    async with transaction():
        if await Liking.exists(actor_id=person.id, object_uri=record.uri):
            return
        uri = new_activity_uri(person)
        like = Like(id=uri, actor=person.uri, object=Ref(record.uri), to=(author.uri,), published=now())
        if consent is Consent.ASKED:
            await ConsentRequest.filter(actor_id=person.id, target_uri=record.uri, kind="like").delete()
            await ask_author(person, record, "like", instrument=like.write())
            return
        await Liking.create(uri=uri, actor=person, object_uri=record.uri)
        if author.is_local:
            await notify(author, Notice.RECOMMENDED, person, record.uri, record.uri, {"title": record.title})
        else:
            await publish(person, like, to=[author])


async def take_back_recommendation(person: Actor, record: Record) -> None:
    """A local `person` says nothing about `record` any more."""
    author = await record.author
    async with transaction():
        known = await Liking.get_or_none(actor_id=person.id, object_uri=record.uri)
        asked = await find_question(person, record, "like")
        if asked is not None:
            await asked.delete()
        if known is not None:
            await known.delete()
        uri = known.uri if known else asked.instrument_uri if asked else None
        if uri is not None and not author.is_local:
            said = Like(id=uri, actor=person.uri, object=Ref(record.uri))
            undo = Undo(id=new_activity_uri(person), actor=person.uri, object=said, to=(author.uri,))
            await publish(person, undo, to=[author])
