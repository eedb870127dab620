"""Whether it is surely the person who sits there: asked before anything that decides where money goes."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from fedirec.accounts.actions.passwords import prove_presence
from fedirec.accounts.actions.persons import lives_elsewhere
from fedirec.accounts.models import Session
from fedirec.accounts.permissions import Permission, require
from fedirec.accounts.viewer import Viewer
from fedirec.activitypub.actors.vouching import key_changed_at
from fedirec.clock import now
from fedirec.errors import Forbidden
from fedirec.translatable import N_
from fedirec.web.ratelimit import RateLimit

FRESH: Final = timedelta(minutes=15)
"""How long ago somebody may have signed in with their own server, who has no password here."""


async def prove_it_is_them(viewer: Viewer, present: str, *, attempts: RateLimit, only_stops: bool = False) -> None:
    """Whoever sits there knows their password, or has just signed in with their own server, in a browser.

    Raises Forbidden, also for those who have moved away and those whose server has keys that nobody vouches for, and
    TooMany. What `only_stops` pay an account can do that was left behind, too: perhaps it was taken away by a Move.
    """
    require(viewer, Permission.BE_PAID)
    refuse_programs(viewer)
    if viewer.actor.moved_to is not None:
        raise Forbidden("This account has moved. Please do that with the new one, or come back with this one first.")
    if not only_stops and await lives_elsewhere(viewer.actor):
        raise Forbidden(N_("This account has moved. Please say that from where you live now."))
    if viewer.account.password_hash:
        await prove_presence(viewer.account, present, attempts=attempts, field="present")
        return
    if await key_changed_at(viewer.actor.id) is not None:
        raise Forbidden("Your server has other keys for you than before. Please write to those who run this place.")
    if not await is_fresh(viewer):
        raise Forbidden("Please sign in with your own server once more, so that it is surely you.", field="present")


def refuse_programs(viewer: Viewer) -> None:
    """Raises Forbidden for what is signed in with a token, and not in a browser."""
    if viewer.session_id is None:
        raise Forbidden("Programs cannot do that. Please sign in with a browser.")


async def is_fresh(viewer: Viewer) -> bool:
    """Whether `viewer` signed in a moment ago."""
    return await Session.filter(id=viewer.session_id, created_at__gt=now() - FRESH).exists()
