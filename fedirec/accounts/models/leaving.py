"""What people take along, and their farewell."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from fedirec.accounts.models.accounts import Account
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db.classes import RowClass


class Archive(Model, metaclass=RowClass):
    """A copy of everything that belongs to a member, for them to take along."""

    id = fields.BigIntField(primary_key=True)
    account: fields.OneToOneRelation[Account] = fields.OneToOneField(
        "fedirec.Account", related_name="archive", on_delete=fields.CASCADE
    )
    account_id: int
    key = fields.CharField(max_length=26, unique=True)
    state = fields.CharField(max_length=10, default="waiting", db_default="waiting")
    """waiting, ready or failed."""
    size = fields.BigIntField(default=0, db_default=0)
    created_at = fields.DatetimeField(default=now)
    ready_at = fields.DatetimeField(null=True)
    expires_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "archive"


class Farewell(Model, metaclass=RowClass):
    """A member wants everything of theirs to be erased, or had it erased."""

    id = fields.BigIntField(primary_key=True)
    actor: fields.OneToOneRelation[Actor] = fields.OneToOneField(
        "fedirec.Actor", related_name="farewell", on_delete=fields.RESTRICT
    )
    actor_id: int
    keeps_name = fields.BooleanField(default=False, db_default=False)
    """Whether they stay credited by their name, where others built on what they made."""
    asked_at = fields.DatetimeField(default=now)
    due_at = fields.DatetimeField(db_index=True)
    begun_at = fields.DatetimeField(null=True)
    """From here on it cannot be taken back."""
    done_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "farewell"
