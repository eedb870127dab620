"""What the protocol itself has to remember."""

from __future__ import annotations

from fedirec.activitypub.models.activities import EarlyDeletion, Evidence, Outgoing, Received
from fedirec.activitypub.models.actors import Actor, ActorKey, SigningKey
from fedirec.activitypub.models.follows import Follow, SeveredFollow
from fedirec.activitypub.models.instances import Instance, Peer
from fedirec.activitypub.models.recommendations import Announcement, Liking

__all__ = [
    "Actor",
    "ActorKey",
    "Announcement",
    "EarlyDeletion",
    "Evidence",
    "Follow",
    "Instance",
    "Liking",
    "Outgoing",
    "Peer",
    "Received",
    "SeveredFollow",
    "SigningKey",
]
