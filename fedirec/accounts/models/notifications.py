"""What people are told, and what was done by those who run the instance."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from fedirec.accounts.models.accounts import Account
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db.classes import RowClass


class Notification(Model, metaclass=RowClass):
    """Something a member should know."""

    id = fields.BigIntField(primary_key=True)
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "fedirec.Account", related_name="notifications", on_delete=fields.CASCADE, db_index=True
    )
    kind = fields.CharField(max_length=30)
    actor: fields.ForeignKeyNullableRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="caused", on_delete=fields.SET_NULL, null=True, db_index=True
    )
    subject_uri = fields.CharField(max_length=2048)
    url = fields.CharField(max_length=2048)
    details: fields.Field[dict[str, Any]] = fields.JSONField(default=dict)
    dedupe_key = fields.CharField(max_length=64, unique=True)
    created_at = fields.DatetimeField(default=now)
    read_at = fields.DatetimeField(null=True)
    mail_at = fields.DatetimeField(null=True)
    """From when on it is told by mail too, if it was not read before; null when it is not, or was."""

    class Meta(Model.Meta):
        table = "notification"
        indexes = [Index(fields=["account_id", "read_at", "id"]), Index(fields=["mail_at"])]


class AuditEvent(Model, metaclass=RowClass):
    """Something that an admin or a leader did, never changed."""

    id = fields.BigIntField(primary_key=True)
    actor_uri = fields.CharField(max_length=2048)
    action = fields.CharField(max_length=60)
    subject_uri = fields.CharField(max_length=2048, db_index=True)
    details: fields.Field[dict[str, Any]] = fields.JSONField(default=dict)
    created_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "audit_event"
