"""How people get in: who was invited, and who asked and was not let in."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from fedirec.accounts.models.accounts import Account
from fedirec.clock import now
from fedirec.db.classes import RowClass


class Invitation(Model, metaclass=RowClass):
    """A link that lets somebody join."""

    id = fields.BigIntField(primary_key=True)
    digest = fields.CharField(max_length=64, unique=True)
    inviter: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        "fedirec.Account", related_name="invitations", on_delete=fields.SET_NULL, null=True, db_index=True
    )
    uses_left = fields.IntField(default=1, db_default=1)
    created_at = fields.DatetimeField(default=now)
    expires_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "invitation"


class Refusal(Model, metaclass=RowClass):
    """Somebody who asked to join was not let in, and can read why."""

    id = fields.BigIntField(primary_key=True)
    name = fields.CharField(max_length=60, db_index=True)
    password_hash = fields.CharField(max_length=200)
    """By which they prove that the words are for them."""
    words = fields.TextField()
    created_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "refusal"
