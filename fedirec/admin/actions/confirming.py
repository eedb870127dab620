"""Somebody elsewhere has other keys than before, and a moderator has found out that it is still them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Final

from fedirec.accounts.actions.audit import audit
from fedirec.accounts.permissions import Doer, Permission, require
from fedirec.activitypub.actors.keys import add_to_history
from fedirec.activitypub.actors.vouching import (
    SeenKey,
    changed_since,
    hear_again,
    history_of,
    present_keys,
    vouching_keys,
)
from fedirec.activitypub.models import Actor
from fedirec.activitypub.outbox import ask_again
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Conflict, Invalid

MAX_REASON: Final = 500


async def confirm_keys(doer: Doer, person: Actor, *, reason: str, seen: Collection[str] | None = None) -> None:
    """The keys that `person`, who lives elsewhere, has now are theirs, and those that they had before are not any more.

    What was refused because of that has its effect. `seen` are the fingerprints that the moderator compared. Raises
    Invalid without a `reason`, Conflict when nothing is to be confirmed or there are other keys than those.
    """
    require(doer, Permission.MODERATE)
    reason = reason.strip()
    if not reason:
        raise Invalid("Please write how you know that it is them.", field="why")
    if len(reason) > MAX_REASON:
        raise Invalid("Please keep it under %(n)s characters.", field="why", blanks={"n": MAX_REASON})
    async with transaction():
        fresh = await Actor.filter(id=person.id).select_for_update().get()
        history = await history_of(fresh.id)
        present = present_keys(history)
        if fresh.is_local or changed_since(history) is None or not present:
            raise Conflict("There is no new key of theirs to be confirmed.")
        if seen is not None and set(seen) != {key.fingerprint for key in present.values()}:
            raise Conflict("Their keys have changed since you looked. Please compare them again.")
        moment = now()
        rows = [replace(key, is_vouched=True, seen_at=moment) for key in present.values() if not key.is_vouched]
        rows += [
            SeenKey(key_id=name, kind=key.kind, fingerprint="", is_vouched=True, seen_at=moment)
            for name, key in vouching_keys(history).items()
            if name not in present
        ]
        await add_to_history(fresh.id, rows)
        await hear_again(fresh.id)
        fresh.fetched_at = None
        await fresh.save(update_fields=["fetched_at"])
        await ask_again([fresh])  # who they are is what they say again
        await audit(doer, "confirm_keys", fresh.uri, reason=reason, keys=[key.fingerprint for key in present.values()])
