"""Whom people keep away from."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db.classes import RowClass


class Boundary(Model, metaclass=RowClass):
    """Somebody does not want to have to do with somebody else, or with a whole instance."""

    id = fields.BigIntField(primary_key=True)
    owner: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="boundaries", on_delete=fields.CASCADE
    )
    owner_id: int
    other: fields.ForeignKeyNullableRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="bounded", on_delete=fields.CASCADE, null=True
    )
    """Whom it is about; null where it is about everybody of `host`."""
    other_id: int | None
    host = fields.CharField(max_length=300, null=True)
    kind = fields.CharField(max_length=8)
    """block or mute."""
    uri = fields.CharField(max_length=2048, null=True, unique=True)
    """The id of the Block by which the other instance was told, or told us."""
    ends_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "boundary"
        unique_together = (("owner", "other"), ("owner", "host"))
        indexes = [Index(fields=["other_id"])]
