"""Persons: who is credited, whatever accounts they use."""

from __future__ import annotations

from tortoise.exceptions import IntegrityError

from fedirec.accounts.models import Identity, Person
from fedirec.activitypub.models import Actor
from fedirec.db import transaction


async def person_of(actor: Actor) -> Person:
    """The person behind `actor`, from now on always the same one. May run inside the caller's transaction."""
    identity = await Identity.get_or_none(actor_id=actor.id).select_related("person")
    if identity is not None:
        return identity.person
    try:
        async with transaction():
            person = await Person.create(name=actor.name or actor.handle)
            await Identity.create(person_id=person.id, actor_id=actor.id)
            return person
    except IntegrityError:  # somebody else was quicker
        return (await Identity.get(actor_id=actor.id).select_related("person")).person
