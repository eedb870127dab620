"""Actors come to be: ours with keys, those of others as their own origin describes them."""

from __future__ import annotations

from fedirec.activitypub.actors.descriptions import describe_actor
from fedirec.activitypub.actors.keys import MAX_HISTORY, keys_of
from fedirec.activitypub.actors.names import make_actor_findable
from fedirec.activitypub.actors.ours import (
    NewKeys,
    activate_local_actor,
    new_keys,
    publish_actor_update,
    reserve_local_actor,
    save_local_actor,
    spelling_of,
)
from fedirec.activitypub.actors.theirs import forget_actor, keep_remote_actor, save_remote_actor

__all__ = [
    "MAX_HISTORY",
    "NewKeys",
    "activate_local_actor",
    "describe_actor",
    "forget_actor",
    "keep_remote_actor",
    "keys_of",
    "make_actor_findable",
    "new_keys",
    "publish_actor_update",
    "reserve_local_actor",
    "save_local_actor",
    "save_remote_actor",
    "spelling_of",
]
