"""Who holds the pen of a record besides its author, and what they wrote with it."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db.classes import RowClass


class Pen(Model, metaclass=RowClass):
    """Somebody may write new versions of a record, or is invited to."""

    id = fields.BigIntField(primary_key=True)
    uri = fields.CharField(max_length=2048, null=True, db_index=True)
    """The activity that invited them, None where both live here."""
    record_uri = fields.CharField(max_length=2048)
    owner: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="pens_given", on_delete=fields.RESTRICT
    )
    owner_id: int
    """Who made the record, and gives the pen."""
    holder: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="pens", on_delete=fields.RESTRICT
    )
    holder_id: int
    state = fields.CharField(max_length=10)
    """invited, then held or declined; later perhaps laid_down by the holder, or taken_back by the owner."""
    words = fields.CharField(max_length=1000, default="", db_default="")
    """What the owner says with the invitation."""
    offered_at = fields.DatetimeField(default=now)
    decided_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "pen"
        unique_together = (("record_uri", "holder"),)
        indexes = [Index(fields=["owner_id", "offered_at"]), Index(fields=["holder_id", "id"])]


class Writing(Model, metaclass=RowClass):
    """A new version of a record, on its way to the instance of the author."""

    id = fields.BigIntField(primary_key=True)
    uri = fields.CharField(max_length=2048, db_index=True)
    """The activity that brings it."""
    pen: fields.ForeignKeyRelation[Pen] = fields.ForeignKeyField(
        "fedirec.Pen", related_name="writings", on_delete=fields.CASCADE, db_index=True
    )
    pen_id: int
    document: fields.Field[dict[str, Any]] = fields.JSONField(default=dict)
    """What was written, until it was applied; with whoever wrote it also when it was refused."""
    files: fields.Field[list[int]] = fields.JSONField(default=list)
    """The files of ours in it that the author does not have yet."""
    digest = fields.CharField(max_length=100, default="", db_default="")
    """The record digest of the version that it was made from."""
    state = fields.CharField(max_length=10)
    """sent on the one side, arriving on the other; then applied or refused."""
    answer = fields.CharField(max_length=1000, default="", db_default="")
    """Why it was refused."""
    written_at = fields.DatetimeField(default=now)
    decided_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "writing"
