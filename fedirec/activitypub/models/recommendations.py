"""What somebody passed on or liked."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from fedirec.activitypub.models.actors import Actor
from fedirec.clock import now
from fedirec.db.classes import RowClass


class Announcement(Model, metaclass=RowClass):
    """Somebody passed an object on to their followers."""

    id = fields.BigIntField(primary_key=True)
    uri = fields.CharField(max_length=2048, unique=True)
    actor: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="announcements", on_delete=fields.CASCADE, db_index=True
    )
    actor_id: int
    object_uri = fields.CharField(max_length=2048, db_index=True)
    created_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "announcement"
        unique_together = (("actor", "object_uri"),)
        indexes = [Index(fields=["actor_id", "created_at"])]


class Liking(Model, metaclass=RowClass):
    """Somebody recommended an object to its author."""

    id = fields.BigIntField(primary_key=True)
    uri = fields.CharField(max_length=2048, unique=True)
    actor: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="likings", on_delete=fields.CASCADE, db_index=True
    )
    actor_id: int
    object_uri = fields.CharField(max_length=2048, db_index=True)
    created_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "liking"
        unique_together = (("actor", "object_uri"),)
