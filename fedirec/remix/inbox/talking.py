"""Whoever passes on what others did, and how much of it is listened to."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from fedirec.activitypub.follows import is_followed_here
from fedirec.activitypub.models import Actor, Received
from fedirec.clock import now
from fedirec.errors import Unsupported
from fedirec.remix.actions.passing_on import MAX_PASSED_ON

MAX_TOLD_OF: Final = 2 * MAX_PASSED_ON
"""Activities of one actor within an hour beyond which we ask nobody for what they tell us of."""


async def refuse_talkative(sender: Actor) -> None:
    """Raise Unsupported when `sender` told us of so much within the last hour that we would pester others by asking
    for more of it.
    """
    # Those that are handled together with this one wait, as far as their rows say.
    newest = Received.filter(sender_id=sender.id).exclude(state="refused").order_by("-id")
    found = await newest.offset(MAX_TOLD_OF).limit(1).values("received_at")
    if found and found[0]["received_at"] > now() - timedelta(hours=1):
        raise Unsupported("that are too many things in one hour")


async def refuse_ungrouped(sender: Actor) -> None:
    """Raise Unsupported for what is no group that somebody here follows, and for one that says too much."""
    if sender.type != "Group" or not await is_followed_here(sender):
        raise Unsupported("nobody here follows that group")
    await refuse_talkative(sender)
