"""Who is credited and paid, and the ways to be that person."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db.classes import RowClass


class Person(Model, metaclass=RowClass):
    """Who is credited and paid, whatever accounts they use."""

    id = fields.BigIntField(primary_key=True)
    name = fields.CharField(max_length=500)
    joined: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "fedirec.Person", related_name="joining", on_delete=fields.RESTRICT, null=True
    )
    """Who they turned out to be, never somebody who joined another one in turn; null for everybody else."""
    joined_id: int | None
    created_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "person"
        indexes = [Index(fields=["joined_id"])]


class Identity(Model, metaclass=RowClass):
    """An actor that is a way to be a person."""

    id = fields.BigIntField(primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "fedirec.Person", related_name="identities", on_delete=fields.RESTRICT, db_index=True
    )
    person_id: int
    actor: fields.OneToOneRelation[Actor] = fields.OneToOneField(
        "fedirec.Actor", related_name="identity", on_delete=fields.RESTRICT
    )
    actor_id: int
    since = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "identity"
