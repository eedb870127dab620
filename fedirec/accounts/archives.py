"""The copies that members take along: where they are, and what the lists in them say."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fedirec.accounts.lists import ListKind
from fedirec.accounts.models import Account, Archive
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db.rows import fetch_tuples

FOLDER: Final = "archives"
"""In the data folder."""
MAX_LISTED: Final = 20_000
"""Lines of one list."""
_FOLLOWED: Final = """
    SELECT a.handle, a.host FROM follow f JOIN actor a ON a.id = f.target_id
     WHERE f.follower_id = ? AND a.state <> 'deleted' ORDER BY f.id LIMIT ?
"""
_KEPT_AWAY: Final = """
    SELECT a.handle, a.host FROM boundary b JOIN actor a ON a.id = b.other_id
     WHERE b.owner_id = ? AND b.kind = ? AND a.state <> 'deleted' ORDER BY b.id LIMIT ?
"""
_KEPT_HOSTS: Final = """
    SELECT host FROM boundary WHERE owner_id = ? AND kind = ? AND host IS NOT NULL ORDER BY id LIMIT ?
"""


def archive_file(folder: Path, archive: Archive) -> Path:
    """The file of `archive` in the `folder` for all of them."""
    return folder / f"{archive.key}.zip"


async def find_archive(account: Account) -> Archive | None:
    """The copy that `account` asked for, unless it is too old."""
    found = await Archive.get_or_none(account_id=account.id)
    return None if found is None or (found.expires_at is not None and found.expires_at <= now()) else found


async def names_in(kind: ListKind, owner: Actor) -> list[str]:
    """The handles, or the hosts, that stand in that list of `owner`."""
    if kind is ListKind.FOLLOWING:
        rows = await fetch_tuples(_FOLLOWED, owner.id, MAX_LISTED)
    elif kind in (ListKind.BLOCKS, ListKind.MUTES):
        rows = await fetch_tuples(_KEPT_AWAY, owner.id, _distance(kind), MAX_LISTED)
    else:
        return [host for (host,) in await fetch_tuples(_KEPT_HOSTS, owner.id, _distance(kind), MAX_LISTED)]
    return [f"{handle}@{host}" for handle, host in rows]


def _distance(kind: ListKind) -> str:
    return "mute" if kind in (ListKind.MUTES, ListKind.MUTED_HOSTS) else "block"
