"""The ActivityStreams words that fedirec speaks, as immutable values.

A type knows how to `read` itself from a document and how to `write` itself back; `read(write(x)) == x` holds for all of
them, and is tested so. A type names the `TYPE` it has on the wire and, where one wire type means several things, the
`KIND` (our extension key) that tells them apart. The instance's `Vocabulary` is put together once, in `app.py`.
"""

from __future__ import annotations

from fedirec.activitypub.vocab.activities import (
    ACTIVITIES,
    Accept,
    Activity,
    Add,
    Announce,
    Block,
    Create,
    Delete,
    Entity,
    Follow,
    Forwarded,
    Like,
    Move,
    Offer,
    Ref,
    Reject,
    Remove,
    Tombstone,
    Undo,
    Update,
    Vocabulary,
)
from fedirec.activitypub.vocab.actors import ActorObject, KeyObject, write_keys
from fedirec.activitypub.vocab.documents import PUBLIC, Doc, Json, is_for_everybody, write_instant
from fedirec.activitypub.vocab.flags import ClaimNote, Flag
from fedirec.activitypub.vocab.requests import (
    REQUESTS,
    AnnounceRequest,
    ConsentQuestion,
    LikeRequest,
    QuoteRequest,
    ReplyRequest,
    Stamp,
)

TYPES: tuple[type[Entity], ...] = (*ACTIVITIES, *REQUESTS, ActorObject, Flag)

__all__ = [
    "ACTIVITIES",
    "PUBLIC",
    "REQUESTS",
    "TYPES",
    "Accept",
    "Activity",
    "ActorObject",
    "Add",
    "Announce",
    "AnnounceRequest",
    "Block",
    "ClaimNote",
    "ConsentQuestion",
    "Create",
    "Delete",
    "Doc",
    "Entity",
    "Flag",
    "Follow",
    "Forwarded",
    "Json",
    "KeyObject",
    "Like",
    "LikeRequest",
    "Move",
    "Offer",
    "QuoteRequest",
    "Ref",
    "Reject",
    "Remove",
    "ReplyRequest",
    "Stamp",
    "Tombstone",
    "Undo",
    "Update",
    "Vocabulary",
    "is_for_everybody",
    "write_instant",
    "write_keys",
]
