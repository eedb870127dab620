"""What records were made from."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.indexes import Index, PartialIndex
from tortoise.models import Model

from fedirec.clock import now
from fedirec.db.classes import RowClass
from fedirec.remix.models.records import Record


class Source(Model, metaclass=RowClass):
    """One step of lineage: a record was made from what lives at an address."""

    id = fields.BigIntField(primary_key=True)
    record: fields.ForeignKeyRelation[Record] = fields.ForeignKeyField(
        "fedirec.Record", related_name="sources", on_delete=fields.RESTRICT, db_index=True
    )
    record_id: int
    uri = fields.CharField(max_length=2048, db_index=True)
    parent: fields.ForeignKeyNullableRelation[Record] = fields.ForeignKeyField(
        "fedirec.Record", related_name="uses", on_delete=fields.RESTRICT, null=True
    )
    """What lives at `uri`, from the moment on that it is known here."""
    parent_id: int | None
    relation = fields.CharField(max_length=12)
    position = fields.IntField()
    in_graph = fields.BooleanField(default=True, db_default=True)
    snapshot: fields.ForeignKeyNullableRelation[Snapshot] = fields.ForeignKeyField(
        "fedirec.Snapshot", related_name="edges", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    snapshot_id: int | None
    attempts = fields.IntField(default=0, db_default=0)
    problem = fields.CharField(max_length=300, null=True)
    asked_at = fields.DatetimeField(null=True)
    """When its origin was last asked what it is."""
    permission = fields.CharField(max_length=12, default="unknown", db_default="unknown")
    """Why it may be: a `standing.Clearance`, by the name that it has where it is sent."""
    acknowledgement = fields.CharField(max_length=12, default="declared", db_default="declared")
    """What the author of the source says to it, as `standing.Acknowledgement` says."""
    added_by = fields.CharField(max_length=10, default="author", db_default="author")
    """Who said so: the author of the record, a claim, a moderator or a reply."""
    thanks = fields.CharField(max_length=500, default="", db_default="")
    """What the author of the record says to the author of the source."""
    thanks_unwanted = fields.BooleanField(default=False, db_default=False)
    """Whether the author of the source does not want such words to be shown here."""
    created_at = fields.DatetimeField(default=now)
    withdrawn_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "source"
        unique_together = (("record", "uri"),)
        indexes = [
            Index(fields=["parent_id"]),
            PartialIndex(fields=["created_at"], name="idx_source_replies", condition={"added_by": "reply"}),
        ]


class Snapshot(Model, metaclass=RowClass):
    """A source as it was when somebody built on it, never changed."""

    id = fields.BigIntField(primary_key=True)
    uri = fields.CharField(max_length=2048, db_index=True)
    author_uri = fields.CharField(max_length=2048)
    author_handle = fields.CharField(max_length=600)
    author_name = fields.CharField(max_length=500)
    kind = fields.CharField(max_length=10)
    title = fields.CharField(max_length=500)
    licence = fields.CharField(max_length=60)
    licence_url = fields.CharField(max_length=300, null=True)
    media_digests: fields.Field[list[str]] = fields.JSONField(default=list)
    record_digest = fields.CharField(max_length=100, null=True)
    published_at = fields.DatetimeField()
    document: fields.Field[dict[str, Any]] = fields.JSONField()
    document_digest = fields.CharField(max_length=100)
    envelope: fields.Field[dict[str, Any] | None] = fields.JSONField(null=True)
    """The signed activity that brought the document, without the document; None when that came by itself."""
    updated_at = fields.DatetimeField(null=True)
    fetched_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "snapshot"
        unique_together = (("uri", "document_digest"),)
