"""What people keep for later."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db.classes import RowClass
from fedirec.remix.models.records import Record


class Bookmark(Model, metaclass=RowClass):
    """Somebody of ours wants to find a record again."""

    id = fields.BigIntField(primary_key=True)
    actor: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="bookmarks", on_delete=fields.CASCADE
    )
    actor_id: int
    record: fields.ForeignKeyRelation[Record] = fields.ForeignKeyField(
        "fedirec.Record", related_name="bookmarks", on_delete=fields.CASCADE, db_index=True
    )
    record_id: int
    created_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "bookmark"
        unique_together = (("actor", "record"),)
        indexes = [Index(fields=["actor_id", "created_at"])]
