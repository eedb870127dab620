"""Who is not named, and what stands in their place."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from fedirec.clock import now
from fedirec.db.classes import RowClass
from fedirec.remix.models.records import Record


class Pseudonym(Model, metaclass=RowClass):
    """What stands for somebody who does not want to be named."""

    id = fields.BigIntField(primary_key=True)
    uri = fields.CharField(max_length=100, unique=True)
    """Stands in the place of their own address where they are credited."""
    actor_uri = fields.CharField(max_length=2048, db_index=True)
    """Who they are: what they are entitled to stays theirs."""
    record: fields.ForeignKeyRelation[Record] = fields.ForeignKeyField(
        "fedirec.Record", related_name="pseudonyms", on_delete=fields.CASCADE, db_index=True
    )
    """For which part of theirs they are not named: the record that they made, or in which they are credited."""
    record_id: int
    remix_uri = fields.CharField(max_length=2048, default="", db_default="")
    """The one record made from it in which they are not named; empty: in none of them."""
    created_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "pseudonym"
