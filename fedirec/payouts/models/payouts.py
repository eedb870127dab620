"""What is owed, and how it is paid: payables, payouts, batches, and every try."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from fedirec.accounts.models import Person
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.credits.models import PayProposal
from fedirec.db.classes import RowClass


class PayoutBatch(Model, metaclass=RowClass):
    """Payouts that go out together in one way: proposed, approved and paid by different people."""

    id = fields.BigIntField(primary_key=True)
    key = fields.CharField(max_length=26, unique=True)
    adapter = fields.CharField(max_length=10)
    currency = fields.CharField(max_length=3)
    state = fields.CharField(max_length=10, default="proposed", db_default="proposed")
    """As `payments.BatchState` says."""
    proposed_by: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="proposed_batches", on_delete=fields.RESTRICT, db_index=True
    )
    proposed_by_id: int
    approved_by: fields.ForeignKeyNullableRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="approved_batches", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    approved_by_id: int | None
    paid_by: fields.ForeignKeyNullableRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="paid_batches", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    paid_by_id: int | None
    people_needed = fields.IntField(default=3, db_default=3)
    """How many different people it takes, as the instance said when it was put together."""
    is_solo = fields.BooleanField(default=False, db_default=False)
    """Whether the rule for where there are too few people stands in for the others."""
    not_before: fields.Field[datetime | None] = fields.DatetimeField(null=True)
    """Until when everybody listed has been told and can say something, where one person does it all."""
    digest = fields.CharField(max_length=100, default="", db_default="")
    """Of what was approved: each payout with its payee's fingerprint and amount."""
    execute_on: fields.Field[date | None] = fields.DateField(null=True)
    file = fields.BinaryField(null=True)
    """The file for the bank as it was written once, sealed."""
    file_name = fields.CharField(max_length=100, default="", db_default="")
    file_type = fields.CharField(max_length=60, default="", db_default="")
    file_digest = fields.CharField(max_length=64, default="", db_default="")
    """The SHA-256 of the file, in hexadecimal digits."""
    fetched_at: fields.Field[datetime | None] = fields.DatetimeField(null=True)
    """When somebody had the file for the first time: from then on the bank may have it."""
    proposed_at = fields.DatetimeField(default=now)
    approved_at: fields.Field[datetime | None] = fields.DatetimeField(null=True)
    submitted_at: fields.Field[datetime | None] = fields.DatetimeField(null=True)
    ended_at: fields.Field[datetime | None] = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "payout_batch"
        indexes = [Index(fields=["state", "id"])]


class Payout(Model, metaclass=RowClass):
    """One payment to one person in one currency: what they are owed from all that is due."""

    id = fields.BigIntField(primary_key=True)
    key = fields.CharField(max_length=36, unique=True)
    """A UUID that follows from what it pays (`uuids.uuid8`): what it is known by for ever, also to the bank."""
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "fedirec.Person", related_name="payouts", on_delete=fields.RESTRICT
    )
    person_id: int
    currency = fields.CharField(max_length=3)
    amount = fields.BigIntField()
    """Minor units, more than 0."""
    came_back = fields.BigIntField(default=0, db_default=0)
    """Minor units of it that came back in parts after it had arrived, each of which is a payment of its own now."""
    state = fields.CharField(max_length=10, default="ready", db_default="ready")
    """As `payments.State` says, of which `carried` is what is owed below the least sum, and never a row here."""
    batch: fields.ForeignKeyNullableRelation[PayoutBatch] = fields.ForeignKeyField(
        "fedirec.PayoutBatch", related_name="payouts", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    batch_id: int | None
    fingerprint = fields.CharField(max_length=64, default="", db_default="")
    """Of the payee's details when it was put into the batch: others are not paid to."""
    country = fields.CharField(max_length=2, default="", db_default="")
    """ISO 3166-1; where the payee lived when it was put into the batch with which it went out."""
    fee = fields.BigIntField(default=0, db_default=0)
    """What the provider kept, in minor units."""
    reason = fields.CharField(max_length=300, default="", db_default="")
    """Why it came back or failed."""
    needs_person = fields.BooleanField(default=False, db_default=False)
    """Whether nobody but a person may say what became of it."""
    giving_by: fields.ForeignKeyNullableRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="payouts_to_give", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    """Who says that what nobody claimed is to go where the policy says; somebody else has to pay it."""
    giving_by_id: int | None
    giving_at: fields.Field[datetime | None] = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(default=now)
    settled_at: fields.Field[datetime | None] = fields.DatetimeField(null=True)

    attempts: fields.ReverseRelation[PayoutAttempt]

    class Meta(Model.Meta):
        table = "payout"
        indexes = [
            Index(fields=["person_id", "currency", "id"]),
            Index(fields=["state", "id"]),
            Index(fields=["needs_person", "id"]),
        ]


class Payable(Model, metaclass=RowClass):
    """What somebody is owed from one proposal: at most once for each person and currency, but for what came back."""

    id = fields.BigIntField(primary_key=True)
    proposal: fields.ForeignKeyRelation[PayProposal] = fields.ForeignKeyField(
        "fedirec.PayProposal", related_name="payables", on_delete=fields.RESTRICT
    )
    proposal_id: int
    part = fields.CharField(max_length=26, default="", db_default="")
    """Empty for what was locked first; 2, 3 and so on for what was held back then, as it was released."""
    again = fields.CharField(max_length=36, default="", db_default="")
    """The key of the payment that was made for what came back of it; empty for what never was a part of a payment."""
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "fedirec.Person", related_name="payables", on_delete=fields.RESTRICT
    )
    person_id: int
    currency = fields.CharField(max_length=3)
    amount = fields.BigIntField()
    """Minor units, more than 0."""
    kinds: fields.Field[dict[str, Any] | None] = fields.JSONField(null=True)
    """How much of it is royalty, service or prize."""
    payout: fields.ForeignKeyNullableRelation[Payout] = fields.ForeignKeyField(
        "fedirec.Payout", related_name="payables", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    """By which it is paid; null while it is carried."""
    payout_id: int | None
    state = fields.CharField(max_length=10, default="owed", db_default="owed")
    """As `payments.PayableState` says."""
    created_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "payable"
        unique_together = (("proposal", "person", "currency", "part", "again"),)
        indexes = [Index(fields=["person_id", "currency", "state"]), Index(fields=["state", "id"])]


class PayoutAttempt(Model, metaclass=RowClass):
    """One try to pay, written down before anything leaves: what the provider knows it by is used once and for ever."""

    id = fields.BigIntField(primary_key=True)
    payout: fields.ForeignKeyRelation[Payout] = fields.ForeignKeyField(
        "fedirec.Payout", related_name="attempts", on_delete=fields.RESTRICT
    )
    payout_id: int
    batch: fields.ForeignKeyRelation[PayoutBatch] = fields.ForeignKeyField(
        "fedirec.PayoutBatch", related_name="attempts", on_delete=fields.RESTRICT, db_index=True
    )
    """In which it went out."""
    batch_id: int
    number = fields.IntField()
    adapter = fields.CharField(max_length=10)
    key = fields.CharField(max_length=64)
    """What makes it the same one for the provider: the idempotency key, or the EndToEndId."""
    state = fields.CharField(max_length=10, default="begun", db_default="begun")
    """begun, unknown, accepted, settled, returned, unclaimed, refused or abandoned."""
    account = fields.CharField(max_length=64, default="", db_default="")
    """From which account with the provider it was sent, as `protocol.provider_account_of` says."""
    reference = fields.CharField(max_length=200, default="", db_default="")
    """What the provider calls it."""
    said = fields.CharField(max_length=300, default="", db_default="")
    """What the provider said, without any detail of the payee."""
    proof = fields.CharField(max_length=500, default="", db_default="")
    """By hand: what shows that it was paid."""
    by: fields.ForeignKeyNullableRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="payout_attempts", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    by_id: int | None
    fee = fields.BigIntField(default=0, db_default=0)
    """What the provider took for it, as far as it is booked, in minor units of the payment's currency."""
    came_back = fields.BigIntField(default=0, db_default=0)
    """Minor units of it that are ours again."""
    begun_at = fields.DatetimeField(default=now)
    sent_at: fields.Field[datetime | None] = fields.DatetimeField(null=True)
    """When a provider may have been told for the first time; null while none was for certain, and for files."""
    asked_at: fields.Field[datetime | None] = fields.DatetimeField(null=True)
    ask_at: fields.Field[datetime | None] = fields.DatetimeField(null=True, db_index=True)
    """When the provider is asked again what became of it; null for never."""
    ended_at: fields.Field[datetime | None] = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "payout_attempt"
        unique_together = (("adapter", "key"), ("payout", "number"))
        indexes = [Index(fields=["state", "id"])]


class PayoutStop(Model, metaclass=RowClass):
    """A backup was brought back: nothing goes out until somebody has looked up what was paid after it was made."""

    id = fields.BigIntField(primary_key=True)
    since = fields.DatetimeField()
    """When the backup was made."""
    made_at = fields.DatetimeField(default=now)
    ended_at: fields.Field[datetime | None] = fields.DatetimeField(null=True)
    """When somebody had compared; null while nothing goes out."""
    ended_by: fields.ForeignKeyNullableRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="ended_stops", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    ended_by_id: int | None
    words = fields.CharField(max_length=500, default="", db_default="")
    """What they compared with, and what they found."""

    class Meta(Model.Meta):
        table = "payout_stop"
