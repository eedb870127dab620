"""What challenges ask, and what they promised."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db.classes import RowClass

if TYPE_CHECKING:
    from fedirec.remix.models.attachments import Attachment
    from fedirec.remix.models.submissions import Submission


class Challenge(Model, metaclass=RowClass):
    """A creative prompt that people answer with records, and whose actor is a Group."""

    id = fields.BigIntField(primary_key=True)
    actor: fields.OneToOneRelation[Actor] = fields.OneToOneField(
        "fedirec.Actor", related_name="challenge", on_delete=fields.RESTRICT
    )
    actor_id: int
    leader: fields.ForeignKeyNullableRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="led_challenges", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    leader_id: int | None
    part_of: fields.ForeignKeyNullableRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="challenges_of_it", on_delete=fields.RESTRICT, null=True
    )
    """The Group of the project that it belongs to, whose leaders lead it too."""
    part_of_id: int | None
    named_project = fields.CharField(max_length=2048, null=True)
    """Of one elsewhere: the id of the project of which it says that it is a part, whether or not that one has it."""
    prompt_uri = fields.CharField(max_length=2048, null=True, unique=True)
    title = fields.CharField(max_length=500)
    text = fields.TextField(default="", db_default="")
    content = fields.TextField(default="", db_default="")
    kinds: fields.Field[list[str]] = fields.JSONField(default=list)
    language = fields.CharField(max_length=35, null=True)
    deadline_at = fields.DatetimeField(null=True)
    timezone = fields.CharField(max_length=60, default="UTC", db_default="UTC")
    state = fields.CharField(max_length=12, default="open", db_default="open")
    opened_at = fields.DatetimeField(default=now, db_index=True)
    updated_at = fields.DatetimeField(null=True)
    closed_at = fields.DatetimeField(null=True)
    concluded_at = fields.DatetimeField(null=True)
    """When its leaders said what became of what was made, or called it off."""
    grace_minutes = fields.IntField(default=60, db_default=60)
    """How long after its deadline submissions from elsewhere still count, by our clock."""
    fetched_at = fields.DatetimeField(null=True)
    """When its origin was last asked; null for ours."""

    attachments: fields.ReverseRelation[Attachment]
    terms: fields.ReverseRelation[ChallengeTerms]
    submissions: fields.ReverseRelation[Submission]

    class Meta(Model.Meta):
        table = "challenge"
        indexes = [
            Index(fields=["state", "deadline_at"]),
            Index(fields=["named_project"]),
            Index(fields=["part_of_id"]),
        ]


class GroupLeader(Model, metaclass=RowClass):
    """Somebody, here or elsewhere, leads a project."""

    id = fields.BigIntField(primary_key=True)
    group: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="leaders", on_delete=fields.RESTRICT
    )
    group_id: int
    actor: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="leads", on_delete=fields.RESTRICT
    )
    actor_id: int
    created_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "group_leader"
        unique_together = (("group", "actor"),)
        indexes = [Index(fields=["actor_id", "group_id"])]


class ChallengeTerms(Model, metaclass=RowClass):
    """What a challenge promised, version by version, never changed."""

    id = fields.BigIntField(primary_key=True)
    challenge: fields.ForeignKeyRelation[Challenge] = fields.ForeignKeyField(
        "fedirec.Challenge", related_name="terms", on_delete=fields.RESTRICT, db_index=True
    )
    challenge_id: int
    version = fields.IntField()
    licence = fields.CharField(max_length=60)
    pays = fields.CharField(max_length=10)
    amount = fields.BigIntField(null=True)
    currency = fields.CharField(max_length=3, null=True)
    decided_by = fields.CharField(max_length=20)
    rule = fields.TextField(default="", db_default="")
    """How a pot is shared, in words."""
    method = fields.TextField(default="", db_default="")
    """How it is decided, in words."""
    text = fields.TextField(default="", db_default="")
    digest = fields.CharField(max_length=100)
    created_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "challenge_terms"
        unique_together = (("challenge", "version"),)
