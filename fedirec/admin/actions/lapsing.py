"""Who was suspended a month ago, and did not come back, is erased."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from fedirec.accounts.actions.farewells import plan_farewell
from fedirec.accounts.models import Account, Farewell
from fedirec.accounts.permissions import Operator
from fedirec.accounts.queries import SUSPENDED, get_instance
from fedirec.activitypub.models import Instance
from fedirec.admin.models import Appeal
from fedirec.clock import now
from fedirec.uris import Uris

KEPT_FOR: Final = timedelta(days=30)
"""How long a suspension can be taken back."""
AT_ONCE: Final = 50


async def erase_long_suspended() -> int:
    """Members who were suspended longer ago than KEPT_FOR are being erased; returns how many began to be.

    Nobody is whose appeal waits for an answer. They stay credited by their name where others built on what they made.
    """
    if not await Instance.exists(origin__not_isnull=True):
        return 0
    doer = Operator(Uris((await get_instance()).origin or "").instance_actor)
    waiting = await Appeal.filter(state="waiting").values_list("decision__about_id", flat=True)
    leaving = await Farewell.all().values_list("actor_id", flat=True)
    lapsed = Account.filter(state=SUSPENDED, actor__state="suspended", actor__suspended_at__lt=now() - KEPT_FOR)
    rows = await lapsed.exclude(actor_id__in=[*waiting, *leaving]).order_by("id").limit(AT_ONCE)
    for account in rows:
        await plan_farewell(doer, account, keeps_name=True, wait=timedelta(0))
    return len(rows)
