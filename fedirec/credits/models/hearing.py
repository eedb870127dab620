"""What people say to a proposal, and what is decided: objections and answers, stances, appeals, decisions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from fedirec.accounts.models import Person
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.credits.models.proposals import PayProposal, ProposalRevision
from fedirec.db.classes import RowClass


class Objection(Model, metaclass=RowClass):
    """Somebody who is listed, or says that they belong there, objects: why, and what they wish instead."""

    id = fields.BigIntField(primary_key=True)
    key = fields.CharField(max_length=26, unique=True)
    proposal: fields.ForeignKeyRelation[PayProposal] = fields.ForeignKeyField(
        "fedirec.PayProposal", related_name="objections", on_delete=fields.RESTRICT
    )
    proposal_id: int
    number = fields.IntField()
    """Of the revision that it speaks of."""
    author: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="objections", on_delete=fields.RESTRICT, db_index=True
    )
    author_id: int
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "fedirec.Person", related_name="objections", on_delete=fields.RESTRICT, db_index=True
    )
    person_id: int
    kind = fields.CharField(max_length=10)
    """too_little, too_much, left_out or other."""
    line_key = fields.CharField(max_length=26, default="", db_default="")
    """The line that it speaks of; empty for the whole, or for who is left out."""
    words = fields.CharField(max_length=2000)
    remedy = fields.CharField(max_length=1000)
    """What they wish instead."""
    wanted_ppm = fields.IntField(null=True)
    """What the line, or whoever is left out, should have in parts per million, as they say; null for no number."""
    state = fields.CharField(max_length=10, default="open", db_default="open")
    """open, answered, withdrawn or appealed."""
    resolution = fields.CharField(max_length=10, default="", db_default="")
    """resolved, partly or rejected; empty while nobody has answered."""
    answer = fields.CharField(max_length=2000, default="", db_default="")
    answered_by: fields.ForeignKeyNullableRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="answered_objections", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    answered_by_id: int | None
    answered_at: fields.Field[datetime | None] = fields.DatetimeField(null=True)
    has_part = fields.BooleanField(default=True, db_default=True)
    """Whether whoever says it has a part in it (`queries.traces`): else it is answered and holds nothing."""
    is_hidden = fields.BooleanField(default=False, db_default=False)
    """Whether a moderator took its words down: it stands, and is answered, all the same."""
    is_answer_hidden = fields.BooleanField(default=False, db_default=False)
    activity_uri = fields.CharField(max_length=2048, null=True, unique=True)
    """The signed activity by which it came from elsewhere, or by which ours went there."""
    is_proved = fields.BooleanField(default=False, db_default=False)
    """Whether that activity carries its author's own proof, by which anybody can verify it later."""
    uri = fields.CharField(max_length=2048, null=True, unique=True)
    """Where it stands at the home of a copy; null for ours, and for one that the home has not told of yet."""
    created_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "objection"
        indexes = [Index(fields=["proposal_id", "state", "id"])]


class ProposalAppeal(Model, metaclass=RowClass):
    """Whose objection was rejected, or taken up in part, asks once for people to look who are not listed."""

    id = fields.BigIntField(primary_key=True)
    objection: fields.OneToOneRelation[Objection] = fields.OneToOneField(
        "fedirec.Objection", related_name="appeal", on_delete=fields.RESTRICT
    )
    objection_id: int
    proposal: fields.ForeignKeyRelation[PayProposal] = fields.ForeignKeyField(
        "fedirec.PayProposal", related_name="appeals", on_delete=fields.RESTRICT, db_index=True
    )
    proposal_id: int
    words = fields.CharField(max_length=2000)
    state = fields.CharField(max_length=10, default="open", db_default="open")
    """open, upheld or dismissed."""
    decided_by: fields.ForeignKeyNullableRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="decided_proposal_appeals", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    decided_by_id: int | None
    reason = fields.CharField(max_length=2000, default="", db_default="")
    held = fields.BigIntField(default=0, db_default=0)
    """Minor units that are not locked while it is open."""
    is_hidden = fields.BooleanField(default=False, db_default=False)
    """Whether a moderator took its words down, and those of its decision."""
    created_at = fields.DatetimeField(default=now)
    decided_at: fields.Field[datetime | None] = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "proposal_appeal"


class Stance(Model, metaclass=RowClass):
    """What somebody listed says to one exact revision, never changed: the newest counts."""

    id = fields.BigIntField(primary_key=True)
    proposal: fields.ForeignKeyRelation[PayProposal] = fields.ForeignKeyField(
        "fedirec.PayProposal", related_name="stances", on_delete=fields.RESTRICT
    )
    proposal_id: int
    revision: fields.ForeignKeyNullableRelation[ProposalRevision] = fields.ForeignKeyField(
        "fedirec.ProposalRevision", related_name="stances", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    revision_id: int | None
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "fedirec.Person", related_name="stances", on_delete=fields.RESTRICT, db_index=True
    )
    person_id: int
    actor: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="stances", on_delete=fields.RESTRICT, db_index=True
    )
    actor_id: int
    says = fields.CharField(max_length=10)
    """As `decisions.Says` says."""
    digest = fields.CharField(max_length=100)
    """Of what it is said to."""
    line_key = fields.CharField(max_length=26, default="", db_default="")
    """The one line that is given back; empty for all of theirs."""
    via = fields.CharField(max_length=10)
    """page, api or activity."""
    activity_uri = fields.CharField(max_length=2048, null=True, unique=True)
    is_proved = fields.BooleanField(default=False, db_default=False)
    """Whether that activity carries their own proof; else the signature of the request is all that shows it."""
    counts = fields.BooleanField(default=True, db_default=True)
    """Whether it spoke of what was in force; else `reason` says why not."""
    reason = fields.CharField(max_length=300, default="", db_default="")
    created_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "stance"
        indexes = [Index(fields=["proposal_id", "person_id", "id"])]


class ProposalComment(Model, metaclass=RowClass):
    """What anybody says to a proposal, which decides nothing."""

    id = fields.BigIntField(primary_key=True)
    proposal: fields.ForeignKeyRelation[PayProposal] = fields.ForeignKeyField(
        "fedirec.PayProposal", related_name="comments", on_delete=fields.RESTRICT
    )
    proposal_id: int
    author: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="proposal_comments", on_delete=fields.RESTRICT, db_index=True
    )
    author_id: int
    uri = fields.CharField(max_length=2048, null=True, unique=True)
    """The post elsewhere; null for what was said on the page here."""
    content = fields.TextField()
    """HTML that passed through the one door."""
    is_hidden = fields.BooleanField(default=False, db_default=False)
    created_at = fields.DatetimeField(default=now)
    deleted_at: fields.Field[datetime | None] = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "proposal_comment"
        indexes = [Index(fields=["proposal_id", "id"])]


class ProposalDecision(Model, metaclass=RowClass):
    """How a proposal was decided, by which rule and why, never changed."""

    id = fields.BigIntField(primary_key=True)
    proposal: fields.ForeignKeyRelation[PayProposal] = fields.ForeignKeyField(
        "fedirec.PayProposal", related_name="decisions", on_delete=fields.RESTRICT, db_index=True
    )
    proposal_id: int
    revision: fields.ForeignKeyRelation[ProposalRevision] = fields.ForeignKeyField(
        "fedirec.ProposalRevision", related_name="decisions", on_delete=fields.RESTRICT, db_index=True
    )
    revision_id: int
    rule = fields.CharField(max_length=12)
    outcome = fields.CharField(max_length=10)
    """accepted or rejected."""
    reason = fields.CharField(max_length=2000, default="", db_default="")
    tally: fields.Field[dict[str, Any] | None] = fields.JSONField(null=True)
    decided_by: fields.ForeignKeyNullableRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="proposal_decisions", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    decided_by_id: int | None
    created_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "proposal_decision"


class ChainHead(Model, metaclass=RowClass):
    """The end of an instance's audit chain at one time, signed by it, never changed: nobody can rebuild that unseen."""

    id = fields.BigIntField(primary_key=True)
    uri = fields.CharField(max_length=2048, unique=True)
    origin = fields.CharField(max_length=300)
    """Whose chain it is."""
    number = fields.BigIntField()
    digest = fields.CharField(max_length=100)
    document: fields.Field[dict[str, Any]] = fields.JSONField()
    """The signed document."""
    about_uri = fields.CharField(max_length=2048, default="", db_default="")
    """What had just been locked."""
    signed_at = fields.DatetimeField()
    received_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "chain_head"
        indexes = [Index(fields=["origin", "number"])]
