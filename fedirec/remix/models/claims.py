"""What people say is not right about the trail of a record, and what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db.classes import RowClass
from fedirec.remix.models.records import Record


class Claim(Model, metaclass=RowClass):
    """Somebody says that a source or a credit of a record is not right."""

    id = fields.BigIntField(primary_key=True)
    key = fields.CharField(max_length=26, unique=True)
    record: fields.ForeignKeyRelation[Record] = fields.ForeignKeyField(
        "fedirec.Record", related_name="claims", on_delete=fields.RESTRICT
    )
    record_id: int
    kind = fields.CharField(max_length=20)
    """As `claims.ClaimKind` says."""
    state = fields.CharField(max_length=12, default="opened", db_default="opened")
    """As `claims.ClaimState` says."""
    claimant: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="claims", on_delete=fields.RESTRICT
    )
    claimant_id: int
    activity_uri = fields.CharField(max_length=2048, null=True, db_index=True)
    """The Flag that brought it, or with which it went to the home of the record."""
    source_uri = fields.CharField(max_length=2048, null=True)
    person_uri = fields.CharField(max_length=2048, null=True)
    role = fields.CharField(max_length=20, default="", db_default="")
    """What the person is credited for, as a code of `roles.ROLES`; all of it when empty."""
    wanted_role = fields.CharField(max_length=20, default="", db_default="")
    outcome = fields.CharField(max_length=12, default="", db_default="")
    """upheld or dismissed, as it was decided last."""
    reason = fields.CharField(max_length=1000, default="", db_default="")
    """Why it was decided so; everybody can read it on the page of the record."""
    holds = fields.BooleanField(default=False, db_default=False)
    """Whether the trail is as the claim says because of it."""
    is_agreed = fields.BooleanField(default=False, db_default=False)
    """Whether it holds because the author agreed."""
    decided_at_home = fields.BooleanField(default=False, db_default=False)
    """Whether it was decided where the record lives, on another instance."""
    looked_at_by: fields.ForeignKeyNullableRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="claims_looked_at", on_delete=fields.SET_NULL, null=True
    )
    looked_at_by_id: int | None
    looked_at: fields.Field[datetime | None] = fields.DatetimeField(null=True)
    decided_by: fields.ForeignKeyNullableRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="claims_decided", on_delete=fields.SET_NULL, null=True
    )
    decided_by_id: int | None
    before: fields.Field[list[Any]] = fields.JSONField(default=list)
    """What has to be known to take the change back."""
    dedupe_key = fields.CharField(max_length=64, null=True, unique=True)
    """What makes a second one like it impossible while it is open."""
    created_at = fields.DatetimeField(default=now)
    decided_at = fields.DatetimeField(null=True)

    events: fields.ReverseRelation[ClaimEvent]

    class Meta(Model.Meta):
        table = "claim"
        indexes = [
            Index(fields=["record_id", "state"]),
            Index(fields=["claimant_id", "created_at"]),
            Index(fields=["state", "id"]),
        ]


class ClaimEvent(Model, metaclass=RowClass):
    """Something that was said or done about a claim."""

    id = fields.BigIntField(primary_key=True)
    claim: fields.ForeignKeyRelation[Claim] = fields.ForeignKeyField(
        "fedirec.Claim", related_name="events", on_delete=fields.CASCADE, db_index=True
    )
    claim_id: int
    actor: fields.ForeignKeyNullableRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="claim_events", on_delete=fields.SET_NULL, null=True, db_index=True
    )
    actor_id: int | None
    happening = fields.CharField(max_length=12)
    words = fields.TextField(default="", db_default="")
    links: fields.Field[list[Any]] = fields.JSONField(default=list)
    """Addresses that are to show it."""
    created_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "claim_event"
