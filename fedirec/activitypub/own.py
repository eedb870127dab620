"""This instance's own actor, which people and instances everywhere can follow once it has something to say."""

from __future__ import annotations

from fedirec.activitypub.models import Actor, Instance
from fedirec.errors import Conflict
from fedirec.uris import Uris


async def own_actor() -> Actor:
    """The Application that speaks for this instance as a whole. Raises Conflict before it is set up."""
    instance = await Instance.all().order_by("id").first()
    address = Uris(instance.origin).instance_actor if instance and instance.origin else None
    actor = await Actor.get_or_none(uri=address) if address else None
    if actor is None:
        raise Conflict("This instance is not set up yet.")
    return actor


async def what_it_announces() -> frozenset[str]:
    """The kinds of things that it passes on to those who follow it; none where nobody can."""
    instance = await Instance.all().order_by("id").first()
    return frozenset((instance.announces if instance else None) or ())
