"""Actors, here and elsewhere, and their keys."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from fedirec.clock import now
from fedirec.db.classes import RowClass


class Actor(Model, metaclass=RowClass):
    """Someone, here or elsewhere, who can do things."""

    id = fields.BigIntField(primary_key=True)
    uri = fields.CharField(max_length=2048, unique=True)
    type = fields.CharField(max_length=20)
    kind = fields.CharField(max_length=20, null=True)
    is_local = fields.BooleanField(default=False, db_default=False)
    local_handle = fields.CharField(max_length=60, null=True, unique=True)
    handle = fields.CharField(max_length=300)
    host = fields.CharField(max_length=300)
    name = fields.CharField(max_length=500, default="", db_default="")
    summary = fields.TextField(default="", db_default="")
    url = fields.CharField(max_length=2048, null=True)
    icon_url = fields.CharField(max_length=2048, null=True)
    inbox = fields.CharField(max_length=2048, null=True)
    shared_inbox = fields.CharField(max_length=2048, null=True)
    outbox = fields.CharField(max_length=2048, null=True)
    followers = fields.CharField(max_length=2048, null=True)
    featured = fields.CharField(max_length=2048, null=True)
    approves_followers = fields.BooleanField(default=False, db_default=False)
    limited_at = fields.DatetimeField(null=True)
    """When a moderator decided that they are shown to those who follow them only."""
    is_quiet = fields.BooleanField(default=False, db_default=False)
    """Whether they are shown to those who follow them only: they are limited, or their whole instance is."""
    is_shut_out = fields.BooleanField(default=False, db_default=False)
    """Whether they are suspended because we do not federate with their instance, and come back when we do."""
    media_rejected = fields.BooleanField(default=False, db_default=False)
    """Whether their pictures, sounds and films are left where they are, as those of their whole instance are."""
    suspended_at = fields.DatetimeField(null=True)
    """When a moderator decided that they are silent everywhere."""
    is_indexable = fields.BooleanField(default=True, db_default=False)
    """Whether what they publish may be found by its words (FEP-5feb)."""
    without_name = fields.BooleanField(default=False, db_default=False)
    """Whether they do not want to be named in what others make from any work of theirs."""
    moved_to = fields.CharField(max_length=2048, null=True)
    moved_at = fields.DatetimeField(null=True)
    also_known_as: fields.Field[list[str]] = fields.JSONField(default=list)
    state = fields.CharField(max_length=12, default="active", db_default="active")
    document: fields.Field[dict[str, Any] | None] = fields.JSONField(null=True)
    further: fields.Field[dict[str, Any] | None] = fields.JSONField(null=True)
    """What else somebody of ours says in their document, in the terms of `ACTOR_CONTEXT`; other packages write it."""
    fetched_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "actor"
        indexes = [Index(fields=["handle", "host"]), Index(fields=["host"]), Index(fields=["followers"])]


class ActorKey(Model, metaclass=RowClass):
    """A public key that an actor was seen to have, from then on, never changed."""

    id = fields.BigIntField(primary_key=True)
    actor: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="keys", on_delete=fields.RESTRICT, db_index=True
    )
    actor_id: int
    key_id = fields.CharField(max_length=2048, db_index=True)
    kind = fields.CharField(max_length=10)
    public = fields.TextField()
    fingerprint = fields.CharField(max_length=100)
    is_vouched = fields.BooleanField(default=True, db_default=True)
    """Whether it is known to be theirs by more than their domain (`actors.vouching`)."""
    seen_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "actor_key"


class SigningKey(Model, metaclass=RowClass):
    """The private half of a local actor's key, encrypted with the master key."""

    id = fields.BigIntField(primary_key=True)
    actor: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="signing_keys", on_delete=fields.CASCADE, db_index=True
    )
    actor_id: int
    key_id = fields.CharField(max_length=2048)
    kind = fields.CharField(max_length=10)
    secret = fields.BinaryField()
    created_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "signing_key"
