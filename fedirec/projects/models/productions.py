"""Finished pieces, what they were made from, and where they can be seen."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db.classes import RowClass
from fedirec.projects.models.projects import Project
from fedirec.remix.models import Record, Submission


class Production(Model, metaclass=RowClass):
    """A finished piece: a manifest that is frozen once, and the record as which it is released."""

    id = fields.BigIntField(primary_key=True)
    project: fields.ForeignKeyRelation[Project] = fields.ForeignKeyField(
        "fedirec.Project", related_name="productions", on_delete=fields.RESTRICT, db_index=True
    )
    project_id: int
    uri = fields.CharField(max_length=2048, unique=True)
    title = fields.CharField(max_length=500)
    text = fields.TextField(default="", db_default="")
    state = fields.CharField(max_length=10, default="draft", db_default="draft")
    """draft, frozen or released."""
    record: fields.ForeignKeyNullableRelation[Record] = fields.ForeignKeyField(
        "fedirec.Record", related_name="productions", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    """As which it is released."""
    record_id: int | None
    licence = fields.CharField(max_length=60, default="", db_default="")
    language = fields.CharField(max_length=35, null=True)
    files: fields.Field[list[list[Any]]] = fields.JSONField(default=list)
    """The finished work itself: for each file the id of its media row, and its description."""
    digest_holds = fields.BooleanField(default=False, db_default=False)
    """Whether its manifest is what its digest says; of one from elsewhere that is found out here."""
    made_by: fields.ForeignKeyNullableRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="made_productions", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    made_by_id: int | None
    created_at = fields.DatetimeField(default=now)
    frozen_at = fields.DatetimeField(null=True)
    released_at = fields.DatetimeField(null=True, db_index=True)
    fetched_at = fields.DatetimeField(null=True)
    """When its origin was last asked; null for ours."""

    manifest: fields.BackwardOneToOneRelation[Manifest]
    parts: fields.ReverseRelation[ProductionPart]
    roles: fields.ReverseRelation[RoleLine]
    links: fields.ReverseRelation[DistributionLink]

    class Meta(Model.Meta):
        table = "production"


class Manifest(Model, metaclass=RowClass):
    """What a production consists of, as it was frozen, never changed."""

    id = fields.BigIntField(primary_key=True)
    production: fields.OneToOneRelation[Production] = fields.OneToOneField(
        "fedirec.Production", related_name="manifest", on_delete=fields.RESTRICT
    )
    production_id: int
    document: fields.Field[dict[str, Any]] = fields.JSONField()
    """What `manifests.Manifest.write` gave."""
    digest = fields.CharField(max_length=100)
    created_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "manifest"


class ProductionPart(Model, metaclass=RowClass):
    """A record that is used in a production, as it was when that was frozen."""

    id = fields.BigIntField(primary_key=True)
    production: fields.ForeignKeyRelation[Production] = fields.ForeignKeyField(
        "fedirec.Production", related_name="parts", on_delete=fields.RESTRICT
    )
    production_id: int
    record: fields.ForeignKeyRelation[Record] = fields.ForeignKeyField(
        "fedirec.Record", related_name="used_in", on_delete=fields.RESTRICT, db_index=True
    )
    record_id: int
    submission: fields.ForeignKeyNullableRelation[Submission] = fields.ForeignKeyField(
        "fedirec.Submission", related_name="used_in", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    """The submission by which it came, whose terms bind."""
    submission_id: int | None
    position = fields.IntField()
    words = fields.CharField(max_length=300, default="", db_default="")
    """What of it is used, and how."""

    class Meta(Model.Meta):
        table = "production_part"
        unique_together = (("production", "record"),)


class RoleLine(Model, metaclass=RowClass):
    """Somebody did something for a production that is not a record: directed, edited, held the whole together."""

    id = fields.BigIntField(primary_key=True)
    production: fields.ForeignKeyRelation[Production] = fields.ForeignKeyField(
        "fedirec.Production", related_name="roles", on_delete=fields.RESTRICT
    )
    production_id: int
    actor: fields.ForeignKeyNullableRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="role_lines", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    """Null for somebody without an account anywhere."""
    actor_id: int | None
    name = fields.CharField(max_length=200)
    role = fields.CharField(max_length=10)
    """The code of one of `remix.roles`."""
    label = fields.CharField(max_length=100, default="", db_default="")
    """What it is called, for a contribution that is none of them."""
    words = fields.CharField(max_length=300, default="", db_default="")
    state = fields.CharField(max_length=10, default="proposed", db_default="proposed")
    """proposed, confirmed by the person, unnamed as they wish, or declined."""
    position = fields.IntField()

    class Meta(Model.Meta):
        table = "role_line"
        indexes = [Index(fields=["production_id", "position"])]


class DistributionLink(Model, metaclass=RowClass):
    """Where a production can be seen, heard, read or bought."""

    id = fields.BigIntField(primary_key=True)
    production: fields.ForeignKeyRelation[Production] = fields.ForeignKeyField(
        "fedirec.Production", related_name="links", on_delete=fields.RESTRICT, db_index=True
    )
    production_id: int
    url = fields.CharField(max_length=2048)
    label = fields.CharField(max_length=100)
    created_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "distribution_link"
