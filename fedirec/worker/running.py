"""Running jobs and chores until somebody says stop, as far as the clock can be trusted."""

from __future__ import annotations

import asyncio
import logging
import math
from datetime import timedelta
from pathlib import Path
from typing import Final

from fedirec.accounts.actions.letters import Post
from fedirec.clock import Jumps, monotonic
from fedirec.db.outages import is_outage
from fedirec.lanes import Runner
from fedirec.media.cache import MediaCache
from fedirec.media.store import Store
from fedirec.payouts.actions.submitting import Cashier
from fedirec.payouts.keys import Vault
from fedirec.worker.chores import Chore, chores

log = logging.getLogger(__name__)

CALM: Final = timedelta(hours=1)
"""How long after a jump of the clock nothing is done that cannot be undone."""


class Calm:
    """Whether the clock can be trusted with what cannot be undone: closing, forgetting, throwing away.

    Whoever runs an instance has an hour to put a clock right that jumped.
    """

    def __init__(self) -> None:
        self._jumps = Jumps()
        self._until = -math.inf

    def has_come(self) -> bool:
        """Whether the clock did not jump within the last hour."""
        if jump := self._jumps.find():
            whole = timedelta(seconds=round(jump.total_seconds()))
            log.error("the clock of this machine jumped by %s; nothing is closed or thrown away for an hour", whole)
            self._until = monotonic() + CALM.total_seconds()
        return monotonic() >= self._until


async def work(
    runner: Runner,
    store: Store,
    cache: MediaCache,
    stop: asyncio.Event,
    *,
    archives: Path,
    post: Post,
    vault: Vault,
    cashier: Cashier,
) -> None:
    """Run jobs and chores until `stop`."""
    calm = Calm()
    rounds = [
        asyncio.create_task(again_and_again(chore, calm, stop))
        for chore in chores(store, cache, archives=archives, post=post, vault=vault, cashier=cashier)
    ]
    try:
        await runner.run(stop)
    finally:
        for task in rounds:
            task.cancel()
        await asyncio.gather(*rounds, return_exceptions=True)


async def again_and_again(chore: Chore, calm: Calm, stop: asyncio.Event) -> None:
    """`chore` is done as often as it comes round, until `stop`, as far as the clock can be trusted with it."""
    while not stop.is_set():
        try:
            if calm.has_come() or chore.is_harmless:
                await chore.do()
        except Exception as error:
            if is_outage(error):
                log.error("could not %s: the database does not answer: %s", chore.name, error)  # noqa: TRY400
            else:
                log.exception("could not %s", chore.name)
        await asyncio.sleep(chore.every.total_seconds())
