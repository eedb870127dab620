"""How much of what somebody says, and passes on, is listened to."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from fedirec.activitypub.follows import is_followed_here
from fedirec.activitypub.models import Actor, Received
from fedirec.clock import now
from fedirec.db import fetch_rows
from fedirec.errors import Unsupported
from fedirec.remix.actions.passing_on import MAX_PASSED_ON
from fedirec.remix.actions.threads import MAX_AN_HOUR
from fedirec.remix.models import Record, RecordRevision
from fedirec.remix.vocab import PostObject, RecordObject

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


async def refuse_hasty(author: Actor, work: RecordObject | PostObject) -> None:
    """Raise Unsupported for one more version of `work` than MAX_AN_HOUR within the last hour, or one more work of a
    stranger: all of them are kept for good, and somebody is told.
    """
    hour_ago = now() - timedelta(hours=1)
    known = await fetch_rows("SELECT id FROM record WHERE uri = ?", work.id)
    if known:
        versions = RecordRevision.filter(record_id=known[0]["id"]).order_by("-number")
        found = await versions.offset(MAX_AN_HOUR - 1).limit(1).values("created_at")
        if found and found[0]["created_at"] > hour_ago:
            raise Unsupported("that are too many changes in one hour")
    elif not await is_followed_here(author):
        newest = Record.filter(author_id=author.id).order_by("-id")
        found = await newest.offset(MAX_AN_HOUR - 1).limit(1).values("fetched_at")
        if found and (found[0]["fetched_at"] or now()) > hour_ago:
            raise Unsupported("that are too many works in one hour")
