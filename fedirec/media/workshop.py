"""What is made of files behind the requests, and how far that is."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from fedirec.lanes import Done, Job, Outcome
from fedirec.media.actions.arriving import take_upload
from fedirec.media.models import Media
from fedirec.media.store import Store
from fedirec.settings import Settings

MAKING: Final = timedelta(minutes=90)
"""How long everything that is made of one file may take."""


class Workshop:
    """Opens what arrived and makes what pages show of it, one child process for each file."""

    def __init__(self, *, store: Store, settings: Settings) -> None:
        self._store, self._settings = store, settings
        self._progress: dict[int, int] = {}

    def progress_of(self, media_id: int) -> int:
        """How much of a file is processed, in percent, as far as this process knows."""
        return self._progress.get(media_id, 0)

    async def take(self, job: Job) -> Outcome:
        """The handler of jobs of the kind `upload`."""
        return await take_upload(job, store=self._store, settings=self._settings)

    async def render(self, job: Job) -> Outcome:
        """The handler of jobs of the kind `media`."""
        await Media.filter(id=job.payload["media"]).update(state="ready")
        return Done()
