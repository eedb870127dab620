"""What the interface for programs has to remember."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from fedirec.accounts.models import Account
from fedirec.clock import now
from fedirec.db.classes import RowClass


class KeptAnswer(Model, metaclass=RowClass):
    """What a program was answered under a key of its own, so that asking again changes nothing."""

    id = fields.BigIntField(primary_key=True)
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "fedirec.Account", related_name="kept_answers", on_delete=fields.CASCADE
    )
    account_id: int
    key = fields.CharField(max_length=255)
    fingerprint = fields.CharField(max_length=64)
    """SHA-256 over what was asked: token, method, address and body."""
    lease = fields.CharField(max_length=26)
    """Which attempt is at work; an attempt that lost it changes nothing."""
    answer = fields.BinaryField(null=True)
    """Sealed with the master key, for it may hold a secret; null while the attempt is under way."""
    begun_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "kept_answer"
        unique_together = (("account", "key"),)
        indexes = [Index(fields=["begun_at"])]
