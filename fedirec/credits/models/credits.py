"""Who is credited for a production, and for what."""

from __future__ import annotations

from datetime import datetime

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from fedirec.accounts.models import Person
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db.classes import RowClass
from fedirec.projects.models import Production, RoleLine
from fedirec.remix.models import Record


class ProductionCredit(Model, metaclass=RowClass):
    """Somebody did one thing for a production: one line of its credit list."""

    id = fields.BigIntField(primary_key=True)
    key = fields.CharField(max_length=26, unique=True)
    production: fields.ForeignKeyRelation[Production] = fields.ForeignKeyField(
        "fedirec.Production", related_name="credits", on_delete=fields.RESTRICT
    )
    production_id: int
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "fedirec.Person", related_name="credits", on_delete=fields.RESTRICT, db_index=True
    )
    """Who is credited and paid, whatever becomes of their accounts."""
    person_id: int
    actor: fields.ForeignKeyNullableRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="production_credits", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    """The account under which they did it; null for somebody without one."""
    actor_id: int | None
    name = fields.CharField(max_length=200, default="", db_default="")
    """What they are called; empty for who does not want to be named."""
    role = fields.CharField(max_length=200)
    """The address of the role."""
    role_label = fields.CharField(max_length=100, default="", db_default="")
    """What the role is called where it is none of those that are known here."""
    record: fields.ForeignKeyNullableRelation[Record] = fields.ForeignKeyField(
        "fedirec.Record", related_name="production_credits", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    """The work by which they are in it; null for what is no record."""
    record_id: int | None
    work_uri = fields.CharField(max_length=2048, default="", db_default="")
    """The address of that work, also where the work itself is not known here; empty for what is no record."""
    role_line: fields.ForeignKeyNullableRelation[RoleLine] = fields.ForeignKeyField(
        "fedirec.RoleLine", related_name="credits", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    """What the leaders named them for when it was prepared; null for a work, and for a line that lives elsewhere."""
    role_line_id: int | None
    uri = fields.CharField(max_length=2048, null=True, unique=True)
    """Where it lives, when that is elsewhere; null for ours."""
    digest = fields.CharField(max_length=100, default="", db_default="")
    """Of what its home asked about; empty for ours."""
    generation = fields.IntField(default=0, db_default=0)
    """0 for a role and the records that are used, 1 for their sources, 2 for the sources of these, and so on."""
    came_later = fields.BooleanField(default=False, db_default=False)
    """Whether its trail said so only after the production was frozen: it is shown, and asks for nothing."""
    words = fields.CharField(max_length=300, default="", db_default="")
    state = fields.CharField(max_length=14, default="proposed", db_default="proposed")
    """proposed, confirmed, contested, corrected, pseudonymised or declined."""
    state_at: fields.Field[datetime] = fields.DatetimeField(default=now)
    answered_at: fields.Field[datetime | None] = fields.DatetimeField(null=True)
    """When they said so last, as they told it: what was said before that is not said again."""
    proof_uri = fields.CharField(max_length=2048, null=True)
    """The signed activity by which they confirmed or contested it, if it was one."""
    reason = fields.CharField(max_length=1000, default="", db_default="")
    """What the person says against it, or why it was corrected."""
    position = fields.IntField(default=0, db_default=0)
    created_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "production_credit"
        indexes = [
            Index(fields=["production_id", "generation", "position", "id"]),
            Index(fields=["person_id", "state"]),
        ]


class TakenUp(Model, metaclass=RowClass):
    """A work in the trail of a production of ours, under the licence that was seen when it was taken up."""

    id = fields.BigIntField(primary_key=True)
    production: fields.ForeignKeyRelation[Production] = fields.ForeignKeyField(
        "fedirec.Production", related_name="taken_up", on_delete=fields.RESTRICT
    )
    production_id: int
    uri = fields.CharField(max_length=2048)
    record: fields.ForeignKeyNullableRelation[Record] = fields.ForeignKeyField(
        "fedirec.Record", related_name="taken_up", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    """Null as long as the work itself is not known here, or not everybody may see it."""
    record_id: int | None
    licence = fields.CharField(max_length=300, default="", db_default="")
    """Its address or name; empty as long as nobody knows it. Once known it never changes."""
    came_later = fields.BooleanField(default=False, db_default=False)
    """Whether it came into the trail after the production was frozen: then it stands against nothing."""

    class Meta(Model.Meta):
        table = "taken_up"
        unique_together = (("production", "uri"),)


class MonetizationGrant(Model, metaclass=RowClass):
    """An author lets money be made with a record whose licence does not, never changed."""

    id = fields.BigIntField(primary_key=True)
    key = fields.CharField(max_length=26, unique=True)
    record: fields.ForeignKeyRelation[Record] = fields.ForeignKeyField(
        "fedirec.Record", related_name="monetization_grants", on_delete=fields.RESTRICT, db_index=True
    )
    record_id: int
    author: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="monetization_grants", on_delete=fields.RESTRICT, db_index=True
    )
    author_id: int
    scope = fields.CharField(max_length=12)
    """production, project or instance."""
    scope_uri = fields.CharField(max_length=2048)
    version = fields.IntField()
    """Of the text of the grant."""
    words = fields.TextField(default="", db_default="")
    """What was agreed to, word for word."""
    digest = fields.CharField(max_length=100)
    """Of the words, the record and the scope."""
    proof_uri = fields.CharField(max_length=2048, null=True)
    """The signed activity by which it came; null for one that was given on our page by somebody signed in."""
    granted_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "monetization_grant"
        indexes = [Index(fields=["record_id", "author_id"])]
