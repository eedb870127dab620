"""Handling again what was refused or failed."""

from __future__ import annotations

from fedirec.accounts.actions.audit import audit
from fedirec.accounts.permissions import Doer, Permission, require
from fedirec.activitypub.journal import handling_of
from fedirec.activitypub.models import Actor, Received
from fedirec.activitypub.policies import stance_to
from fedirec.db import transaction
from fedirec.errors import Conflict, NotFound
from fedirec.lanes import enqueue
from fedirec.uris import host_of, origin_of


async def replay(doer: Doer, id_: int) -> None:
    """What was received under this number, and had no effect, will be handled as if it had just arrived: once.

    Raises NotFound, and Conflict when it had its effect, waits for it, or is of somebody whom we do not listen to.
    """
    require(doer, Permission.MANAGE_FEDERATION)
    async with transaction():
        row = await Received.get_or_none(id=id_)
        if row is None or not row.body:
            raise NotFound("There is no such activity; what is refused is kept for thirty days.")
        origin = origin_of(row.activity_uri)
        if (await stance_to(origin)).is_blocked:
            raise Conflict("%(host)s is blocked here; nothing of it is handled.", blanks={"host": host_of(origin)})
        if await Actor.exists(id=row.sender_id, state="suspended"):
            raise Conflict("Who sent that is suspended here.")
        taken = await Received.filter(id=id_, state__in=["refused", "failed"]).update(
            state="waiting", reason=None, handled_at=None
        )
        if not taken:
            raise Conflict("That was handled already, or is about to be.")
        await enqueue([handling_of(row.activity_uri)])
        await audit(doer, "replay_activity", row.activity_uri)
