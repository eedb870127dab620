"""Somebody else agrees to what one person began about a payee: who they are, or that what they left goes to a charity.

Where nobody else could, whoever began it goes on after the days of the solo rule. Those count from when that is so, and
begin anew once somebody else could meanwhile: nobody makes themselves the only one for a moment.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

from fedirec.accounts.actions.persons import own_person
from fedirec.clock import now
from fedirec.credits.eyes import refuse_same_eyes, solo_from
from fedirec.credits.models import NamedPerson, SaidAlone
from fedirec.credits.namings import NamingState
from fedirec.credits.queries.alone import alone_from
from fedirec.credits.queries.settings import money_settings
from fedirec.credits.queries.standing import payers
from fedirec.db import transaction
from fedirec.payouts.codes import CodeState
from fedirec.payouts.models import IdentityCode, Payout
from fedirec.payouts.payments import State

_KINDS: Final = ("naming:", "code:", "giving:")


def about_naming(row: int) -> str:
    """Agreeing that somebody who was listed without an account is who said so."""
    return f"naming:{row}"


def about_code(row: int) -> str:
    """Agreeing to what a treasurer says of a code that was denied."""
    return f"code:{row}"


def about_giving(row: int) -> str:
    """Agreeing that what nobody claimed goes to a charity."""
    return f"giving:{row}"


async def refuse_agreeing(about: str, person: int, *, begun_by: int, others: Collection[int], since: datetime) -> None:
    """`person` agrees to what `begun_by` began at `since`, and `others` are all who could.

    Raises Forbidden where that has to be somebody else, and Conflict where nobody else could and it is too early.
    """
    told_at = await alone_from(about, since=since, settings=await money_settings())
    refuse_same_eyes(person, [begun_by], payers=others, told_at=told_at, days=0, now=now())


async def note_who_agrees_alone() -> int:
    """Where nobody else could agree, that is written down, with from when on whoever began it can; what is not so any
    more counts for nothing. Returns about how much that was new.
    """
    everybody = await payers()
    found = {**await _namings(everybody), **await _codes(everybody), **await _givings(everybody)}
    known = {row.about: row.told_at for row in await SaidAlone.all() if row.about.startswith(_KINDS)}
    new = [about for about, since in found.items() if about not in known or known[about] < since]
    over = [about for about in known if about not in found or about in new]
    moment, settings = now(), await money_settings()
    async with transaction():
        await SaidAlone.filter(about__in=over).delete()
        for about in new:
            await SaidAlone.create(about=about, told_at=moment, from_at=solo_from(moment, settings.solo_days))
    return len(new)


async def _namings(everybody: frozenset[int]) -> dict[str, datetime]:
    found = {}
    for row in await NamedPerson.filter(state=NamingState.CONFIRMED.value).select_related("actor", "named_by"):
        begun_by, theirs = await own_person(row.named_by), await own_person(row.actor)
        if row.confirmed_at is not None and not everybody - {begun_by, theirs}:
            found[about_naming(row.id)] = row.confirmed_at
    return found


async def _codes(everybody: frozenset[int]) -> dict[str, datetime]:
    found = {}
    said = IdentityCode.filter(state=CodeState.DENIED, said_by_id__not_isnull=True).select_related("used_by", "said_by")
    for row in await said:
        assert row.used_by is not None
        assert row.said_by is not None
        concerned = {await own_person(row.said_by), await own_person(row.used_by), row.person_id}
        if row.said_at is not None and not everybody - concerned:
            found[about_code(row.id)] = row.said_at
    return found


async def _givings(everybody: frozenset[int]) -> dict[str, datetime]:
    found = {}
    for row in await Payout.filter(state=State.UNCLAIMED, giving_by_id__not_isnull=True).select_related("giving_by"):
        assert row.giving_by is not None
        if row.giving_at is not None and not everybody - {await own_person(row.giving_by)}:
            found[about_giving(row.id)] = row.giving_at
    return found
