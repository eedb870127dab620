"""Saying which account somebody has who was listed without one, so that nobody is forgotten who is owed something."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from fedirec.accounts.boundaries import refuse_unwelcome
from fedirec.accounts.models import Person
from fedirec.accounts.notices import Notice
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.credits.actions.proposals.deeds import begin
from fedirec.credits.models import NamedPerson, PayProposal
from fedirec.credits.namings import UNDECIDED, NamingState
from fedirec.credits.queries.standing import nameless_lines
from fedirec.db import transaction
from fedirec.errors import Conflict, Invalid, NotFound, TooMany
from fedirec.remix.actions.private_notes import tell_people
from fedirec.remix.powers import Deed
from fedirec.translatable import N_
from fedirec.uris import origin_of

MAX_A_DAY: Final = 10
"""Accounts that one leader names: each of them hears of it, whoever they are."""


async def name_account(leader: Actor, proposal: PayProposal, line_key: str, actor: Actor) -> NamedPerson:
    """`leader` says that whoever has the line with that key in `proposal`, without an account, is `actor`, and asks.

    Nothing changes before they say yes themselves and a treasurer agrees. Raises NotFound for no such line, Invalid for
    what is no person, Forbidden, also where one of the two has blocked the other, Conflict, and TooMany after many.
    """
    if actor.type != "Person" or actor.state != "active" or actor.moved_to is not None:
        raise Invalid(N_("Please name the account of a person, where they live now."), field="person")
    if actor.id == leader.id:
        raise Invalid(N_("That is yourself. Somebody else who leads it has to say so."), field="person")
    async with transaction():
        await begin(Deed.DRAW_UP_PROPOSAL, proposal, leader)
        await refuse_unwelcome(leader, to=actor)
        lately = NamedPerson.filter(named_by_id=leader.id, named_at__gt=now() - timedelta(days=1))
        if await lately.count() >= MAX_A_DAY:
            raise TooMany(N_("You have asked many people today. Please wait until tomorrow."), retry_after=3600)
        line = next((each for each in await nameless_lines(proposal) if each.line_key == line_key), None)
        if line is None:
            raise NotFound(N_("There is no such line."))
        earlier = NamedPerson.filter(person_id=line.person_id)
        if await earlier.filter(state=NamingState.ACCEPTED.value).exists():
            raise Conflict(N_("That has been decided."))
        await earlier.filter(state__in=UNDECIDED).update(state=NamingState.REPLACED.value)
        person = await Person.get(id=line.person_id)
        named = await NamedPerson.create(person=person, proposal=proposal, actor=actor, named_by=leader, named_at=now())
        page = f"{origin_of(proposal.uri)}/money"
        about = f"{proposal.uri}#named-{named.id}"
        await tell_people(proposal.group, [actor], Notice.PERSON_NAMED, leader, about, page, {"title": proposal.title})
    return named
