"""Records that were offered to challenges."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index
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
    outcome = fields.CharField(max_length=10, default="", db_default="")
    """What became of it: used, built_on or thanked; empty while nobody has said."""
    thanks = fields.CharField(max_length=500, default="", db_default="")
    """What the leaders say to its author at the end."""
    is_late = fields.BooleanField(default=False, db_default=False)
    """Whether it came within the grace after the deadline."""
    change_wanted = fields.CharField(max_length=500, default="", db_default="")
    """What the leaders asked its author to change before they decide."""
    created_at = fields.DatetimeField(default=now)
    asked_at = fields.DatetimeField(null=True)
    """When its author was told, by itself and once, what is missing."""
    decided_at = fields.DatetimeField(null=True)
    told_at = fields.DatetimeField(null=True)
    """Of one to a challenge elsewhere: when that last said how it stands, by its own clock."""

    class Meta(Model.Meta):
        table = "submission"
        unique_together = (("challenge", "record"),)
        indexes = [Index(fields=["challenge_id", "state", "id"])]


class Agreement(Model, metaclass=RowClass):
    """An author agreed to a version of the terms of a challenge for what they submitted, never changed."""

    id = fields.BigIntField(primary_key=True)
    submission: fields.ForeignKeyRelation[Submission] = fields.ForeignKeyField(
        "fedirec.Submission", related_name="agreements", on_delete=fields.RESTRICT
    )
    submission_id: int
    version = fields.IntField()
    digest = fields.CharField(max_length=100)
    activity_uri = fields.CharField(max_length=2048, null=True)
    """The signed activity that said so; null when they said it here."""
    words = fields.TextField(default="", db_default="")
    """The agreed words as they were written, where it was said in words."""
    created_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "agreement"
        unique_together = (("submission", "version"),)
