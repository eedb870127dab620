"""Copies of other instances' files make room: whoever looks at them again has them fetched again."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from fedirec.clock import now
from fedirec.media.models import RemoteMedia
from fedirec.media.store import Store

_AT_ONCE: Final = 100


async def let_copies_go(store: Store, *, unused_for: timedelta) -> int:
    """Copies that nobody looked at for so long are gone; how many they were.

    The bytes go before the rows: on a full disk nothing could be written first. Whoever is cut off does it again.
    """
    until = now() - unused_for
    gone = 0
    while True:
        async with store.holding():
            copies = await RemoteMedia.filter(path__not_isnull=True, used_at__lte=until).order_by("id").limit(_AT_ONCE)
            if not copies:
                return gone
            paths = {path for copy in copies for path in (copy.path, copy.small_path, copy.medium_path) if path}
            for path in paths:
                await store.delete(path)
            # Files of one content share one path: whoever else has a copy of it has lost it too.
            gone += await RemoteMedia.filter(path__in=[copy.path for copy in copies]).delete()
