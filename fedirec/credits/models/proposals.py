"""Pay proposals: what each contribution is worth, revision by revision, until it is decided and locked."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from fedirec.accounts.models import Person
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.credits.models.credits import ProductionCredit
from fedirec.credits.models.pools import Pool
from fedirec.db.classes import RowClass
from fedirec.projects.models import Production


class PayProposal(Model, metaclass=RowClass):
    """How a pool is to be shared. Ours, or a copy to read of one that lives elsewhere."""

    id = fields.BigIntField(primary_key=True)
    key = fields.CharField(max_length=26, unique=True)
    uri = fields.CharField(max_length=2048, unique=True)
    group: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="proposals", on_delete=fields.RESTRICT, db_index=True
    )
    """Who announces it: the Group of the project or challenge, or the actor of the instance."""
    group_id: int
    pool: fields.ForeignKeyNullableRelation[Pool] = fields.ForeignKeyField(
        "fedirec.Pool", related_name="proposals", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    """Null for a copy."""
    pool_id: int | None
    title = fields.CharField(max_length=200)
    state = fields.CharField(max_length=16, default="draft", db_default="draft")
    """As `proposals.State` says."""
    rule = fields.CharField(max_length=12, default="host", db_default="host")
    """By which it is decided; fixed before it is published."""
    currency = fields.CharField(max_length=3)
    number = fields.IntField(default=0, db_default=0)
    """Of its newest published revision; 0 before the first."""
    version = fields.IntField(default=0, db_default=0)
    """Counts what is written to the draft: who saves an older one is told."""
    adjusts: fields.ForeignKeyNullableRelation[PayProposal] = fields.ForeignKeyField(
        "fedirec.PayProposal", related_name="adjustments", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    """The locked proposal that this one adjusts."""
    adjusts_id: int | None
    proposer: fields.ForeignKeyNullableRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="proposed", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    proposer_id: int | None
    approver: fields.ForeignKeyNullableRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="approved_proposals", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    """Who locked it."""
    approver_id: int | None
    locked_amount = fields.BigIntField(null=True)
    """What was shared when it was locked, in minor units."""
    held_amount = fields.BigIntField(default=0, db_default=0)
    """What of that is still held back because it is contested."""
    locked_digest = fields.CharField(max_length=100, default="", db_default="")
    unclaimed_policy = fields.CharField(max_length=10, default="hold", db_default="hold")
    """What becomes of shares that nobody claims, as it was said when it was locked: hold, pool or charity."""
    unclaimed_months = fields.IntField(default=24, db_default=24)
    unclaimed_charity = fields.CharField(max_length=200, default="", db_default="")
    note_uri = fields.CharField(max_length=2048, null=True, db_index=True)
    """The post that announces it, to which people reply."""
    made_at = fields.DatetimeField(default=now)
    published_at: fields.Field[datetime | None] = fields.DatetimeField(null=True)
    closes_at: fields.Field[datetime | None] = fields.DatetimeField(null=True, db_index=True)
    """Until when people can object."""
    decided_at: fields.Field[datetime | None] = fields.DatetimeField(null=True)
    locked_at: fields.Field[datetime | None] = fields.DatetimeField(null=True)
    closed_at: fields.Field[datetime | None] = fields.DatetimeField(null=True)
    fetched_at: fields.Field[datetime | None] = fields.DatetimeField(null=True)
    """When its origin was last asked; null for ours."""
    trouble = fields.CharField(max_length=300, default="", db_default="")
    """What its home did that no home may do, once we noticed; empty for nothing, and for ours."""

    lines: fields.ReverseRelation[DraftLine]
    revisions: fields.ReverseRelation[ProposalRevision]

    class Meta(Model.Meta):
        table = "pay_proposal"
        indexes = [Index(fields=["group_id", "state", "id"]), Index(fields=["state", "closes_at"])]


class ProposalProduction(Model, metaclass=RowClass):
    """A production whose people share in a proposal."""

    id = fields.BigIntField(primary_key=True)
    proposal: fields.ForeignKeyRelation[PayProposal] = fields.ForeignKeyField(
        "fedirec.PayProposal", related_name="of_productions", on_delete=fields.RESTRICT
    )
    proposal_id: int
    production: fields.ForeignKeyRelation[Production] = fields.ForeignKeyField(
        "fedirec.Production", related_name="in_proposals", on_delete=fields.RESTRICT, db_index=True
    )
    production_id: int

    class Meta(Model.Meta):
        table = "proposal_production"
        unique_together = (("proposal", "production"),)


class ProposalWriter(Model, metaclass=RowClass):
    """Somebody who wrote lines of a proposal: whoever published them, they proposed it as well."""

    id = fields.BigIntField(primary_key=True)
    proposal: fields.ForeignKeyRelation[PayProposal] = fields.ForeignKeyField(
        "fedirec.PayProposal", related_name="writers", on_delete=fields.RESTRICT
    )
    proposal_id: int
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "fedirec.Person", related_name="written_proposals", on_delete=fields.RESTRICT, db_index=True
    )
    person_id: int

    class Meta(Model.Meta):
        table = "proposal_writer"
        unique_together = (("proposal", "person"),)


class DraftLine(Model, metaclass=RowClass):
    """A line of the next revision while it is written: it changes freely and binds nobody."""

    id = fields.BigIntField(primary_key=True)
    proposal: fields.ForeignKeyRelation[PayProposal] = fields.ForeignKeyField(
        "fedirec.PayProposal", related_name="lines", on_delete=fields.CASCADE
    )
    proposal_id: int
    key = fields.CharField(max_length=26)
    """The same through all revisions."""
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "fedirec.Person", related_name="draft_lines", on_delete=fields.RESTRICT, db_index=True
    )
    person_id: int
    actor: fields.ForeignKeyNullableRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="draft_lines", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    actor_id: int | None
    name = fields.CharField(max_length=200, default="", db_default="")
    label = fields.CharField(max_length=300, default="", db_default="")
    """For what: the title of a record, or a role in words."""
    role = fields.CharField(max_length=200, default="", db_default="")
    credit: fields.ForeignKeyNullableRelation[ProductionCredit] = fields.ForeignKeyField(
        "fedirec.ProductionCredit", related_name="draft_lines", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    credit_id: int | None
    weight = fields.BigIntField(default=0, db_default=0)
    is_locked = fields.BooleanField(default=False, db_default=False)
    """Whether the editor keeps its share while others change."""
    reason = fields.CharField(max_length=500, default="", db_default="")
    income_kind = fields.CharField(max_length=10, default="royalty", db_default="royalty")
    """royalty, service or prize."""
    position = fields.IntField(default=0, db_default=0)
    suggested = fields.IntField(null=True)
    """What the trail suggested, in ppm of its production, when credits were last taken over; null for nothing."""

    class Meta(Model.Meta):
        table = "draft_line"
        unique_together = (("proposal", "key"),)


class ProposalRevision(Model, metaclass=RowClass):
    """What was proposed at one time, never changed."""

    id = fields.BigIntField(primary_key=True)
    proposal: fields.ForeignKeyRelation[PayProposal] = fields.ForeignKeyField(
        "fedirec.PayProposal", related_name="revisions", on_delete=fields.RESTRICT
    )
    proposal_id: int
    number = fields.IntField()
    document: fields.Field[dict[str, Any]] = fields.JSONField()
    """What `revisions.Revision.write` gave."""
    digest = fields.CharField(max_length=100, db_index=True)
    amount = fields.BigIntField()
    """What would be shared on the day of the revision, in minor units."""
    note = fields.CharField(max_length=1000, default="", db_default="")
    """What changed and why, in the proposer's words."""
    made_by: fields.ForeignKeyNullableRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="made_revisions", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    made_by_id: int | None
    is_recusal = fields.BooleanField(default=False, db_default=False)
    """Whether it says only that a share was given back, or taken again: who made it proposed nothing."""
    published_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "proposal_revision"
        unique_together = (("proposal", "number"),)


class Share(Model, metaclass=RowClass):
    """What one line of a revision gives to one person, never changed."""

    id = fields.BigIntField(primary_key=True)
    revision: fields.ForeignKeyRelation[ProposalRevision] = fields.ForeignKeyField(
        "fedirec.ProposalRevision", related_name="shares", on_delete=fields.RESTRICT
    )
    revision_id: int
    line_key = fields.CharField(max_length=26)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "fedirec.Person", related_name="shares", on_delete=fields.RESTRICT, db_index=True
    )
    person_id: int
    actor: fields.ForeignKeyNullableRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="shares_of_money", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    actor_id: int | None
    credit: fields.ForeignKeyNullableRelation[ProductionCredit] = fields.ForeignKeyField(
        "fedirec.ProductionCredit", related_name="shares", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    credit_id: int | None
    weight = fields.BigIntField()
    ppm = fields.IntField()
    """Parts per million of what is shared, after what others gave back."""
    amount = fields.BigIntField()
    """Minor units on the day of the revision."""
    income_kind = fields.CharField(max_length=10, default="royalty", db_default="royalty")
    is_given_back = fields.BooleanField(default=False, db_default=False)
    """Whether the person gave it back; it is shown struck through."""
    suggested = fields.IntField(null=True)
    """What the trail suggested, as the draft had it."""

    class Meta(Model.Meta):
        table = "share"
        unique_together = (("revision", "line_key"),)


class LockedShare(Model, metaclass=RowClass):
    """What one line of a locked proposal is owed, never changed: at once, or later when what was held is settled."""

    id = fields.BigIntField(primary_key=True)
    proposal: fields.ForeignKeyRelation[PayProposal] = fields.ForeignKeyField(
        "fedirec.PayProposal", related_name="locked_shares", on_delete=fields.RESTRICT
    )
    proposal_id: int
    part = fields.CharField(max_length=26, default="", db_default="")
    """Empty for what was locked first; 2, 3 and so on for what was released later."""
    line_key = fields.CharField(max_length=26)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "fedirec.Person", related_name="locked_shares", on_delete=fields.RESTRICT, db_index=True
    )
    person_id: int
    amount = fields.BigIntField()
    """Minor units of the currency of the proposal, more than 0."""
    income_kind = fields.CharField(max_length=10)

    class Meta(Model.Meta):
        table = "locked_share"
        unique_together = (("proposal", "part", "line_key"),)
