"""Keys of people elsewhere that moderators have to compare."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fedirec.activitypub.actors.vouching import changed_since, history_of, present_keys, vouching_keys
from fedirec.activitypub.models import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedKeys:
    """The keys of somebody elsewhere whose keys changed without their saying so with one of those that we knew."""

    changed_at: datetime
    before: tuple[str, ...]
    """The fingerprints of those that we knew."""
    now: tuple[str, ...]


async def changed_keys_of(person: Actor) -> ChangedKeys | None:
    """The keys of `person`, when they are to be compared; None while all is well."""
    keys = await history_of(person.id)
    if (changed_at := changed_since(keys)) is None:
        return None
    return ChangedKeys(
        changed_at=changed_at,
        before=tuple(dict.fromkeys(key.fingerprint for key in vouching_keys(keys).values())),
        now=tuple(dict.fromkeys(key.fingerprint for key in present_keys(keys).values())),
    )
