"""Quotes: of records of ours by others, and by what is known here of others."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db.classes import RowClass
from fedirec.remix.models.records import Record


class QuoteStamp(Model, metaclass=RowClass):
    """What the author of a record of ours says to somebody who quotes it."""

    id = fields.BigIntField(primary_key=True)
    key = fields.CharField(max_length=26, unique=True)
    """The last part of the address of the stamp, which nobody can guess."""
    record: fields.ForeignKeyRelation[Record] = fields.ForeignKeyField(
        "fedirec.Record", related_name="quote_stamps", on_delete=fields.RESTRICT
    )
    record_id: int
    quoter: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="quote_stamps", on_delete=fields.CASCADE
    )
    quoter_id: int
    uri = fields.CharField(max_length=2048)
    """What quotes it."""
    request_uri = fields.CharField(max_length=2048)
    state = fields.CharField(max_length=10)
    """waiting, approved, refused or revoked."""
    asked_at = fields.DatetimeField(default=now)
    decided_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "quote_stamp"
        unique_together = (("record", "quoter", "uri"),)
        indexes = [Index(fields=["record_id", "id"]), Index(fields=["quoter_id", "asked_at"])]


class Quotation(Model, metaclass=RowClass):
    """What something quotes that is known here, and whether the author of that agreed."""

    id = fields.BigIntField(primary_key=True)
    uri = fields.CharField(max_length=2048, unique=True)
    """What quotes."""
    target_uri = fields.CharField(max_length=2048)
    """What is quoted."""
    stamp_uri = fields.CharField(max_length=2048, null=True)
    owner_uri = fields.CharField(max_length=2048, null=True)
    """Who wrote what is quoted, once that is known."""
    state = fields.CharField(max_length=10, default="claimed", db_default="claimed")
    """claimed, approved or revoked."""
    checked_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "quotation"
        indexes = [Index(fields=["target_uri"]), Index(fields=["stamp_uri"])]
