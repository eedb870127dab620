"""Codes by which somebody proves who they are: one's own, those that one used, and those that wait for a treasurer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from fedirec.accounts.models import Person
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.credits.models import MoneySettings
from fedirec.credits.queries.settings import days_for
from fedirec.errors import NotFound
from fedirec.payouts.codes import UNDECIDED, CodeState
from fedirec.payouts.models import IdentityCode

PAGE: Final = 30


async def code_of(person: Person) -> IdentityCode | None:
    """The code of `person`: that which somebody used, if it is not decided, and else the newest."""
    own = IdentityCode.filter(person_id=person.id).order_by("-id").select_related("used_by")
    return await own.filter(state__in=UNDECIDED).first() or await own.first()


def is_in_hand(code: IdentityCode | None) -> bool:
    """Whether it is one that somebody has: given, or used and not decided about."""
    return code is not None and code.state in (CodeState.GIVEN, *UNDECIDED)


async def code_used_by(actor: Actor) -> IdentityCode | None:
    """The newest code with which `actor` said that they are somebody."""
    return await IdentityCode.filter(used_by_id=actor.id).order_by("-id").select_related("person").first()


async def get_code(key: int) -> IdentityCode:
    """The code with that row. Raises NotFound."""
    code = await IdentityCode.get_or_none(id=key)
    if code is None:
        raise NotFound
    return code


async def waiting_codes(*, limit: int = PAGE) -> list[IdentityCode]:
    """Codes that somebody used and nobody has decided about, oldest first."""
    rows = IdentityCode.filter(state__in=UNDECIDED).order_by("used_at", "id").limit(limit)
    return await rows.select_related("person", "used_by", "said_by")


def decidable_at(code: IdentityCode, settings: MoneySettings) -> datetime:
    """From when on it may be accepted that who used `code` is that person."""
    began = code.used_at or now()
    return began + timedelta(days=days_for(settings, "hold_days", began))
