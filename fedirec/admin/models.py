"""What moderators have to remember: what was reported, what they decided, and what was answered to that."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db.classes import RowClass


class Report(Model, metaclass=RowClass):
    """Somebody says that something is not as it should be."""

    id = fields.BigIntField(primary_key=True)
    accused: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="reports", on_delete=fields.RESTRICT
    )
    accused_id: int
    reporter: fields.ForeignKeyNullableRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="reported", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    reporter_id: int | None
    """Null when this instance itself noticed it."""
    source = fields.CharField(max_length=10)
    """Where it comes from: a member here, a peer, or the watched words."""
    origin = fields.CharField(max_length=300, default="", db_default="")
    """Of the peer that sent it."""
    activity_uri = fields.CharField(max_length=2048, null=True)
    category = fields.CharField(max_length=12)
    words = fields.TextField(default="", db_default="")
    wishes_forwarding = fields.BooleanField(default=False, db_default=False)
    forwarded_at = fields.DatetimeField(null=True)
    claimed_by: fields.ForeignKeyNullableRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="claimed_reports", on_delete=fields.SET_NULL, null=True
    )
    claimed_by_id: int | None
    claimed_at = fields.DatetimeField(null=True)
    state = fields.CharField(max_length=10, default="open", db_default="open")
    outcome = fields.CharField(max_length=12, default="", db_default="")
    dedupe_key = fields.CharField(max_length=64, null=True, unique=True)
    """What makes a second one like it impossible: while it is open, or for good when the instance noticed it."""
    created_at = fields.DatetimeField(default=now)
    closed_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "report"
        indexes = [
            Index(fields=["state", "accused_id", "id"]),
            Index(fields=["accused_id", "id"]),
            Index(fields=["origin", "created_at"]),
        ]


class ReportedThing(Model, metaclass=RowClass):
    """Something that a report is about, as it was then."""

    id = fields.BigIntField(primary_key=True)
    report: fields.ForeignKeyRelation[Report] = fields.ForeignKeyField(
        "fedirec.Report", related_name="things", on_delete=fields.CASCADE, db_index=True
    )
    report_id: int
    uri = fields.CharField(max_length=2048)
    kind = fields.CharField(max_length=10)
    row_id = fields.BigIntField()
    kept: fields.Field[dict[str, Any]] = fields.JSONField(default=dict)

    class Meta(Model.Meta):
        table = "reported_thing"
        indexes = [Index(fields=["uri"])]


class ModeratorNote(Model, metaclass=RowClass):
    """What a moderator tells the other moderators about somebody."""

    id = fields.BigIntField(primary_key=True)
    about: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="moderator_notes", on_delete=fields.CASCADE, db_index=True
    )
    about_id: int
    author: fields.ForeignKeyNullableRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="written_notes", on_delete=fields.SET_NULL, null=True
    )
    author_id: int | None
    text = fields.TextField()
    created_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "moderator_note"


class Decision(Model, metaclass=RowClass):
    """What moderators decided about somebody, and what that person was told."""

    id = fields.BigIntField(primary_key=True)
    about: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="decisions", on_delete=fields.RESTRICT
    )
    about_id: int
    decided_by: fields.ForeignKeyNullableRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="decided", on_delete=fields.SET_NULL, null=True
    )
    decided_by_id: int | None
    """Null when it was decided at the command line."""
    action = fields.CharField(max_length=10)
    things: fields.Field[list[dict[str, Any]]] = fields.JSONField(default=list)
    """What was taken down, each with what has to be known to put it back."""
    words = fields.TextField(default="", db_default="")
    """What the person was told."""
    reason = fields.CharField(max_length=500, default="", db_default="")
    """What the moderators know."""
    created_at = fields.DatetimeField(default=now)
    undone_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "decision"
        indexes = [Index(fields=["about_id", "id"])]


class Appeal(Model, metaclass=RowClass):
    """Somebody asks for a decision about them to be looked at again."""

    id = fields.BigIntField(primary_key=True)
    decision: fields.OneToOneRelation[Decision] = fields.OneToOneField(
        "fedirec.Decision", related_name="appeal", on_delete=fields.CASCADE
    )
    decision_id: int
    words = fields.TextField()
    state = fields.CharField(max_length=10, default="waiting", db_default="waiting")
    answer = fields.TextField(default="", db_default="")
    answered_by: fields.ForeignKeyNullableRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="answered_appeals", on_delete=fields.SET_NULL, null=True
    )
    answered_by_id: int | None
    created_at = fields.DatetimeField(default=now)
    answered_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "appeal"
        indexes = [Index(fields=["state", "id"])]


class WatchPlace(Model, metaclass=RowClass):
    """Up to which row a table was searched for watched words."""

    id = fields.BigIntField(primary_key=True)
    name = fields.CharField(max_length=20, unique=True)
    row_id = fields.BigIntField(default=0, db_default=0)

    class Meta(Model.Meta):
        table = "watch_place"
