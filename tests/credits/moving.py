"""Somebody on another server moves."""

from __future__ import annotations

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from tests.network import Instance
from tests.peer import Peer


async def moves(at: Instance, peer: Peer, uri: str) -> str:
    """Where the actor at `uri` lives from now on, as both accounts say."""
    new = await at.meet(peer.actor(f"{uri.rpartition('/')[2]}-now", alsoKnownAs=[uri]))
    await at.run(lambda: Actor.filter(uri=uri).update(moved_to=new.uri, moved_at=now()))
    return str(new.uri)
