"""What nobody uses is gone in time, bytes and rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from anyio import to_thread
from tortoise.expressions import Q

from fedirec.clock import now
from fedirec.media.models import Media, Upload
from fedirec.media.queries import paths_of, used_paths
from fedirec.media.store import Store

_AT_ONCE: Final = 100


async def prune_unattached(store: Store, *, older_than: timedelta) -> int:
    """Files that nothing was made of in the time `older_than`, and that no draft waits for, are gone; how many."""
    pruned = 0
    unwanted = Q(waits_until=None) | Q(waits_until__lte=now())
    while (
        old := await Media.filter(unwanted, attached_at=None, created_at__lt=now() - older_than)
        .order_by("id")
        .limit(_AT_ONCE)
    ):
        async with store.holding():
            # Between reading and deleting somebody may have attached one of them.
            paths = await paths_of(old)
            pruned += await Media.filter(id__in=[media.id for media in old], attached_at=None).delete()
            await forget_paths(store, paths)
    return pruned


async def prune_uploads(store: Store) -> int:
    """Files that stopped arriving long ago are gone, and what is known of those that arrived; how many they were."""
    pruned = 0
    while old := await Upload.filter(expires_at__lte=now()).order_by("id").limit(_AT_ONCE):
        pruned += await Upload.filter(id__in=[upload.id for upload in old], expires_at__lte=now()).delete()
    keys = await to_thread.run_sync(lambda: [part.name for part in store.arriving.iterdir()])
    for start in range(0, len(keys), _AT_ONCE):
        # The bytes are made after the row, so a part without one belongs to nobody.
        known = await Upload.filter(key__in=keys[start : start + _AT_ONCE]).values_list("key", flat=True)
        for key in set(keys[start : start + _AT_ONCE]) - set(map(str, known)):
            await to_thread.run_sync(lambda path: path.unlink(missing_ok=True), store.arriving / key)
    return pruned


async def prune_orphans(store: Store) -> int:
    """Bytes that no row speaks of, because a process was killed between the two, are gone; how many files."""
    orphans: list[str] = []
    batch: list[str] = []
    async for path in store.paths():
        batch.append(path)
        if len(batch) == _AT_ONCE:
            orphans += set(batch) - await used_paths(batch)
            batch.clear()
    orphans += set(batch) - await used_paths(batch)
    # Whoever was keeping a file just then has its row by now, and forget_paths looks again.
    for start in range(0, len(orphans), _AT_ONCE):
        async with store.holding():
            await forget_paths(store, orphans[start : start + _AT_ONCE])
    return len(orphans)


async def forget_paths(store: Store, paths: Sequence[str | None]) -> None:
    """Those of `paths` that no row speaks of are gone from the store. Called within `store.holding`."""
    given = {path for path in paths if path}
    for path in given - await used_paths(given):
        await store.delete(path)
