"""What is made of files behind the requests, and how far that is.

The file itself is kept and travels before any of this happens; what is made here is only for our own pages. So it may
fail, and the file stays what it is.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

import structlog
from anyio import to_thread

from fedirec.db import transaction
from fedirec.errors import Busy, NotFound
from fedirec.lanes import Done, Job, Outcome
from fedirec.media.actions.arriving import take_upload
from fedirec.media.answers import Rendered
from fedirec.media.confine import render
from fedirec.media.content import path_of
from fedirec.media.decoder.kinds import Refused
from fedirec.media.likeness import print_file, share_prints
from fedirec.media.models import Media, Rendition
from fedirec.media.refusals import noted
from fedirec.media.store import Store
from fedirec.settings import Settings

log = structlog.stdlib.get_logger(__name__)

MAKING: Final = timedelta(minutes=90)
"""How long everything that is made of one file may take."""
_TRIES: Final = 3
_STEP: Final = 10
"""Percent between two notes in the database."""


class Workshop:
    """Opens what arrived and makes what pages show of it, one child process for each file."""

    def __init__(self, *, store: Store, settings: Settings) -> None:
        self._store, self._settings = store, settings
        self._progress: dict[int, int] = {}

    def progress_of(self, media_id: int) -> int:
        """How much of a file is processed, in percent, as far as this process knows."""
        return self._progress.get(media_id, 0)

    async def take(self, job: Job) -> Outcome:
        """What arrived is opened and kept, or refused; the handler of jobs of the kind `upload`."""
        return await take_upload(job, store=self._store, settings=self._settings)

    async def render(self, job: Job) -> Outcome:
        """The renditions of a file are made, or it is noted why not; the handler of jobs of the kind `media`.

        A job that was killed is run again, and what it left in the store is written over.
        """
        media = await Media.get_or_none(id=job.payload["media"], state="processing")
        if media is None or await self._share(media):
            return Done()
        try:
            if job.crashes >= _TRIES:
                await self._fail(media, Refused("broken"))
                return Done()
            await self._make(media)
        except Refused as refused:
            await self._fail(media, refused)
        except NotFound:
            log.info("a file was gone before anything was made of it", media=media.id)
        except Busy:
            if job.attempts < _TRIES:
                raise
            await self._fail(media, Refused("full"))
        finally:
            self._progress.pop(media.id, None)
        await self._print(media)
        return Done()

    async def _print(self, media: Media) -> None:
        """What is left of a file when it is made small or written anew is kept; later where there is no room now."""
        try:
            await print_file(media, self._store)
        except (Busy, NotFound) as error:
            log.info("a file has no print yet", media=media.id, reason=str(error))

    async def _make(self, media: Media) -> None:
        async with self._store.workbench() as folder:
            source, poster = folder / "source", folder / "poster"
            await self._store.lend(media.path, to=source)
            if media.poster_path:
                await self._store.lend(media.poster_path, to=poster)
            rendered = await render(
                source,
                poster=poster if media.poster_path else None,
                folder=folder,
                progress=self._noting(media),
            )
            async with self._store.holding():
                await self._keep(media, rendered)

    async def _keep(self, media: Media, rendered: Rendered) -> None:
        """What was made is kept beside its file; called within `Store.holding`."""
        if not await Media.exists(id=media.id):
            return
        sha256 = bytes.fromhex(media.sha256)
        rows = []
        for made in rendered.renditions:
            size = (await to_thread.run_sync(made.path.stat)).st_size
            path = path_of(sha256, made.extension)
            await self._store.put(made.path, path=path)
            rows.append(
                Rendition(
                    media_id=media.id,
                    name=made.name,
                    media_type=made.media_type,
                    path=path,
                    size=size,
                    width=made.width,
                    height=made.height,
                    duration_ms=made.duration_ms,
                )
            )
        await self._finish(media, rows, peaks=rendered.peaks)

    async def _share(self, media: Media) -> bool:
        """Whether somebody gave the same file before: what was made of it serves for this one too."""
        async with self._store.holding():
            twin = await Media.filter(path=media.path, state="ready").exclude(id=media.id).order_by("id").first()
            made = await Rendition.filter(media_id=twin.id) if twin else []
            if twin is None or not (made or twin.peaks):
                return False
            rows = [
                Rendition(
                    media_id=media.id,
                    name=each.name,
                    media_type=each.media_type,
                    path=each.path,
                    size=each.size,
                    width=each.width,
                    height=each.height,
                    duration_ms=each.duration_ms,
                )
                for each in made
            ]
            await self._finish(media, rows, peaks=twin.peaks)
            await share_prints(media, twin)
        return True

    async def _finish(self, media: Media, rows: list[Rendition], *, peaks: list[int] | None) -> None:
        async with transaction():
            await Rendition.filter(media_id=media.id).delete()
            await Rendition.bulk_create(rows)
            media.state, media.problem, media.progress, media.peaks = "ready", None, None, peaks
            await media.save(update_fields=["state", "problem", "progress", "peaks"])

    async def _fail(self, media: Media, refused: Refused) -> None:
        log.info("nothing could be made of a file", media=media.id, reason=refused.reason)
        await Media.filter(id=media.id).update(state="failed", problem=noted(refused), progress=None)

    def _noting(self, media: Media) -> Callable[[int], Awaitable[None]]:
        written = 0

        async def note(percent: int) -> None:
            nonlocal written
            self._progress[media.id] = percent
            if percent - written >= _STEP:
                written = percent
                await Media.filter(id=media.id).update(progress=percent)

        return note
