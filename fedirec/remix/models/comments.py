"""What was said about records."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db.classes import RowClass
from fedirec.remix.models.records import Record


class Comment(Model, metaclass=RowClass):
    """What somebody said about a record, in answer to it or to another comment."""

    id = fields.BigIntField(primary_key=True)
    uri = fields.CharField(max_length=2048, unique=True)
    url = fields.CharField(max_length=2048, null=True)
    author: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="comments", on_delete=fields.RESTRICT
    )
    author_id: int
    record: fields.ForeignKeyRelation[Record] = fields.ForeignKeyField(
        "fedirec.Record", related_name="comments", on_delete=fields.RESTRICT
    )
    record_id: int
    in_reply_to = fields.CharField(max_length=2048)
    parent: fields.ForeignKeyNullableRelation[Comment] = fields.ForeignKeyField(
        "fedirec.Comment", related_name="answers", on_delete=fields.RESTRICT, null=True
    )
    parent_id: int | None
    thread: fields.ForeignKeyNullableRelation[Comment] = fields.ForeignKeyField(
        "fedirec.Comment", related_name="members", on_delete=fields.RESTRICT, null=True
    )
    thread_id: int | None
    content = fields.TextField(default="", db_default="")
    text = fields.TextField(default="", db_default="")
    language = fields.CharField(max_length=35, null=True)
    at_ms = fields.BigIntField(null=True)
    region: fields.Field[dict[str, int] | None] = fields.JSONField(null=True)
    """The part of a picture that it is about: `file`, its position, and `x`, `y`, `width`, `height` in parts per
    million of the picture.
    """
    warning = fields.CharField(max_length=500, default="", db_default="")
    visibility = fields.CharField(max_length=10, default="public", db_default="public")
    document: fields.Field[dict[str, Any] | None] = fields.JSONField(null=True)
    policy: fields.Field[dict[str, Any] | None] = fields.JSONField(null=True)
    """What others may do with it, as its author elsewhere says; None when nothing is said."""
    consent = fields.CharField(max_length=10, default="", db_default="")
    """Empty when it may stand there; waiting or refused where the author of what it answers has to agree first."""
    consent_uri = fields.CharField(max_length=2048, null=True)
    """Where that consent can be read."""
    replies_asked_at = fields.DatetimeField(null=True)
    """When its origin was asked what was answered."""
    created_at = fields.DatetimeField(default=now)
    published_at = fields.DatetimeField()
    updated_at = fields.DatetimeField(null=True)
    deleted_at = fields.DatetimeField(null=True)
    hidden_at = fields.DatetimeField(null=True)
    hidden_by: fields.ForeignKeyNullableRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="hidden_comments", on_delete=fields.RESTRICT, null=True
    )
    hidden_by_id: int | None
    held_at = fields.DatetimeField(null=True)
    """Since when it waits for a moderator, who has to see it before anybody else does."""
    held_for: fields.Field[list[str] | None] = fields.JSONField(null=True)
    """Whom it names, who are told when it may be seen."""

    class Meta(Model.Meta):
        table = "comment"
        indexes = [
            Index(fields=["record_id", "thread_id", "id"]),
            Index(fields=["record_id", "id"]),
            Index(fields=["record_id", "at_ms"]),
            Index(fields=["thread_id", "id"]),
            Index(fields=["parent_id"]),
            Index(fields=["in_reply_to"]),
            Index(fields=["author_id", "created_at"]),
            Index(fields=["held_at"]),
        ]
