"""Asking for a copy of what is one's own, and bringing lists from elsewhere."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Final

from anyio import to_thread

from fedirec.accounts.actions.audit import HasUri, audit
from fedirec.accounts.archives import archive_file
from fedirec.accounts.lists import Brought, ListKind, read_list
from fedirec.accounts.models import Account, Archive
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Conflict, TooMany
from fedirec.lanes import Work, enqueue
from fedirec.lanes.models import Job
from fedirec.uris import new_key

KEPT: Final = timedelta(days=7)
"""How long a copy can be fetched."""
PAUSE: Final = timedelta(hours=1)
"""Between two copies."""
GIVEN_UP: Final = timedelta(days=1)
"""How long a copy may take to be made."""
BEHIND: Final = 5_000
"""Names that may wait to be looked up for one member."""


async def ask_for_archive(account: Account, *, doer: HasUri | None = None) -> Archive:
    """A copy of everything of `account` is being made, in place of an earlier one.

    Raises Conflict while one is being made, and within an hour of the last one.
    """
    async with transaction():
        known = await Archive.filter(account_id=account.id).select_for_update().first()
        if known is not None and known.state == "waiting" and known.created_at > now() - GIVEN_UP:
            raise Conflict("Your copy is being made already.")
        if known is not None and known.state == "ready" and known.created_at > now() - PAUSE:
            raise Conflict("Your last copy is less than an hour old.")
        if known is not None:
            await known.delete()
        made = await Archive.create(account_id=account.id, key=new_key())
        actor = await Actor.get(id=account.actor_id)
        await audit(doer or actor, "ask_for_archive", actor.uri)
        await enqueue(
            [
                Work(
                    kind="archive",
                    lane=f"archive:{account.id}",
                    payload={"archive": made.id},
                    dedupe_key=f"archive:{made.id}",
                )
            ]
        )
    return made


async def forget_archives(folder: Path) -> int:
    """Copies that were kept long enough are gone, and files that belong to no copy; how many files those were."""
    await Archive.filter(expires_at__lte=now()).delete()
    files = await to_thread.run_sync(lambda: list(folder.glob("*")) if folder.is_dir() else [])
    kept = {archive_file(folder, row) for row in await Archive.all().limit(100_000)}
    waiting = await Archive.filter(state="waiting", created_at__gt=now() - GIVEN_UP).exists()
    gone = [file for file in files if file not in kept and not (waiting and file.suffix == ".part")]
    for file in gone:
        await to_thread.run_sync(lambda path: path.unlink(missing_ok=True), file)
    return len(gone)


async def bring_list(account: Account, kind: ListKind, text: str) -> Brought:
    """Whom a list from elsewhere names will be followed, blocked or muted by `account`, one after the other.

    Raises Invalid for what is no such list, TooMany while much of earlier ones waits.
    """
    brought = read_list(text, kind)
    lane = f"brought:{account.id}"
    async with transaction():
        if await _waiting_in(lane) + len(brought.names) > BEHIND:
            raise TooMany("Much of what you brought is still being looked up. Please wait a little.")
        await enqueue(
            [
                Work(
                    kind="brought",
                    lane=lane,
                    payload={"account": account.id, "kind": kind.value, "name": name},
                    dedupe_key=f"brought:{account.id}:{kind.value}:{name.lower()}"[:300],
                )
                for name in brought.names
            ]
        )
        actor = await Actor.get(id=account.actor_id)
        await audit(actor, "bring_list", actor.uri, kind=kind.value)
    return brought


async def _waiting_in(lane: str) -> int:
    return await Job.filter(lane=lane, dead_at=None).count()
