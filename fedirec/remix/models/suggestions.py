"""Changes that people suggest to the authors of records."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db.classes import RowClass


class Suggestion(Model, metaclass=RowClass):
    """Somebody offers a remix of a record to its author, as a change that they could make theirs."""

    id = fields.BigIntField(primary_key=True)
    uri = fields.CharField(max_length=2048, null=True, db_index=True)
    """The activity that offered it, None where both live here."""
    record_uri = fields.CharField(max_length=2048)
    variation_uri = fields.CharField(max_length=2048)
    """The remix, which stays a work of its own whatever comes of it."""
    proposer: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="suggestions", on_delete=fields.RESTRICT
    )
    proposer_id: int
    owner: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="suggestions_received", on_delete=fields.RESTRICT
    )
    owner_id: int
    """Who made the record, and answers."""
    state = fields.CharField(max_length=10)
    """arriving until its origin has shown the remix, then waiting, adopted, declined or withdrawn."""
    words = fields.CharField(max_length=1000, default="", db_default="")
    """What the proposer says to the owner."""
    answer = fields.CharField(max_length=1000, default="", db_default="")
    """What the owner says to the proposer."""
    revision = fields.IntField(null=True)
    """The version of the record that it became."""
    offered_at = fields.DatetimeField(default=now)
    decided_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "suggestion"
        unique_together = (("record_uri", "variation_uri", "proposer"),)
        indexes = [
            Index(fields=["owner_id", "state", "id"]),
            Index(fields=["proposer_id", "id"]),
            Index(fields=["variation_uri"]),
        ]
