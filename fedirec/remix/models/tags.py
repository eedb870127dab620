"""Hashtags, and who follows them."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db.classes import RowClass
from fedirec.remix.models.records import Record


class RecordTag(Model, metaclass=RowClass):
    """A hashtag of a record."""

    id = fields.BigIntField(primary_key=True)
    record: fields.ForeignKeyRelation[Record] = fields.ForeignKeyField(
        "fedirec.Record", related_name="tags", on_delete=fields.CASCADE, db_index=True
    )
    record_id: int
    name = fields.CharField(max_length=100, db_index=True)

    class Meta(Model.Meta):
        table = "record_tag"
        unique_together = (("record", "name"),)


class GroupTag(Model, metaclass=RowClass):
    """A hashtag of a challenge or a project."""

    id = fields.BigIntField(primary_key=True)
    group: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="group_tags", on_delete=fields.CASCADE
    )
    group_id: int
    name = fields.CharField(max_length=100)

    class Meta(Model.Meta):
        table = "group_tag"
        unique_together = (("group", "name"),)
        indexes = [Index(fields=["name", "group_id"])]


class TagFollow(Model, metaclass=RowClass):
    """Somebody of ours wants to see what carries a hashtag."""

    id = fields.BigIntField(primary_key=True)
    actor: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="followed_tags", on_delete=fields.CASCADE
    )
    actor_id: int
    name = fields.CharField(max_length=100)
    is_shown = fields.BooleanField(default=False, db_default=False)
    """Whether it stands on their profile, and travels with it."""
    created_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "tag_follow"
        unique_together = (("actor", "name"),)
