"""The skills that challenges and projects look for."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db.classes import RowClass


class Need(Model, metaclass=RowClass):
    """Somebody with a skill is looked for: an animator, a translator."""

    id = fields.BigIntField(primary_key=True)
    uri = fields.CharField(max_length=2048, unique=True)
    group: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="needs", on_delete=fields.RESTRICT
    )
    """The challenge or the project."""
    group_id: int
    part_uri = fields.CharField(max_length=2048, null=True)
    """The step that it is about, where it is about one."""
    skill = fields.CharField(max_length=10)
    """The code of a role, one of `skills.CODES`."""
    words = fields.CharField(max_length=500, default="", db_default="")
    state = fields.CharField(max_length=10, default="open", db_default="open")
    """open, filled or withdrawn."""
    filled_by: fields.ForeignKeyNullableRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="filled_needs", on_delete=fields.RESTRICT, null=True
    )
    filled_by_id: int | None
    created_at = fields.DatetimeField(default=now)
    ended_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "need"
        indexes = [
            Index(fields=["skill", "state", "id"]),
            Index(fields=["group_id", "state"]),
            Index(fields=["filled_by_id"]),
        ]


class NeedAnswer(Model, metaclass=RowClass):
    """Somebody could do what a group of ours looks for, and only those who lead it read what they say with it."""

    id = fields.BigIntField(primary_key=True)
    need: fields.ForeignKeyRelation[Need] = fields.ForeignKeyField(
        "fedirec.Need", related_name="answers", on_delete=fields.RESTRICT
    )
    need_id: int
    actor: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="need_answers", on_delete=fields.RESTRICT
    )
    actor_id: int
    words = fields.CharField(max_length=500, default="", db_default="")
    created_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "need_answer"
        unique_together = (("need", "actor"),)
        indexes = [Index(fields=["actor_id"])]
