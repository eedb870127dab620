"""Of whom it is said that they were listed without an account: what waits for them, and for a treasurer."""

from __future__ import annotations

from datetime import datetime, timedelta

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.credits.models import MoneySettings, NamedPerson
from fedirec.credits.namings import NamingState
from fedirec.credits.queries.settings import days_for


def named_from(named: NamedPerson, settings: MoneySettings) -> datetime:
    """From when on a treasurer can agree."""
    began = named.confirmed_at or now()
    return began + timedelta(days=days_for(settings, "hold_days", began))


async def namings_of(actor: Actor) -> list[NamedPerson]:
    """Where `actor` is said to be somebody who was listed without an account, and has not answered."""
    rows = NamedPerson.filter(actor_id=actor.id, state=NamingState.NAMED.value).order_by("id").limit(20)
    return list(await rows.select_related("person", "proposal"))


async def waiting_namings() -> list[NamedPerson]:
    """Those who said yes, of whom no treasurer has said anything, the oldest first."""
    rows = NamedPerson.filter(state=NamingState.CONFIRMED.value).order_by("id").limit(30)
    return list(await rows.select_related("person", "proposal", "actor", "named_by"))
