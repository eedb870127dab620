"""How somebody is named who left: as they were, or as somebody who left."""

from __future__ import annotations

import re
from typing import Final

from fedirec.accounts.models import Identity, Person
from fedirec.activitypub.models import Actor
from fedirec.db import execute, fetch_rows, transaction
from fedirec.remix.models import (
    Snapshot,
)
from fedirec.translatable import N_

SOMEBODY: Final = N_("Somebody who left")
"""Who is credited where people do not want their name to stay."""


async def forget_snapshots(actor: Actor, *, keeps_name: bool) -> None:
    """What others remember of the works of `actor` has no words of theirs, and their name only where they wish it."""
    async with transaction():
        kept = Snapshot.filter(author_uri=actor.uri)
        if keeps_name:
            await kept.update(document={})
        else:
            await kept.update(document={}, author_name="", author_handle="")


async def forget_name(actor: Actor) -> None:
    """`actor`, of another instance, is named nowhere any more: in the trail stands somebody who left."""
    await forget_snapshots(actor, keeps_name=False)
    await forget_mentions(actor)
    async with transaction():
        await unname(actor)
        await actor.save(update_fields=["name", "handle"])


async def unname(actor: Actor) -> None:
    """`actor`, whom the caller saves, and the person who they are, are called somebody who left."""
    actor.name, actor.handle = SOMEBODY, f"left-{actor.id}"
    for identity in await Identity.filter(actor_id=actor.id):
        await Person.filter(id=identity.person_id).update(name=SOMEBODY)


async def forget_mentions(actor: Actor) -> None:
    """Where pages show that somebody else credits `actor`, or speaks to them, the link has another name."""
    link = f'href="{actor.uri}"'
    for table in ("record", "comment"):
        last = 0
        while rows := await fetch_rows(
            f"SELECT id, content FROM {table} WHERE id > ? AND content LIKE ? ORDER BY id LIMIT 100",  # noqa: S608
            last,
            f"%{link}%",
        ):
            async with transaction():
                for row in rows:
                    changed = _renamed(str(row["content"]), link)
                    await execute(f"UPDATE {table} SET content = ? WHERE id = ?", changed, row["id"])  # noqa: S608
            last = int(rows[-1]["id"])


def _renamed(content: str, link: str) -> str:
    """`content` with another name in each `link`; links hold no other elements than what shapes words."""
    return re.sub(rf"(<a\b[^>]*{re.escape(link)}[^>]*>).*?(</a>)", rf"\g<1>{SOMEBODY}\g<2>", content, flags=re.DOTALL)
