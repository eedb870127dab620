"""What somebody is still writing."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db.classes import RowClass


class Draft(Model, metaclass=RowClass):
    """A record that somebody is still writing."""

    id = fields.BigIntField(primary_key=True)
    key = fields.CharField(max_length=26)
    author: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="drafts", on_delete=fields.CASCADE, db_index=True
    )
    author_id: int
    title = fields.CharField(max_length=200, default="", db_default="")
    content: fields.Field[list[list[str]]] = fields.JSONField(default=list)
    saved_at = fields.DatetimeField(default=now, db_index=True)

    class Meta(Model.Meta):
        table = "draft"
        unique_together = (("author", "key"),)
