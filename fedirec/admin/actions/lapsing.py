"""Who was suspended a month ago, and did not come back, is erased."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from fedirec.accounts.actions.farewells import SUSPENSION_LASTS, erasure_of, plan_farewell
from fedirec.accounts.models import Account, Farewell
from fedirec.accounts.permissions import Operator
from fedirec.accounts.queries import SUSPENDED, get_instance
from fedirec.activitypub.models import Actor, Instance
from fedirec.admin.models import Appeal
from fedirec.clock import now
from fedirec.lanes import enqueue
from fedirec.uris import Uris

AT_ONCE: Final = 50


async def erase_long_suspended() -> int:
    """Whoever was suspended longer ago than SUSPENSION_LASTS is being erased; returns how many began to be.

    Nobody is whose appeal waits for an answer. They stay credited by their name where others built on what they made.
    Of people of other instances, who stay suspended, goes what is kept here, and what comes anew in spite of all.
    """
    if not await Instance.exists(origin__not_isnull=True):
        return 0
    doer = Operator(Uris((await get_instance()).origin or "").instance_actor)
    waiting = await Appeal.filter(state="waiting").values_list("decision__about_id", flat=True)
    leaving = await Farewell.all().values_list("actor_id", flat=True)
    long_ago = now() - SUSPENSION_LASTS
    lapsed = Account.filter(
        state=SUSPENDED, actor__is_local=True, actor__state="suspended", actor__suspended_at__lt=long_ago
    )
    rows = await lapsed.exclude(actor_id__in=[*waiting, *leaving]).order_by("id").limit(AT_ONCE)
    for account in rows:
        await plan_farewell(doer, account, keeps_name=True, wait=timedelta(0))
    theirs = Actor.filter(is_local=False, state="suspended", suspended_at__lt=long_ago, document__not_isnull=True)
    strangers = await theirs.exclude(id__in=waiting).order_by("id").limit(AT_ONCE)
    await enqueue([erasure_of(actor) for actor in strangers])
    return len(rows) + len(strangers)
