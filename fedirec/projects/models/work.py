"""Who does what by when."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db.classes import RowClass
from fedirec.projects.models.projects import Project, Step


class Task(Model, metaclass=RowClass):
    """Something that somebody in a project does, with a name and a date."""

    id = fields.BigIntField(primary_key=True)
    project: fields.ForeignKeyRelation[Project] = fields.ForeignKeyField(
        "fedirec.Project", related_name="tasks", on_delete=fields.RESTRICT
    )
    project_id: int
    step: fields.ForeignKeyNullableRelation[Step] = fields.ForeignKeyField(
        "fedirec.Step", related_name="tasks", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    step_id: int | None
    uri = fields.CharField(max_length=2048, unique=True)
    title = fields.CharField(max_length=200)
    text = fields.TextField(default="", db_default="")
    assignee: fields.ForeignKeyNullableRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="tasks", on_delete=fields.RESTRICT, null=True
    )
    """Who does it; null while nobody has taken it."""
    assignee_id: int | None
    due_at = fields.DatetimeField(null=True)
    state = fields.CharField(max_length=10, default="open", db_default="open")
    """open, done or dropped."""
    made_by: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="made_tasks", on_delete=fields.RESTRICT, db_index=True
    )
    made_by_id: int
    done_by: fields.ForeignKeyNullableRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="done_tasks", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    done_by_id: int | None
    created_at = fields.DatetimeField(default=now)
    changed_at = fields.DatetimeField(null=True)
    """When its words or its date changed, or it was opened again."""
    ended_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "task"
        indexes = [
            Index(fields=["project_id", "state", "due_at"]),
            Index(fields=["assignee_id", "state", "due_at"]),
            Index(fields=["state", "due_at"]),
            Index(fields=["due_at"]),
        ]
