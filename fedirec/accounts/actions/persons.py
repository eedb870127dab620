"""Persons: who is credited and paid, whatever accounts they use."""

from __future__ import annotations

from collections.abc import Collection

from tortoise.exceptions import IntegrityError

from fedirec.accounts.actions.audit import HasUri, audit
from fedirec.accounts.models import Identity, Person
from fedirec.activitypub.models import Actor
from fedirec.db import transaction


async def person_of(actor: Actor) -> Person:
    """The person behind `actor`, whom nobody but a proof changes. May run inside the caller's transaction."""
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


async def actors_of(person: Person) -> list[Actor]:
    """Every account, here and elsewhere, that is a way to be `person`; the first is that which they came with."""
    return [row.actor for row in await Identity.filter(person_id=person.id).order_by("id").select_related("actor")]


async def roots_of(person_ids: Collection[int]) -> dict[int, int]:
    """Who each of these rows of persons turned out to be: itself, unless it joined another one. One query.

    Ask this wherever a row that never changes names a person, such as a share: they may have joined somebody since.
    """
    wanted = sorted(set(person_ids))
    joined = Person.filter(id__in=wanted, joined_id__not_isnull=True) if wanted else None
    known = {row.id: row.joined_id for row in await joined} if joined is not None else {}
    return {each: known.get(each) or each for each in wanted}


async def join_person(doer: HasUri, stays: Person, other: Person, *, why: str) -> tuple[int, int] | None:
    """`other` turned out to be `stays`: every account of theirs is a way to be the same person, for good.

    Answers with the rows of who stays and who joined, which are others than were asked for where one of them had joined
    somebody meanwhile; with None when they are one already, and nothing happens. It is on record with `why`: move or
    code. Only a proof may lead here: an account that says where it moved to, and which that one confirms, or a code
    that only the person has. Part of the caller's transaction, in which nobody else joins either of them.
    """
    held = Person.filter(id__in=[stays.id, other.id]).order_by("id").select_for_update()
    rows = {row.id: row for row in await held}
    first, second = rows[stays.id], rows[other.id]
    stays_id, other_id = first.joined_id or first.id, second.joined_id or second.id
    if stays_id == other_id:
        return None
    await Person.filter(joined_id=other_id).update(joined_id=stays_id)
    await Person.filter(id=other_id).update(joined_id=stays_id)
    await Identity.filter(person_id=other_id).update(person_id=stays_id)
    await audit(doer, "join_person", doer.uri, why=why, person=stays_id, joined=other_id)
    return stays_id, other_id
