"""Editors point at a record, a challenge or a project, in their own words."""

from __future__ import annotations

from typing import Final

from fedirec.accounts.actions.audit import audit
from fedirec.accounts.permissions import Permission, require
from fedirec.accounts.viewer import Viewer
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Conflict, Invalid, NotFound
from fedirec.remix.models import Pick, Record
from fedirec.remix.queries.picks import can_be_picked

MAX_WORDS: Final = 500
"""Characters."""


async def pick(viewer: Viewer, thing: Record | Actor, *, words: str) -> Pick:
    """`viewer` points everybody at `thing`, a record or the Group of a challenge or project.

    Raises Forbidden; Invalid for words that are missing or too many; Conflict for what is not for everybody, is by
    somebody who is limited or hidden, or is picked already.
    """
    require(viewer, Permission.PICK)
    words = words.strip()
    if not words:
        raise Invalid("Say in your own words why.", field="words")
    if len(words) > MAX_WORDS:
        raise Invalid("Please keep it under %(n)s characters.", field="words", blanks={"n": MAX_WORDS})
    record_id = thing.id if isinstance(thing, Record) else None
    group_id = None if isinstance(thing, Record) else thing.id
    async with transaction():
        await Actor.filter(id=viewer.actor.id).select_for_update().get()
        if not await can_be_picked(record_id=record_id, group_id=group_id):
            raise Conflict("That cannot be picked: not everybody may see it.")
        if await Pick.exists(record_id=record_id, group_id=group_id, ended_at=None):
            raise Conflict("That is picked already.")
        made = await Pick.create(editor_id=viewer.actor.id, record_id=record_id, group_id=group_id, words=words)
        await audit(viewer, "pick", thing.uri, words=words)
    return made


async def end_pick(viewer: Viewer, key: int) -> None:
    """Nobody is pointed at it any more. Raises Forbidden, NotFound for none that holds."""
    require(viewer, Permission.PICK)
    async with transaction():
        found = await Pick.filter(id=key, ended_at=None).select_for_update().first()
        if found is None:
            raise NotFound("There is no such pick.")
        found.ended_at = now()
        await found.save(update_fields=["ended_at"])
        thing = await Record.get_or_none(id=found.record_id) if found.record_id else None
        about = thing or await Actor.get_or_none(id=found.group_id)
        await audit(viewer, "end_pick", about.uri if about else "")
