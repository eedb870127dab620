"""Work that waits in the database."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from fedirec.clock import now
from fedirec.db.classes import RowClass


class Lane(Model, metaclass=RowClass):
    """A queue whose jobs run one after the other."""

    key = fields.CharField(max_length=300, primary_key=True)
    kind = fields.CharField(max_length=20)
    next_at = fields.DatetimeField(null=True)
    """When there is something to do, not before `held_until`; null while nothing waits."""
    leased_by = fields.CharField(max_length=60, null=True)
    leased_until = fields.DatetimeField(null=True)
    failures = fields.IntField(default=0, db_default=0)
    """Failures in a row that were the lane's fault."""
    failing_since = fields.DatetimeField(null=True)
    trips = fields.IntField(default=0, db_default=0)
    """How often in a row the circuit opened; 0 while it is closed."""
    held_until = fields.DatetimeField(null=True)
    """Nothing of the lane runs before: it is backing off, its circuit is open, or it was asked to wait."""
    succeeded_at = fields.DatetimeField(null=True)
    error = fields.CharField(max_length=500, null=True)
    tally = fields.CharField(max_length=300, null=True)
    """How many tries of the last days went well and how many did not, as `lanes.tallies` writes it."""

    class Meta(Model.Meta):
        table = "lane"
        indexes = [Index(fields=["kind", "next_at"])]


class Job(Model, metaclass=RowClass):
    """One piece of work in a lane."""

    id = fields.BigIntField(primary_key=True)
    lane = fields.CharField(max_length=300)
    kind = fields.CharField(max_length=20)
    payload: fields.Field[dict[str, object]] = fields.JSONField()
    order_key = fields.CharField(max_length=300, default="", db_default="")
    dedupe_key = fields.CharField(max_length=300, null=True, unique=True)
    revision = fields.IntField(default=0, db_default=0)
    """Rises when the same work is asked for again; work asked for while it ran runs once more."""
    due_at = fields.DatetimeField(default=now)
    """Runs no earlier; later than `wanted_at` when it has to wait after a failure."""
    wanted_at = fields.DatetimeField(default=now)
    """When it was first meant to run; its age counts from here."""
    attempts = fields.IntField(default=0, db_default=0)
    crashes = fields.IntField(default=0, db_default=0)
    """How many attempts ended in an error that nobody expected."""
    dead_at = fields.DatetimeField(null=True)
    status = fields.IntField(null=True)
    error = fields.CharField(max_length=500, null=True)

    class Meta(Model.Meta):
        table = "job"
        indexes = [Index(fields=["lane", "id"]), Index(fields=["lane", "order_key"]), Index(fields=["kind", "dead_at"])]
