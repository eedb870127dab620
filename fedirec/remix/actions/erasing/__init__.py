"""Erasing: whoever leaves is forgotten, and what others built on what they made stays true.

One job for each person, step by step, each step in transactions of its own that change nothing when they are done
again: whoever is killed in between goes on where they were. From the first step on nobody is shown anything any more.
What stays and why: docs/decisions/0015-erasure.md.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from anyio import to_thread

from fedirec.accounts.actions.farewells import is_suspended_for_good
from fedirec.accounts.archives import archive_file
from fedirec.accounts.models import Archive, Farewell
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db.search import forget_removed_words
from fedirec.lanes import Done, Job, Outcome
from fedirec.media.cache import MediaCache
from fedirec.media.store import Store
from fedirec.remix.actions.erasing.members import (
    begin_erasure,
    end_erasure,
    forget_account,
    forget_files,
    forget_keys,
    forget_sayings,
)
from fedirec.remix.actions.erasing.names import SOMEBODY, forget_mentions, forget_name, forget_snapshots
from fedirec.remix.actions.erasing.strangers import forget_remote, forget_talk
from fedirec.remix.actions.erasing.works import forget_challenges, forget_copy, forget_works

__all__ = ["SOMEBODY", "Eraser", "forget_keys"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Eraser:
    """Where files are that have to go."""

    store: Store
    cache: MediaCache
    archives: Path
    further: Sequence[Callable[[Actor], Awaitable[None]]] = ()
    """What packages above this one forget of somebody."""
    naming: Sequence[Callable[[Actor, bool], Awaitable[None]]] = ()
    """What they forget that depends on whether somebody keeps their name."""

    async def erase(self, job: Job) -> Outcome:
        """Whom the job names is erased; nothing happens when they stayed, or came back."""
        actor = await Actor.get_or_none(id=int(str(job.payload["actor"])))
        if actor is None:
            return Done()
        for step in await self.steps(actor, without_name=bool(job.payload.get("without_name"))):
            await step()
        return Done()

    async def steps(self, actor: Actor, *, without_name: bool = False) -> Sequence[Callable[[], Awaitable[None]]]:
        """What has to be done until `actor` is erased, in this order; nothing when they are not to be.

        Somebody of another instance is credited `without_name` where they said so; ours chose it themselves.
        """
        if not actor.is_local:
            if actor.state != "deleted" and not is_suspended_for_good(actor):
                return ()
            return (
                partial(forget_talk, actor),
                partial(forget_works, actor, self.cache),
                partial(forget_copy, actor, self.cache),
                *(partial(forget, actor) for forget in self.further),
                *(partial(forget, actor, not without_name) for forget in self.naming),
                partial(forget_remote, actor, self.cache),
                *((partial(forget_name, actor),) if without_name else ()),
                forget_removed_words,
            )
        farewell = await Farewell.get_or_none(actor_id=actor.id)
        if farewell is None or farewell.done_at is not None or farewell.due_at > now():
            return ()
        return (
            partial(begin_erasure, actor, farewell),
            partial(forget_sayings, actor),
            partial(forget_works, actor, self.cache),
            partial(forget_challenges, actor),
            *(partial(forget, actor) for forget in self.further),
            *(partial(forget, actor, farewell.keeps_name) for forget in self.naming),
            partial(forget_snapshots, actor, keeps_name=farewell.keeps_name),
            partial(self._forget_archive, actor),
            *(() if farewell.keeps_name else (partial(forget_mentions, actor),)),
            partial(forget_account, actor, keeps_name=farewell.keeps_name),
            forget_removed_words,
            partial(forget_files, actor, self.store),
            partial(end_erasure, actor, farewell),
        )

    async def _forget_archive(self, actor: Actor) -> None:
        for archive in await Archive.filter(account__actor_id=actor.id):
            path = archive_file(self.archives, archive)
            await to_thread.run_sync(lambda file: file.unlink(missing_ok=True), path)
