"""Questions whether a remix may be, and the stamps that answer them."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db.classes import RowClass


class RemixRequest(Model, metaclass=RowClass):
    """Whether the author of a source agrees to one remix of it, asked by or of somebody here, or seen elsewhere."""

    id = fields.BigIntField(primary_key=True)
    uri = fields.CharField(max_length=2048, null=True, db_index=True)
    """The activity that asked, None where only the stamp is known."""
    remix_uri = fields.CharField(max_length=2048, db_index=True)
    source_uri = fields.CharField(max_length=2048)
    asker: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="remix_requests", on_delete=fields.RESTRICT
    )
    asker_id: int
    """Who made the remix, proved by a signature."""
    owner: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="remix_questions", on_delete=fields.RESTRICT
    )
    owner_id: int
    """Who made the source, and answers."""
    state = fields.CharField(max_length=10)
    """One of `questions.STATES`."""
    is_automatic = fields.BooleanField(default=False, db_default=False)
    """Whether it was approved as its owner wished beforehand."""
    key = fields.CharField(max_length=26, null=True, unique=True)
    """The last part of the address of a stamp of ours, which nobody can guess."""
    stamp_uri = fields.CharField(max_length=2048, null=True)
    stamp: fields.Field[dict[str, Any] | None] = fields.JSONField(null=True)
    """The stamp as it was signed."""
    remix_digest = fields.CharField(max_length=100, null=True)
    source_digest = fields.CharField(max_length=100, null=True)
    licence = fields.CharField(max_length=60, null=True)
    """The licence of the remix that was agreed to."""
    roles: fields.Field[list[str]] = fields.JSONField(default=list)
    """As what the author of the source is credited, by the addresses of roles."""
    words = fields.CharField(max_length=1000, default="", db_default="")
    """What the asker says to the owner."""
    answer = fields.CharField(max_length=1000, default="", db_default="")
    """What the owner says to the asker."""
    quote_request_uri = fields.CharField(max_length=2048, null=True)
    """The activity by which an author elsewhere was asked for a quote, which is all that their software knows."""
    quote_stamp_uri = fields.CharField(max_length=2048, null=True)
    """Their approval of that quote, which is no licence."""
    asked_at = fields.DatetimeField(default=now)
    decided_at = fields.DatetimeField(null=True)
    expires_at = fields.DatetimeField(null=True)
    checked_at = fields.DatetimeField(null=True)
    """When its address was last asked for the stamp."""
    missed_at = fields.DatetimeField(null=True)
    """Since when its address has said that there is none."""

    class Meta(Model.Meta):
        table = "remix_request"
        unique_together = (("source_uri", "remix_uri", "asker"),)
        indexes = [
            Index(fields=["owner_id", "state", "id"]),
            Index(fields=["asker_id", "asked_at"]),
            Index(fields=["state", "expires_at"]),
            Index(fields=["state", "checked_at"]),
            Index(fields=["stamp_uri"]),
        ]
