"""This instance, as it knows itself."""

from __future__ import annotations

from typing import Final

from fedirec.activitypub.models import Actor, Instance
from fedirec.clock import monotonic
from fedirec.db import fetch_rows
from fedirec.errors import Misconfigured, NotFound
from fedirec.uris import Uris

KEPT_SECONDS: Final = 1.0


class Site:
    """The origin and the self-description of this instance; the origin comes to be at setup and never changes."""

    def __init__(self) -> None:
        self.instance: Instance | None = None
        """Name, rules and who may join; None before anybody has begun to set it up."""
        self._actor_id: int | None = None
        self._asked_at = -KEPT_SECONDS
        self._demands_signatures = False

    async def load(self) -> None:
        """Afterwards this says what the database says."""
        self.instance = await Instance.all().order_by("id").first()
        self._asked_at = -KEPT_SECONDS
        if self.is_set_up:
            actor = await Actor.get_or_none(uri=self.uris.instance_actor)
            self._actor_id = actor.id if actor else None

    @property
    def is_set_up(self) -> bool:
        return self.instance is not None and self.instance.set_up_at is not None

    @property
    def origin(self) -> str:
        """Scheme and host of this instance; empty before setup."""
        return (self.instance.origin or "") if self.instance and self.is_set_up else ""

    @property
    def uris(self) -> Uris:
        """Raises NotFound before setup."""
        if not self.origin:
            raise NotFound("this instance is not set up yet")
        return Uris(self.origin)

    @property
    def actor_id(self) -> int:
        """The row of the instance's own actor, which signs what nobody in particular asks for."""
        if self._actor_id is None:
            raise Misconfigured("the instance's own actor is missing")
        return self._actor_id

    async def demands_signatures(self) -> bool:
        """Whether programs are shown even what is public only when they say who they are (secure mode).

        What another process decides is seen KEPT_SECONDS later.
        """
        if monotonic() - self._asked_at >= KEPT_SECONDS:
            self._asked_at = monotonic()
            rows = await fetch_rows("SELECT demands_signatures FROM instance ORDER BY id LIMIT 1")
            self._demands_signatures = bool(rows and rows[0]["demands_signatures"])
        return self._demands_signatures

    def is_ours(self, uri: str) -> bool:
        """Whether `uri` is of this instance; nothing is before setup."""
        return self.is_set_up and self.uris.is_ours(uri)
