"""How a challenge gets from one state to the next."""

from __future__ import annotations

from typing import Any

from fedirec.errors import Conflict
from fedirec.remix.models import Challenge
from fedirec.remix.submissions import ChallengeEvent, advance_challenge
from fedirec.web.language import gettext as _


async def go_on(challenge: Challenge, event: ChallengeEvent, **columns: Any) -> None:
    """`event` has happened to `challenge`, whose row says `columns` too; part of the caller's transaction.

    Raises Conflict when it cannot happen, also because somebody else was quicker.
    """
    after = advance_challenge(challenge.state, event)
    changed = await Challenge.filter(id=challenge.id, state=challenge.state).update(state=after.value, **columns)
    if not changed:
        raise Conflict(_("Somebody else has just changed that. Please look again."))
    challenge.update_from_dict({"state": after.value, **columns})
