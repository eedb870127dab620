"""Who may decide about somebody, and who looks at the reports about them for the time being."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Final

from fedirec.accounts.models import Account
from fedirec.accounts.permissions import Doer, Permission, Role, may_judge, refuse, require
from fedirec.activitypub.models import Actor
from fedirec.admin.models import Report
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Conflict, NotFound
from fedirec.translatable import N_

LOOKED_AT_FOR: Final = timedelta(hours=1)
"""How long somebody who looks at reports has them for themselves."""
MAX_REPORTS: Final = 500
"""Reports about one person that one decision answers."""


async def look_at_reports(doer: Doer, accused: Actor, *, take_over: bool = False) -> None:
    """The open reports about `accused` are looked at by `doer`, and for an hour by nobody else.

    Raises Conflict when somebody else has them, unless `doer` means to `take_over`.
    """
    require(doer, Permission.MODERATE)
    async with transaction():
        await refuse_unjudgeable(doer, accused)
        reports = await open_reports_about(accused)
        if not reports:
            raise NotFound("There are no open reports about them.")
        if not take_over:
            refuse_looked_at(doer, reports, await lookers_of(reports))
        moderator = await Actor.get_or_none(uri=doer.uri)
        if moderator is None:
            raise Conflict("Only somebody with an account can look at reports for themselves.")
        await Report.filter(id__in=[each.id for each in reports]).update(claimed_by_id=moderator.id, claimed_at=now())


async def let_go_of_reports(doer: Doer, accused: Actor) -> None:
    """Whoever likes can look at the open reports about `accused`."""
    require(doer, Permission.MODERATE)
    mine = Report.filter(accused_id=accused.id, state="open", claimed_by__uri=doer.uri)
    keys = await mine.values_list("id", flat=True)
    if keys:
        await Report.filter(id__in=list(keys)).update(claimed_by_id=None, claimed_at=None)


async def refuse_unjudgeable(doer: Doer, accused: Actor) -> Account | None:
    """The account of `accused`, if they have one here. Raises Forbidden for oneself, and for people of one's rank."""
    refuse(doer.uri != accused.uri, N_("Somebody else has to decide about you."))
    account = await Account.get_or_none(actor_id=accused.id)
    if account is not None:
        account.actor = accused
        allowed = may_judge(doer.role, subject=Role(account.role))
        refuse(allowed, N_("You can only decide about people with fewer rights."))
    return account


def refuse_looked_at(doer: Doer, reports: Collection[Report], names: Mapping[int, Actor]) -> None:
    """Raise Conflict while somebody else than `doer` looks at one of `reports`."""
    for each in reports:
        claimed = names.get(each.claimed_by_id or 0)
        if claimed is None or claimed.uri == doer.uri or each.claimed_at is None:
            continue
        if each.claimed_at > now() - LOOKED_AT_FOR:
            raise Conflict("%(who)s is looking at this.", blanks={"who": claimed.name or claimed.handle})


async def open_reports_about(accused: Actor) -> list[Report]:
    """The open reports about `accused`, locked until the end of the transaction, up to MAX_REPORTS."""
    waiting = Report.filter(accused_id=accused.id, state="open").order_by("id").limit(MAX_REPORTS)
    return await waiting.select_for_update()


async def lookers_of(reports: Collection[Report]) -> dict[int, Actor]:
    """Who looks at `reports`, by their row."""
    keys = {each.claimed_by_id for each in reports if each.claimed_by_id is not None}
    return {actor.id: actor for actor in await Actor.filter(id__in=list(keys))} if keys else {}
