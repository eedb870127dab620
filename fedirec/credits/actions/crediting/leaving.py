"""What becomes of the credits of somebody who leaves for good."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.credits.lines import ROLE_STATES, CreditState
from fedirec.credits.models import ProductionCredit
from fedirec.db import transaction
from fedirec.lanes import enqueue
from fedirec.projects.actions.productions.crediting import asking_for_credits
from fedirec.projects.models import RoleLine

_AT_ONCE: Final = 1_000
_LATER: Final = timedelta(minutes=10)


async def forget_credits(actor: Actor, keeps_name: bool) -> None:
    """What `actor` said of their credits is gone, and so is their name where they do not leave it; that they had their
    part stays, for they are paid for it. What productions elsewhere said of them to us is gone.
    """
    async with transaction():
        # A copy says what its home says: it is asked there again by whoever needs it.
        await ProductionCredit.filter(actor_id=actor.id, uri__not_isnull=True).delete()
        own = ProductionCredit.filter(actor_id=actor.id, uri=None)
        await own.update(reason="")
        if not keeps_name:
            await own.exclude(state=CreditState.DECLINED.value).update(
                name="", state=CreditState.PSEUDONYMISED.value, state_at=now()
            )
            await own.filter(state=CreditState.DECLINED.value).update(name="")
            roles = RoleLine.filter(actor_id=actor.id)
            await roles.update(name="")
            await roles.exclude(state=ROLE_STATES[CreditState.DECLINED]).update(
                state=ROLE_STATES[CreditState.PSEUDONYMISED]
            )
        rows = await own.distinct().limit(_AT_ONCE).values_list("production_id", flat=True)
        # By then they are called what those are called who left.
        due = now() + _LATER
        await enqueue([asking_for_credits(int(str(row)), due_at=due) for row in rows])
