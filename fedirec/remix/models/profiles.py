"""What people can do, as far as they say it to others, and what editors point at."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db.classes import RowClass
from fedirec.remix.models.records import Record


class Profile(Model, metaclass=RowClass):
    """What somebody, here or elsewhere, says for what they are available."""

    id = fields.BigIntField(primary_key=True)
    actor: fields.OneToOneRelation[Actor] = fields.OneToOneField(
        "fedirec.Actor", related_name="profile", on_delete=fields.CASCADE
    )
    actor_id: int
    available_for = fields.CharField(max_length=300, default="", db_default="")
    shows_skills = fields.BooleanField(default=False, db_default=False)
    """Whether others see what they can do."""
    updated_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "profile"


class Ability(Model, metaclass=RowClass):
    """A skill that somebody, here or elsewhere, lets others see."""

    id = fields.BigIntField(primary_key=True)
    actor: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="abilities", on_delete=fields.CASCADE
    )
    actor_id: int
    skill = fields.CharField(max_length=10)
    """The code of a role, one of `skills.CODES`."""

    class Meta(Model.Meta):
        table = "ability"
        unique_together = (("actor", "skill"),)
        indexes = [Index(fields=["skill", "actor_id"])]


class Pick(Model, metaclass=RowClass):
    """Something that an editor of this place points at, in their own words."""

    id = fields.BigIntField(primary_key=True)
    editor: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="picks", on_delete=fields.RESTRICT
    )
    editor_id: int
    record: fields.ForeignKeyNullableRelation[Record] = fields.ForeignKeyField(
        "fedirec.Record", related_name="picks", on_delete=fields.CASCADE, null=True
    )
    record_id: int | None
    group: fields.ForeignKeyNullableRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="picked", on_delete=fields.CASCADE, null=True
    )
    """The challenge or project, where it is no record."""
    group_id: int | None
    words = fields.CharField(max_length=500)
    created_at = fields.DatetimeField(default=now)
    ended_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "pick"
        indexes = [
            Index(fields=["created_at"]),
            Index(fields=["record_id"]),
            Index(fields=["group_id"]),
            Index(fields=["editor_id"]),
        ]
