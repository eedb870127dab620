"""What we do when other instances tell our moderators something."""

from __future__ import annotations

from fedirec.activitypub.handlers import Handlers
from fedirec.activitypub.models import Actor
from fedirec.activitypub.vocab import Flag, Ref
from fedirec.admin.actions.reporting import take_flag

handlers = Handlers()


async def _claims_something(_sender: Actor, flag: Flag) -> bool:
    """Whether it is about the trail of a record, and no report."""
    return flag.claim is not None


@handlers.on(Flag, Ref, vouched=_claims_something)
async def flagged(sender: Actor, flag: Flag) -> None:
    """Something of ours is reported by those who run another instance, or by somebody there."""
    await take_flag(sender, flag)
