"""What challenges and projects say to those who follow them, and what happened in them."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db.classes import RowClass
from fedirec.remix.models.records import Record


class News(Model, metaclass=RowClass):
    """A post of a Group: an update, a reminder, how it ended. On any server it arrives as a post of its own."""

    id = fields.BigIntField(primary_key=True)
    uri = fields.CharField(max_length=2048, unique=True)
    group: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="news", on_delete=fields.RESTRICT
    )
    group_id: int
    kind = fields.CharField(max_length=12)
    """update, reminder, conclusion or cancellation."""
    title = fields.CharField(max_length=200, default="", db_default="")
    text = fields.TextField(default="", db_default="")
    content = fields.TextField(default="", db_default="")
    language = fields.CharField(max_length=35, null=True)
    author: fields.ForeignKeyNullableRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="written_news", on_delete=fields.RESTRICT, null=True
    )
    """Which of the leaders wrote it; null for what the place itself says."""
    author_id: int | None
    published_at = fields.DatetimeField(default=now)
    updated_at = fields.DatetimeField(null=True)
    deleted_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "news"
        indexes = [
            Index(fields=["group_id", "published_at"]),
            Index(fields=["published_at"]),
            Index(fields=["author_id"]),
        ]


class LogEntry(Model, metaclass=RowClass):
    """Something that happened in a challenge or a project of ours, which everybody can read, never changed."""

    id = fields.BigIntField(primary_key=True)
    uri = fields.CharField(max_length=2048, unique=True)
    group: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="log_entries", on_delete=fields.RESTRICT
    )
    group_id: int
    kind = fields.CharField(max_length=24)
    """One of `logbook.Happening`."""
    by: fields.ForeignKeyNullableRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="logged_deeds", on_delete=fields.RESTRICT, null=True
    )
    """Who did it; null when a deadline or a rule did."""
    by_id: int | None
    person: fields.ForeignKeyNullableRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="log_mentions", on_delete=fields.RESTRICT, null=True
    )
    """Whom it concerns."""
    person_id: int | None
    record: fields.ForeignKeyNullableRelation[Record] = fields.ForeignKeyField(
        "fedirec.Record", related_name="log_entries", on_delete=fields.RESTRICT, null=True
    )
    record_id: int | None
    reason = fields.TextField(default="", db_default="")
    details: fields.Field[dict[str, Any]] = fields.JSONField(default=dict)
    created_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "log_entry"
        indexes = [
            Index(fields=["group_id", "id"]),
            Index(fields=["by_id"]),
            Index(fields=["person_id"]),
            Index(fields=["record_id"]),
        ]


class Reminder(Model, metaclass=RowClass):
    """Somebody was reminded of a date, once."""

    id = fields.BigIntField(primary_key=True)
    subject_uri = fields.CharField(max_length=2048)
    """What has the date: a challenge, a task, a project."""
    kind = fields.CharField(max_length=20)
    due_at = fields.DatetimeField()
    """The date itself: when that is moved, people are reminded anew."""
    sent_at = fields.DatetimeField(default=now, db_index=True)

    class Meta(Model.Meta):
        table = "reminder"
        unique_together = (("subject_uri", "kind", "due_at"),)
