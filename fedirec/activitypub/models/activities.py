"""What was said to us and by us, and what of it is kept for good."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from fedirec.activitypub.models.actors import Actor
from fedirec.clock import now
from fedirec.db.classes import RowClass


class Received(Model, metaclass=RowClass):
    """An activity kept as it arrived."""

    id = fields.BigIntField(primary_key=True)
    activity_uri = fields.CharField(max_length=2048, unique=True)
    type = fields.CharField(max_length=40)
    sender: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="received", on_delete=fields.CASCADE, db_index=True
    )
    sender_id: int
    body = fields.BinaryField()
    signed_headers: fields.Field[list[list[str]]] = fields.JSONField()
    target = fields.CharField(max_length=2048)
    key_id = fields.CharField(max_length=2048)
    fingerprint = fields.CharField(max_length=100)
    state = fields.CharField(max_length=10, default="waiting", db_default="waiting")
    reason = fields.CharField(max_length=500, null=True)
    received_at = fields.DatetimeField(default=now)
    handled_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "received"
        indexes = [Index(fields=["state", "id"])]


class EarlyDeletion(Model, metaclass=RowClass):
    """Something that its author deleted before it came here."""

    id = fields.BigIntField(primary_key=True)
    actor: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="early_deletions", on_delete=fields.CASCADE, db_index=True
    )
    actor_id: int
    object_uri = fields.CharField(max_length=2048)
    deleted_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "early_deletion"
        unique_together = (("actor", "object_uri"),)
        indexes = [Index(fields=["deleted_at"])]


class Evidence(Model, metaclass=RowClass):
    """What a peer signed when it granted or claimed something, never changed."""

    id = fields.BigIntField(primary_key=True)
    subject_uri = fields.CharField(max_length=2048, db_index=True)
    activity_uri = fields.CharField(max_length=2048)
    actor_uri = fields.CharField(max_length=2048)
    key_id = fields.CharField(max_length=2048)
    fingerprint = fields.CharField(max_length=100)
    body = fields.BinaryField()
    signed_headers: fields.Field[list[list[str]]] = fields.JSONField()
    target = fields.CharField(max_length=2048)
    received_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "evidence"


class Outgoing(Model, metaclass=RowClass):
    """An activity of ours, as it is sent and shown in outboxes."""

    id = fields.BigIntField(primary_key=True)
    uri = fields.CharField(max_length=2048, unique=True)
    actor: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="outgoing", on_delete=fields.CASCADE, db_index=True
    )
    actor_id: int
    type = fields.CharField(max_length=40)
    object_uri = fields.CharField(max_length=2048)
    is_public = fields.BooleanField()
    document: fields.Field[dict[str, Any]] = fields.JSONField()
    body = fields.BinaryField(null=True)
    created_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "outgoing"
        indexes = [Index(fields=["actor_id", "is_public", "id"])]
