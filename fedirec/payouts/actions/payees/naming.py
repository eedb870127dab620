"""Somebody who was listed without an account is somebody: they say so, and a treasurer agrees after the days of a hold.

Whoever leads a proposal names the account, whoever has it says yes, and a treasurer who did neither agrees.
"""

from __future__ import annotations

from fedirec.accounts.actions.audit import audit
from fedirec.accounts.actions.letters import Post
from fedirec.accounts.actions.persons import person_of
from fedirec.accounts.models import Identity, Person
from fedirec.accounts.notices import Notice
from fedirec.accounts.permissions import Permission, require
from fedirec.accounts.viewer import Viewer
from fedirec.activitypub.actors.vouching import key_changed_at
from fedirec.clock import now
from fedirec.credits.models import MoneySettings, NamedPerson
from fedirec.credits.namings import NamingState
from fedirec.credits.queries.settings import money_settings
from fedirec.credits.queries.standing import payers
from fedirec.db import transaction
from fedirec.db.holding import hold
from fedirec.errors import Conflict, Forbidden, NotFound
from fedirec.lanes import gathering
from fedirec.payouts.actions.agreeing import about_naming, refuse_agreeing
from fedirec.payouts.actions.payees.joining import join_money
from fedirec.payouts.actions.payees.presence import prove_it_is_them
from fedirec.payouts.actions.payees.warning import warning_of
from fedirec.payouts.addresses import MONEY
from fedirec.payouts.holds import HoldCause
from fedirec.payouts.keys import Vault
from fedirec.payouts.queries.namings import named_from
from fedirec.payouts.queries.payees import contacts_of, find_payee
from fedirec.web.ratelimit import RateLimit


async def answer_naming(viewer: Viewer, key: int, *, is_me: bool, present: str, attempts: RateLimit) -> None:
    """Whoever is behind `viewer` says whether they are the one who was listed without an account.

    Raises Forbidden as `prove_it_is_them`, TooMany, and NotFound where nobody says so of them.
    """
    await prove_it_is_them(viewer, present, attempts=attempts)
    asked = NamedPerson.filter(id=key, actor_id=viewer.actor.id, state=NamingState.NAMED.value)
    state = (NamingState.CONFIRMED if is_me else NamingState.DECLINED).value
    if not await asked.update(state=state, confirmed_at=now() if is_me else None):
        raise NotFound("Nobody asks you that, or not any more.")


async def decide_naming(doer: Viewer, key: int, *, is_accepted: bool, vault: Vault, post: Post) -> None:
    """A treasurer says whether whoever was listed without an account is who said so: then they are one, for good.

    Raises NotFound; Forbidden for whoever named or is them, unless they are alone and have waited; Conflict before the
    days of a hold are over, and when it is decided.
    """
    require(doer, Permission.PAY)
    named = await NamedPerson.filter(id=key).select_related("actor", "person", "named_by", "proposal").first()
    if named is None:
        raise NotFound
    if named.state != NamingState.CONFIRMED or named.confirmed_at is None:
        raise Conflict("That has been decided.")
    mine, theirs = await person_of(doer.actor), await person_of(named.actor)
    if mine.id == theirs.id:
        raise Forbidden("That concerns yourself. Somebody else has to decide it.")
    settings = await money_settings()
    await refuse_agreeing(
        about_naming(named.id),
        mine.id,
        begun_by=(await person_of(named.named_by)).id,
        others=await payers() - {theirs.id},
        since=named.confirmed_at,
    )
    if is_accepted:
        await _refuse_early(named, settings)
    payee = await find_payee(theirs)
    contacts = contacts_of(payee, vault) if payee else ()
    told = await warning_of(post, theirs, Notice.PAY_JOINED, path=MONEY, title=named.person.name, contacts=contacts)
    async with transaction(), gathering():
        await hold(named)
        if named.state != NamingState.CONFIRMED:
            raise Conflict("That has been decided.")
        named.state = (NamingState.ACCEPTED if is_accepted else NamingState.REFUSED).value
        named.decided_by_id = doer.actor.id
        named.decided_at = now()
        await named.save(update_fields=["state", "decided_by_id", "decided_at"])
        await audit(doer, "decide_naming", named.actor.uri, person=named.person_id, accepted=is_accepted)
        if is_accepted:
            await told.send()
            await join_money(doer, theirs, await Person.get(id=named.person_id), cause=HoldCause.NAME, vault=vault)


async def _refuse_early(named: NamedPerson, settings: MoneySettings) -> None:
    if now() < named_from(named, settings):
        raise Conflict("It is too early: first everybody whom it concerns has some days to object.")
    if await key_changed_at(named.actor_id) is not None:
        raise Conflict("Their server has other keys for them than before, so that it may be somebody else.")
    person = await Person.get(id=named.person_id)
    if person.joined_id is not None or await Identity.filter(person_id=person.id).exists():
        raise Conflict("They have turned out to be somebody else meanwhile.")
