"""Who had a part in a record."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from fedirec.db.classes import RowClass
from fedirec.remix.models.records import Record


class Contributor(Model, metaclass=RowClass):
    """Somebody with a role in a record, named by its author."""

    id = fields.BigIntField(primary_key=True)
    record: fields.ForeignKeyRelation[Record] = fields.ForeignKeyField(
        "fedirec.Record", related_name="contributors", on_delete=fields.CASCADE, db_index=True
    )
    record_id: int
    actor_uri = fields.CharField(max_length=2048, db_index=True)
    role = fields.CharField(max_length=20)
    position = fields.IntField()

    class Meta(Model.Meta):
        table = "contributor"
        unique_together = (("record", "actor_uri", "role"),)
