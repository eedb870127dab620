"""What a payee says: how they are paid, that it is still right, that they accept the terms; and taking it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tortoise.exceptions import IntegrityError

from fedirec.accounts.actions.letters import Post
from fedirec.accounts.actions.persons import actors_of, person_of
from fedirec.accounts.models import Account, Identity, Person
from fedirec.accounts.notices import Notice
from fedirec.accounts.permissions import Permission, require
from fedirec.accounts.viewer import Viewer
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.credits.queries.settings import money_settings
from fedirec.credits.queries.standing import same_people
from fedirec.db import transaction
from fedirec.db.holding import hold
from fedirec.errors import Conflict, Invalid
from fedirec.lanes import Done, Job, Outcome
from fedirec.payouts.actions.payees.presence import prove_it_is_them
from fedirec.payouts.actions.payees.warning import addresses_of, warning_of
from fedirec.payouts.addresses import DETAILS
from fedirec.payouts.countries import read_country
from fedirec.payouts.happenings import Happening
from fedirec.payouts.holds import HoldCause, hold_from
from fedirec.payouts.keys import Vault, label_of_payee
from fedirec.payouts.models import Payee, PayeeEvent, Payout
from fedirec.payouts.payments import State
from fedirec.payouts.queries.payees import Sealed, contacts_of, digest_of_terms, unsealed
from fedirec.payouts.queries.ways import Ways
from fedirec.uris import new_key
from fedirec.web.ratelimit import RateLimit


async def payee_of(person: Person) -> Payee:
    """The row about how `person` is paid, made where there was none."""
    known = await Payee.get_or_none(person_id=person.id)
    if known is not None:
        return known
    try:
        async with transaction():
            return await Payee.create(key=new_key(), person_id=person.id)
    except IntegrityError:  # in two windows at once
        return await Payee.get(person_id=person.id)


async def give_details(
    viewer: Viewer,
    adapter: str,
    typed: Mapping[str, str],
    *,
    country: str,
    present: str,
    ways: Ways,
    vault: Vault,
    post: Post,
    attempts: RateLimit,
) -> Payee:
    """Whoever is behind `viewer`, and proved that they are there, is paid like this from now on.

    New details are not paid to for `hold_days`, and every known contact hears of them. Raises Invalid beside what makes
    no sense, Forbidden as `prove_it_is_them`, TooMany, Misconfigured.
    """
    require(viewer, Permission.BE_PAID)
    way = (await ways.offered()).get(adapter)
    if way is None:
        raise Invalid("Please choose one of the ways that are offered.", field="adapter")
    living, details = read_country(country), way.check_details(typed)
    await prove_it_is_them(viewer, present, attempts=attempts)
    settings, person = await money_settings(), await person_of(viewer.actor)
    payee = await payee_of(person)
    fingerprint = vault.fingerprint(adapter, details)  # the key is read, or made, before the transaction
    before = unsealed(payee, vault)
    known = contacts_of(payee, vault)
    warned = await warning_of(post, person, Notice.PAY_DETAILS_GIVEN, path=DETAILS, cause=viewer.actor, contacts=known)
    accounts = await Account.filter(actor_id__in=[each.id for each in await actors_of(person)])
    contacts = tuple(dict.fromkeys([*known, *addresses_of(accounts)]))
    async with transaction():
        await hold(payee)
        if before is not None and unsealed(payee, vault) != before:
            raise Conflict("This was changed in another window meanwhile. Please look at it again.")
        is_same = before is not None and payee.fingerprint == fingerprint
        what = Happening.CHANGED if payee.details is not None else Happening.GIVEN
        moment = now()
        sealed = _seal(vault, payee, Sealed(details=details, contacts=contacts))
        payee.adapter, payee.details, payee.fingerprint = adapter, sealed, fingerprint
        payee.masked, payee.country, payee.confirmed_at = way.mask(details), living, moment
        if not is_same:
            payee.held_until = hold_from(moment, held_until=payee.held_until, days=settings.hold_days)
            payee.held_for, payee.changed_at = HoldCause.DETAILS.value, moment
            await warned.send()
        await payee.save()
        await PayeeEvent.create(
            payee_id=payee.id, happening=Happening.CONFIRMED if is_same else what, actor_id=viewer.actor.id
        )
    return payee


async def confirm_details(viewer: Viewer, *, present: str, vault: Vault, attempts: RateLimit) -> Payee:
    """They say again that the details are theirs, and still right. Raises Conflict where there are none to be read."""
    await prove_it_is_them(viewer, present, attempts=attempts)
    payee = await payee_of(await person_of(viewer.actor))
    async with transaction():
        await hold(payee)
        if unsealed(payee, vault) is None:
            raise Conflict("We do not know how you are paid. Please say it.")
        payee.confirmed_at = now()
        await payee.save(update_fields=["confirmed_at"])
        await PayeeEvent.create(payee_id=payee.id, happening=Happening.CONFIRMED, actor_id=viewer.actor.id)
    return payee


async def accept_terms(viewer: Viewer, *, version: int, digest: str) -> Payee:
    """They accept the terms of being paid that they were shown. Raises Conflict when those have changed since."""
    require(viewer, Permission.BE_PAID)
    settings = await money_settings()
    if (version, digest) != (settings.terms_version, digest_of_terms(settings)):
        raise Conflict("The terms have changed since this page was opened. Please read them again.")
    payee = await payee_of(await person_of(viewer.actor))
    async with transaction():
        await hold(payee)
        payee.terms_version, payee.terms_digest, payee.terms_at = version, digest, now()
        await payee.save(update_fields=["terms_version", "terms_digest", "terms_at"])
        await PayeeEvent.create(payee_id=payee.id, happening=Happening.TERMS, actor_id=viewer.actor.id)
    return payee


async def erase_details(viewer: Viewer, *, present: str, vault: Vault, post: Post, attempts: RateLimit) -> None:
    """Nothing is known any more of how they are paid, and what they are owed stays theirs: erasing waives nothing.

    Raises Conflict while a payment is under way.
    """
    await prove_it_is_them(viewer, present, attempts=attempts, only_stops=True)
    person = await person_of(viewer.actor)
    payee = await payee_of(person)
    known = contacts_of(payee, vault)
    warned = await warning_of(post, person, Notice.PAY_DETAILS_ERASED, path=DETAILS, cause=viewer.actor, contacts=known)
    async with transaction():
        await hold(payee)
        if await Payout.filter(
            person_id__in=await same_people(person.id), state__in=[State.BATCHED, State.SUBMITTED]
        ).exists():
            raise Conflict("A payment to you is under way. Once it has arrived, this can be erased.")
        if payee.details is None and not payee.adapter:
            return
        await erase(payee, by=viewer.actor)
        await warned.send()


async def forget_payee(actor: Actor) -> None:
    """`actor` leaves: how they are paid is forgotten, unless they are here in other ways as well.

    What they are owed stays theirs; with their code they come back for it.
    """
    identity = await Identity.get_or_none(actor_id=actor.id).select_related("person")
    if identity is None:
        return
    person = identity.person
    others = [each for each in await actors_of(person) if each.id != actor.id and each.state == "active"]
    payee = await Payee.get_or_none(person_id=person.id)
    if payee is None or others:
        return
    async with transaction():
        await hold(payee)
        if payee.details is not None:
            await erase(payee, by=None)


def give_to(payee: Payee, person: Person, vault: Vault) -> None:
    """How `payee`, whom the caller saves, is paid is how `person` is paid from now on: they are one."""
    known = unsealed(payee, vault)
    payee.person_id = person.id
    if known is not None:
        payee.details = _seal(vault, payee, known)


def _seal(vault: Vault, payee: Payee, known: Sealed) -> bytes:
    return vault.seal(replace(known, person=payee.person_id).write(), label=label_of_payee(payee.key))


async def forget_payee_of(job: Job) -> Outcome:
    """As `forget_payee`, for a guest who left."""
    actor = await Actor.get_or_none(id=int(str(job.payload["actor"])))
    if actor is not None and not await Account.filter(actor_id=actor.id).exists():  # they may be back
        await forget_payee(actor)
    return Done()


async def erase(payee: Payee, *, by: Actor | None) -> None:
    """Of `payee`, which is held, no detail is left; part of the caller's transaction."""
    payee.adapter, payee.details, payee.fingerprint = "", None, ""
    payee.masked, payee.country, payee.confirmed_at = "", "", None
    await payee.save()
    await PayeeEvent.create(payee_id=payee.id, happening=Happening.ERASED, actor_id=by.id if by else None)
