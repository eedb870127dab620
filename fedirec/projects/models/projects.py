"""Projects, who is in them, and the steps that they take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db.classes import RowClass
from fedirec.media.models import Media
from fedirec.remix.models import Challenge

if TYPE_CHECKING:
    from fedirec.projects.models.productions import Production
    from fedirec.projects.models.work import Task


class Project(Model, metaclass=RowClass):
    """Something that people make together, step by step, and whose actor is a Group. Ours, or a copy to read."""

    id = fields.BigIntField(primary_key=True)
    actor: fields.OneToOneRelation[Actor] = fields.OneToOneField(
        "fedirec.Actor", related_name="project", on_delete=fields.RESTRICT
    )
    actor_id: int
    creator: fields.ForeignKeyNullableRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="begun_projects", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    """Who adds leaders and takes them out; it changes when the project is taken over."""
    creator_id: int | None
    title = fields.CharField(max_length=500)
    text = fields.TextField(default="", db_default="")
    content = fields.TextField(default="", db_default="")
    language = fields.CharField(max_length=35, null=True)
    form = fields.CharField(max_length=20, default="other", db_default="other")
    """What it is to become: one of `forms.Form`."""
    stage = fields.CharField(max_length=14, default="idea", db_default="idea")
    stage_before = fields.CharField(max_length=14, null=True)
    """Where it stood before it was paused, abandoned or put up for adoption."""
    stage_at = fields.DatetimeField(default=now)
    """Since when it is in its stage."""
    cover: fields.ForeignKeyNullableRelation[Media] = fields.ForeignKeyField(
        "fedirec.Media", related_name="covered_projects", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    cover_id: int | None
    cover_url = fields.CharField(max_length=2048, null=True)
    cover_description = fields.TextField(default="", db_default="")
    silent_days = fields.IntField(default=60, db_default=60)
    """After how many days without a deed of any leader members may take it over."""
    led_at = fields.DatetimeField(default=now)
    """When a leader last did something in it."""
    timezone = fields.CharField(max_length=60, default="UTC", db_default="UTC")
    created_at = fields.DatetimeField(default=now)
    launched_at = fields.DatetimeField(null=True)
    """Since when everybody sees it; null while it is prepared."""
    updated_at = fields.DatetimeField(null=True)
    fetched_at = fields.DatetimeField(null=True)
    """When its origin was last asked; null for ours."""

    members: fields.ReverseRelation[ProjectMember]
    steps: fields.ReverseRelation[Step]
    tasks: fields.ReverseRelation[Task]
    productions: fields.ReverseRelation[Production]

    class Meta(Model.Meta):
        table = "project"
        indexes = [
            Index(fields=["stage", "launched_at"]),
            Index(fields=["launched_at", "id"]),
            Index(fields=["fetched_at", "led_at"]),
        ]


class ProjectMember(Model, metaclass=RowClass):
    """Somebody, here or elsewhere, who is in a project, was, or is asked to be."""

    id = fields.BigIntField(primary_key=True)
    project: fields.ForeignKeyRelation[Project] = fields.ForeignKeyField(
        "fedirec.Project", related_name="members", on_delete=fields.RESTRICT
    )
    project_id: int
    actor: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="memberships", on_delete=fields.RESTRICT
    )
    actor_id: int
    uri = fields.CharField(max_length=2048, null=True, unique=True)
    """The id of the invitation or the question by which it began."""
    state = fields.CharField(max_length=10)
    """asked (they wish to join), invited, active, declined, left or removed."""
    is_trusted = fields.BooleanField(default=False, db_default=False)
    """Whether leaders let them see to tasks of others, and to what is offered."""
    as_leader = fields.BooleanField(default=False, db_default=False)
    """Whether they are invited to lead it too."""
    skill = fields.CharField(max_length=10, null=True)
    words = fields.CharField(max_length=500, default="", db_default="")
    invited_by: fields.ForeignKeyNullableRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="project_invitations", on_delete=fields.RESTRICT, null=True
    )
    invited_by_id: int | None
    created_at = fields.DatetimeField(default=now)
    joined_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "project_member"
        unique_together = (("project", "actor"),)
        indexes = [
            Index(fields=["actor_id", "state"]),
            Index(fields=["invited_by_id"]),
            Index(fields=["state", "created_at"]),
        ]


class Step(Model, metaclass=RowClass):
    """One step on the way of a project: it carries challenges, and is open, locked or done."""

    id = fields.BigIntField(primary_key=True)
    project: fields.ForeignKeyRelation[Project] = fields.ForeignKeyField(
        "fedirec.Project", related_name="steps", on_delete=fields.RESTRICT
    )
    project_id: int
    uri = fields.CharField(max_length=2048, unique=True)
    position = fields.IntField()
    title = fields.CharField(max_length=200)
    text = fields.TextField(default="", db_default="")
    content = fields.TextField(default="", db_default="")
    state = fields.CharField(max_length=10, default="draft", db_default="draft")
    """draft (leaders alone see it), open, locked or done."""
    skills = fields.CharField(max_length=120, default="", db_default="")
    """Codes of `remix.skills` that it needs, one blank between two."""
    published_at = fields.DatetimeField(null=True)
    done_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(default=now)
    updated_at = fields.DatetimeField(null=True)

    challenges: fields.ReverseRelation[StepChallenge]

    class Meta(Model.Meta):
        table = "step"
        indexes = [Index(fields=["project_id", "position"])]


class StepChallenge(Model, metaclass=RowClass):
    """A challenge belongs to a step: to one at most, and so to one project."""

    id = fields.BigIntField(primary_key=True)
    step: fields.ForeignKeyRelation[Step] = fields.ForeignKeyField(
        "fedirec.Step", related_name="challenges", on_delete=fields.RESTRICT, db_index=True
    )
    step_id: int
    challenge: fields.OneToOneRelation[Challenge] = fields.OneToOneField(
        "fedirec.Challenge", related_name="step_of", on_delete=fields.RESTRICT
    )
    challenge_id: int
    created_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "step_challenge"


class Takeover(Model, metaclass=RowClass):
    """A member offers to lead a project whose leaders have gone quiet."""

    id = fields.BigIntField(primary_key=True)
    project: fields.ForeignKeyRelation[Project] = fields.ForeignKeyField(
        "fedirec.Project", related_name="takeovers", on_delete=fields.RESTRICT, db_index=True
    )
    project_id: int
    actor: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="takeovers", on_delete=fields.RESTRICT, db_index=True
    )
    actor_id: int
    words = fields.TextField(default="", db_default="")
    state = fields.CharField(max_length=10, default="waiting", db_default="waiting")
    """waiting, done, overtaken (another offer came first), ended (a leader came back) or withdrawn."""
    created_at = fields.DatetimeField(default=now)
    ends_at = fields.DatetimeField(db_index=True)
    """Until when a leader can come back."""
    decided_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "takeover"
