"""Who somebody is who was listed without an account."""

from __future__ import annotations

from datetime import datetime

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from fedirec.accounts.models import Person
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.credits.models.proposals import PayProposal
from fedirec.db.classes import RowClass


class NamedPerson(Model, metaclass=RowClass):
    """Those who lead a proposal say which account somebody has who was listed in it without one."""

    id = fields.BigIntField(primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "fedirec.Person", related_name="namings", on_delete=fields.RESTRICT, db_index=True
    )
    """Who was listed without an account."""
    person_id: int
    proposal: fields.ForeignKeyRelation[PayProposal] = fields.ForeignKeyField(
        "fedirec.PayProposal", related_name="namings", on_delete=fields.RESTRICT, db_index=True
    )
    proposal_id: int
    actor: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="namings", on_delete=fields.RESTRICT
    )
    """The account that is said to be theirs."""
    actor_id: int
    named_by: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="named_people", on_delete=fields.RESTRICT, db_index=True
    )
    named_by_id: int
    state = fields.CharField(max_length=10, default="named", db_default="named")
    """As `namings.NamingState` says."""
    named_at = fields.DatetimeField(default=now)
    confirmed_at: fields.Field[datetime | None] = fields.DatetimeField(null=True)
    decided_by: fields.ForeignKeyNullableRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="decided_namings", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    decided_by_id: int | None
    decided_at: fields.Field[datetime | None] = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "named_person"
        indexes = [Index(fields=["actor_id", "state"]), Index(fields=["state", "id"])]
