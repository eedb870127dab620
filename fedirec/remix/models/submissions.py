"""Records that were offered to challenges."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from fedirec.clock import now
from fedirec.db.classes import RowClass
from fedirec.remix.models.challenges import Challenge
from fedirec.remix.models.records import Record


class Submission(Model, metaclass=RowClass):
    """A record offered to a challenge, under the terms of that moment."""

    id = fields.BigIntField(primary_key=True)
    challenge: fields.ForeignKeyRelation[Challenge] = fields.ForeignKeyField(
        "fedirec.Challenge", related_name="submissions", on_delete=fields.RESTRICT, db_index=True
    )
    challenge_id: int
    record: fields.ForeignKeyRelation[Record] = fields.ForeignKeyField(
        "fedirec.Record", related_name="submissions", on_delete=fields.RESTRICT, db_index=True
    )
    record_id: int
    state = fields.CharField(max_length=16, default="pending", db_default="pending")
    via = fields.CharField(max_length=10)
    terms_version = fields.IntField(null=True)
    terms_digest = fields.CharField(max_length=100, null=True)
    reason = fields.CharField(max_length=500, default="", db_default="")
    created_at = fields.DatetimeField(default=now)
    decided_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "submission"
        unique_together = (("challenge", "record"),)
