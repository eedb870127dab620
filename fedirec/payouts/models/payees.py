"""Who is paid, and how; what has to be kept from everybody else is sealed."""

from __future__ import annotations

from datetime import datetime

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from fedirec.accounts.models import Person
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db.classes import RowClass


class Payee(Model, metaclass=RowClass):
    """How a person wants to be paid. Nobody but they and the treasurer reads the details."""

    id = fields.BigIntField(primary_key=True)
    key = fields.CharField(max_length=26, unique=True)
    person: fields.OneToOneRelation[Person] = fields.OneToOneField(
        "fedirec.Person", related_name="payee", on_delete=fields.RESTRICT
    )
    person_id: int
    adapter = fields.CharField(max_length=10, default="", db_default="")
    """The way in which they are paid; empty while they have not said."""
    details = fields.BinaryField(null=True)
    """Name, account and address, sealed with the key for payees; null while there are none."""
    fingerprint = fields.CharField(max_length=64, default="", db_default="")
    """A keyed digest of the details: two rows with the same one are paid to the same account."""
    masked = fields.CharField(max_length=60, default="", db_default="")
    """What the person recognises them by, and nobody could pay to: DE** **** 1234."""
    country = fields.CharField(max_length=2, default="", db_default="")
    """ISO 3166-1; where they live."""
    terms_version = fields.IntField(null=True)
    """Of the terms of being paid that they accepted."""
    terms_digest = fields.CharField(max_length=100, default="", db_default="")
    terms_at: fields.Field[datetime | None] = fields.DatetimeField(null=True)
    needs_form = fields.BooleanField(default=False, db_default=False)
    """Whether nothing is paid until a form about taxes is in."""
    form_at: fields.Field[datetime | None] = fields.DatetimeField(null=True)
    held_until: fields.Field[datetime | None] = fields.DatetimeField(null=True)
    """Until when nothing is paid, after a Move, a new key or new details."""
    held_for = fields.CharField(max_length=10, default="", db_default="")
    """move, key, details or code; why it is held."""
    treasurer_until: fields.Field[datetime | None] = fields.DatetimeField(null=True)
    """Until when a treasurer holds it back besides, by hand."""
    confirmed_at: fields.Field[datetime | None] = fields.DatetimeField(null=True)
    """When they last said that the details are theirs; null where they have to say so again."""
    changed_at = fields.DatetimeField(default=now)
    created_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "payee"
        indexes = [Index(fields=["held_until"])]


class PayeeEvent(Model, metaclass=RowClass):
    """Something that happened to how a person is paid, without any detail of it, never changed."""

    id = fields.BigIntField(primary_key=True)
    payee: fields.ForeignKeyRelation[Payee] = fields.ForeignKeyField(
        "fedirec.Payee", related_name="events", on_delete=fields.RESTRICT
    )
    payee_id: int
    happening = fields.CharField(max_length=12)
    """As `happenings.Happening` says."""
    actor: fields.ForeignKeyNullableRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="payee_events", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    actor_id: int | None
    created_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "payee_event"
        indexes = [Index(fields=["payee_id", "id"])]


class IdentityCode(Model, metaclass=RowClass):
    """A code with which a person proves who they are when their server is no more, offered with their first credit."""

    id = fields.BigIntField(primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "fedirec.Person", related_name="identity_codes", on_delete=fields.RESTRICT, db_index=True
    )
    person_id: int
    digest = fields.CharField(max_length=64, unique=True)
    created_at = fields.DatetimeField(default=now)
    ends_at: fields.Field[datetime | None] = fields.DatetimeField(null=True)
    """From when on it is good no more, because another one was made; null for the newest."""
    used_at: fields.Field[datetime | None] = fields.DatetimeField(null=True)
    used_by: fields.ForeignKeyNullableRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="used_codes", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    used_by_id: int | None
    state = fields.CharField(max_length=10, default="given", db_default="given")
    """As `codes.CodeState` says."""
    denied_at: fields.Field[datetime | None] = fields.DatetimeField(null=True)
    said = fields.CharField(max_length=10, default="", db_default="")
    """accepted or refused: what a treasurer says of one that was denied, for another one to agree to."""
    said_by: fields.ForeignKeyNullableRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="codes_spoken_of", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    said_by_id: int | None
    said_at: fields.Field[datetime | None] = fields.DatetimeField(null=True)
    reason = fields.CharField(max_length=500, default="", db_default="")
    """Why it was decided so, for those whom it concerns."""
    decided_by: fields.ForeignKeyNullableRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="decided_codes", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    decided_by_id: int | None
    decided_at: fields.Field[datetime | None] = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "identity_code"
        indexes = [Index(fields=["state", "used_at"])]
