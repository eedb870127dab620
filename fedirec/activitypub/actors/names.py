"""People are found by their names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fedirec.activitypub.models import Actor
from fedirec.db.search import make_findable


async def make_actor_findable(actor: Actor) -> None:
    """A person is found by their name and their handle. Part of the caller's transaction."""
    await make_findable_as(
        actor.id, {"type": actor.type, "name": actor.name, "handle": actor.handle, "host": actor.host}
    )


async def make_findable_as(key: int, columns: Mapping[str, Any]) -> None:
    """Whoever has the row `key` is found by the names in these `columns`, if they are a person."""
    if columns["type"] == "Person":
        await make_findable("actor", key, columns["name"], columns["handle"], columns["host"])
