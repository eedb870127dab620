"""Whoever is invited to write a record agrees or not, and lays the pen down again."""

from __future__ import annotations

from typing import Final

from tortoise.expressions import Q

from fedirec.accounts.notices import Notice
from fedirec.activitypub.models import Actor
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.vocab import Accept, Ref, Reject
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Conflict, Forbidden
from fedirec.remix.actions.pens.giving import is_fit, locked, tell_about
from fedirec.remix.models import Pen, Record
from fedirec.web.language import gettext as _


async def accept_pen(holder: Actor, pen: Pen) -> None:
    """`holder` writes the record with its author from now on.

    Raises Forbidden for the invitation of another, and Conflict when it does not stand any more.
    """
    owner = await Actor.get(id=pen.owner_id)
    if not await is_fit(owner, holder):
        raise Conflict(_("That invitation does not stand any more."))
    if await Record.filter(uri=pen.record_uri).exclude(Q(author_id=pen.owner_id, deleted_at=None)).exists():
        raise Conflict(_("That invitation does not stand any more."))
    await _answer(holder, pen, owner, before=("invited",), state="held")


async def decline_pen(holder: Actor, pen: Pen) -> None:
    """`holder` does not write with the author. Raises Forbidden for another's invitation, Conflict when answered."""
    await _answer(holder, pen, await Actor.get(id=pen.owner_id), before=("invited",), state="declined")


async def lay_down_pen(holder: Actor, pen: Pen) -> None:
    """`holder` writes no more; what they wrote stays, with their name. Raises Forbidden and Conflict."""
    await _answer(holder, pen, await Actor.get(id=pen.owner_id), before=("held",), state="laid_down")


async def _answer(holder: Actor, pen: Pen, owner: Actor, *, before: tuple[str, ...], state: str) -> None:
    async with transaction():
        fresh = await locked(pen)
        if fresh.holder_id != holder.id:
            raise Forbidden(_("Only whoever is invited answers that."))
        if fresh.state == "taken_back":
            raise Conflict(_("The author took that back."))
        if fresh.state not in before:
            raise Conflict(_("That was answered already."))
        fresh.state, fresh.decided_at = state, now()
        await fresh.save(update_fields=["state", "decided_at"])
        if owner.is_local:
            await tell_about(fresh, NOTICES[state], holder, owner)
        elif fresh.uri:
            # Who rejects later what they accepted lays it down, as with follows.
            answer = (Accept if state == "held" else Reject)(
                id=new_activity_uri(holder), actor=holder.uri, object=Ref(fresh.uri), to=(owner.uri,)
            )
            await publish(holder, answer, to=[owner])


NOTICES: Final = {"held": Notice.PEN_ACCEPTED, "declined": Notice.PEN_DECLINED, "laid_down": Notice.PEN_LAID_DOWN}
"""What the author hears of each answer."""
