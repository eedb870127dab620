"""Who follows whom."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from fedirec.activitypub.models.actors import Actor
from fedirec.clock import now
from fedirec.db.classes import RowClass


class Follow(Model, metaclass=RowClass):
    """One actor follows another, or has asked to."""

    id = fields.BigIntField(primary_key=True)
    uri = fields.CharField(max_length=2048, unique=True)
    follower: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="following", on_delete=fields.CASCADE, db_index=True
    )
    follower_id: int
    target: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="follows", on_delete=fields.CASCADE, db_index=True
    )
    target_id: int
    accepted_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "follow"
        unique_together = (("follower", "target"),)


class SeveredFollow(Model, metaclass=RowClass):
    """A follow that ended because we do not federate with the instance of one side any more."""

    id = fields.BigIntField(primary_key=True)
    origin = fields.CharField(max_length=300, db_index=True)
    """Of the instance that is not ours."""
    uri = fields.CharField(max_length=2048)
    follower: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="severed_following", on_delete=fields.CASCADE, db_index=True
    )
    follower_id: int
    target: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="severed_follows", on_delete=fields.CASCADE, db_index=True
    )
    target_id: int
    accepted_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()
    severed_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "severed_follow"
        unique_together = (("follower", "target"),)
