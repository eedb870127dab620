"""What our people did to posts of others whose authors have to agree first."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db.classes import RowClass


class ConsentRequest(Model, metaclass=RowClass):
    """A question to the author of a post elsewhere whether somebody here may answer, like or pass it on."""

    id = fields.BigIntField(primary_key=True)
    uri = fields.CharField(max_length=2048, unique=True)
    kind = fields.CharField(max_length=10)
    """reply, like or announce."""
    actor: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="consent_requests", on_delete=fields.CASCADE
    )
    actor_id: int
    owner: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="consent_questions", on_delete=fields.CASCADE
    )
    owner_id: int
    """Who is asked: the author of the post."""
    target_uri = fields.CharField(max_length=2048)
    instrument_uri = fields.CharField(max_length=2048, unique=True)
    """The answer, the like or the announcement itself."""
    state = fields.CharField(max_length=10, default="waiting", db_default="waiting")
    """waiting, approved or refused."""
    stamp_uri = fields.CharField(max_length=2048, null=True)
    asked_at = fields.DatetimeField(default=now)
    answered_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "consent_request"
        indexes = [Index(fields=["actor_id", "target_uri"]), Index(fields=["owner_id", "id"])]
