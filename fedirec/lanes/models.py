"""Work that waits in the database."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from fedirec.clock import now


class Lane(Model):
    """A queue whose jobs run one after the other."""

    key = fields.CharField(max_length=300, primary_key=True)
    kind = fields.CharField(max_length=20)
    next_at = fields.DatetimeField(null=True)
    leased_until = fields.DatetimeField(null=True)
    leased_by = fields.CharField(max_length=40, null=True)
    failures = fields.IntField(default=0, db_default=0)
    failing_since = fields.DatetimeField(null=True)
    open_until = fields.DatetimeField(null=True)
    succeeded_at = fields.DatetimeField(null=True)
    error = fields.CharField(max_length=500, null=True)

    class Meta(Model.Meta):
        table = "lane"
        indexes = [Index(fields=["kind", "next_at"])]


class Job(Model):
    """One piece of work in a lane."""

    id = fields.BigIntField(primary_key=True)
    lane = fields.CharField(max_length=300)
    kind = fields.CharField(max_length=20)
    payload: fields.Field[dict[str, object]] = fields.JSONField()
    order_key = fields.CharField(max_length=300, default="", db_default="")
    dedupe_key = fields.CharField(max_length=300, null=True, unique=True)
    due_at = fields.DatetimeField(default=now)
    attempts = fields.IntField(default=0, db_default=0)
    dead_at = fields.DatetimeField(null=True)
    status = fields.IntField(null=True)
    error = fields.CharField(max_length=500, null=True)
    created_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "job"
        indexes = [Index(fields=["lane", "id"]), Index(fields=["kind", "dead_at"])]
