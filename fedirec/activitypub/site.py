"""This instance, as it knows itself."""

from __future__ import annotations

from fedirec.activitypub.models import Actor, Instance
from fedirec.errors import Misconfigured, NotFound
from fedirec.uris import Uris


class Site:
    """The origin and the self-description of this instance; the origin comes to be at setup and never changes."""

    def __init__(self) -> None:
        self._instance: Instance | None = None
        self._actor_id: int | None = None

    async def load(self) -> None:
        """Afterwards this says what the database says."""
        self._instance = await Instance.all().order_by("id").first()
        if self.is_set_up:
            actor = await Actor.get_or_none(uri=self.uris.instance_actor)
            self._actor_id = actor.id if actor else None

    @property
    def is_set_up(self) -> bool:
        return self._instance is not None and self._instance.set_up_at is not None

    @property
    def instance(self) -> Instance:
        """Name, rules and who may join; raises NotFound before setup."""
        if self._instance is None:
            raise NotFound("this instance is not set up yet")
        return self._instance

    @property
    def origin(self) -> str:
        if self._instance is None or self._instance.origin is None:
            raise NotFound("this instance is not set up yet")
        return self._instance.origin

    @property
    def uris(self) -> Uris:
        return Uris(self.origin)

    @property
    def actor_id(self) -> int:
        """The row of the instance's own actor, which signs what nobody in particular asks for."""
        if self._actor_id is None:
            raise Misconfigured("the instance's own actor is missing")
        return self._actor_id

    def is_ours(self, uri: str) -> bool:
        """Whether `uri` is of this instance; nothing is before setup."""
        return self.is_set_up and self.uris.is_ours(uri)
