"""Persons: who is credited and paid, whatever accounts they use."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from tortoise.exceptions import IntegrityError
from tortoise.expressions import Q

from fedirec.accounts.actions.audit import HasUri, audit
from fedirec.accounts.models import Identity, Person
from fedirec.activitypub.models import Actor
from fedirec.db import transaction
from fedirec.errors import Conflict
from fedirec.ledger.recording import record

JOINED: Final = "person_joined"
"""The kind of link by which the audit chain tells that two rows are one person."""


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


async def own_person(actor: Actor) -> int:
    """The row of the person who `actor` is, whatever accounts they use."""
    person = await person_of(actor)
    return person.joined_id or person.id


async def people_of(actors: Iterable[Actor]) -> dict[int, Person]:
    """The persons behind `actors`, by the rows of these, as `person_of`: one query for all whose person is known."""
    wanted = {actor.id: actor for actor in actors}
    known = await Identity.filter(actor_id__in=list(wanted)).select_related("person") if wanted else []
    found = {row.actor_id: row.person for row in known}
    for key in sorted(wanted.keys() - found.keys()):
        found[key] = await person_of(wanted[key])
    return found


async def actors_of(person: Person) -> list[Actor]:
    """Every account, here and elsewhere, that is a way to be `person`; the first is that which they came with."""
    return [row.actor for row in await Identity.filter(person_id=person.id).order_by("id").select_related("actor")]


async def lives_elsewhere(actor: Actor) -> bool:
    """Whether `actor` moved away, or did once to where the same person lives since, who has not moved from there.

    Whoever takes over an old address could join somebody by a Move, and say afterwards that they came back.
    """
    if actor.moved_to is not None or actor.moved_at is None:
        return actor.moved_to is not None
    person = await person_of(actor)
    others = Identity.filter(person_id=person.id, actor__state="active").exclude(actor_id=actor.id)
    return await others.filter(Q(actor__moved_at=None) | Q(actor__moved_at__lt=actor.moved_at)).exists()


async def roots_of(person_ids: Collection[int]) -> dict[int, int]:
    """Who each of these rows of persons turned out to be: itself, unless it joined another one. One query.

    Ask this wherever a row that never changes names a person, such as a share: they may have joined somebody since.
    """
    wanted = sorted(set(person_ids))
    joined = Person.filter(id__in=wanted, joined_id__not_isnull=True) if wanted else None
    known = {row.id: row.joined_id for row in await joined} if joined is not None else {}
    return {each: known.get(each) or each for each in wanted}


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """Two rows of persons that are one person now."""

    stays: int
    other: int
    """The row of who turned out to be `stays`."""
    identities: tuple[int, ...]
    """The rows of the accounts by which `other` was known."""
    accounts_of: int
    """Whose accounts these are now: of `stays`, or of somebody new where the accounts are lost to them."""
    why: str


async def join_person(doer: HasUri, stays: Person, other: Person, *, why: str, cuts_off: bool = False) -> Joined | None:
    """`other` turned out to be `stays`, for good: every account of theirs is a way to be the same person, unless this
    `cuts_off` the accounts of `other`, which are somebody else's from now on and have nothing.

    Answers with None when they are one already, and nothing happens; raises Conflict where one of them has joined
    somebody else since they were looked up. It is on record with `why`: move, code or name.
    Only a proof may lead here: an account that says where it moved to, and which that one confirms, a code that only
    the person has, or the words of those who named somebody without an account. Part of the caller's transaction, in
    which nobody else joins either of them, and which ends with `record_join`.
    """
    held = Person.filter(id__in=[stays.id, other.id]).order_by("id").select_for_update()
    rows = {row.id: row for row in await held}
    first, second = rows[stays.id], rows[other.id]
    if (first.joined_id or first.id) == (second.joined_id or second.id):
        return None
    if first.joined_id is not None or second.joined_id is not None:  # what was proved was not about whom that is
        raise Conflict("One of them has just turned out to be somebody else. Please look again.")
    stays_id, other_id = first.id, second.id
    identities = tuple(
        int(str(each)) for each in await Identity.filter(person_id=other_id).order_by("id").values_list("id", flat=True)
    )
    await Person.filter(joined_id=other_id).update(joined_id=stays_id)
    await Person.filter(id=other_id).update(joined_id=stays_id)
    accounts_of = (await Person.create(name=second.name)).id if cuts_off and identities else stays_id
    await Identity.filter(person_id=other_id).update(person_id=accounts_of)
    await audit(doer, "join_person", doer.uri, why=why, person=stays_id, joined=other_id)
    return Joined(stays=stays_id, other=other_id, identities=identities, accounts_of=accounts_of, why=why)


async def record_join(joined: Joined) -> None:
    """The audit chain tells that two rows are one person, by their numbers alone; the last in the transaction."""
    document = {
        "why": joined.why,
        "person": joined.stays,
        "joined": joined.other,
        "identities": list(joined.identities),
        "identities_of": joined.accounts_of,
    }
    await record(JOINED, f"person:{joined.other}", document)
