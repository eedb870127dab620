"""Money to share: what an instance decided about money, pools, and what comes in and goes out."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db.classes import RowClass
from fedirec.ledger.models import JournalEntry
from fedirec.media.models import Media
from fedirec.projects.models import Production


class MoneySettings(Model, metaclass=RowClass):
    """How this instance handles money: the one row that its admins write."""

    id = fields.BigIntField(primary_key=True)
    currency = fields.CharField(max_length=3, default="EUR", db_default="EUR")
    host_share_ppm = fields.IntField(default=0, db_default=0)
    """What the instance keeps of profits unless a pool says otherwise, in parts per million."""
    rule = fields.CharField(max_length=12, default="host", db_default="host")
    """Who decides unless a pool says otherwise: host, consent or majority."""
    window_days = fields.IntField(default=14, db_default=14)
    """How long a proposal is open, at least 14."""
    more_days = fields.IntField(default=7, db_default=7)
    """How much longer for who loses or is added by a revision, at least 7."""
    threshold = fields.BigIntField(default=0, db_default=0)
    """Minor units below which what somebody is owed is carried on."""
    adapters: fields.Field[list[str] | None] = fields.JSONField(null=True)
    """The ways in which this instance pays; null for by hand only."""
    adapter_settings = fields.BinaryField(null=True)
    """What the adapters need to know, sealed."""
    people_needed = fields.IntField(default=3, db_default=3)
    """How many different people propose, approve and pay: 3, or 2."""
    solo_days = fields.IntField(default=7, db_default=7)
    """How many days everybody listed knows beforehand where one person does all of that."""
    hold_days = fields.IntField(default=7, db_default=7)
    """How long nothing is paid after somebody moved, or changed their details."""
    unclaimed_months = fields.IntField(default=24, db_default=24)
    """After how many months money that nobody claims follows the policy."""
    unclaimed_policy = fields.CharField(max_length=10, default="hold", db_default="hold")
    """hold, pool or charity; decided before anything is unclaimed."""
    unclaimed_charity = fields.CharField(max_length=200, default="", db_default="")
    shows_amounts = fields.BooleanField(default=True, db_default=True)
    """Whether everybody reads the amounts of proposals; shares everybody always reads."""
    shows_ledger = fields.CharField(max_length=8, default="totals", db_default="totals")
    """What everybody reads of the ledger: nothing, totals or entries."""
    debtor: fields.Field[dict[str, Any] | None] = fields.JSONField(null=True)
    """Who pays: the name of the legal entity, its country and town."""
    debtor_account = fields.BinaryField(null=True)
    """The account from which it pays, sealed."""
    terms = fields.TextField(default="", db_default="")
    """What somebody accepts who is paid, in the instance's words."""
    terms_version = fields.IntField(default=1, db_default=1)
    form_countries: fields.Field[list[str] | None] = fields.JSONField(null=True)
    """Countries of which payees hand in a form before they are paid; null for none."""
    lowered: fields.Field[dict[str, Any] | None] = fields.JSONField(null=True)
    """How many days `hold_days` and `solo_days` were before they became fewer, and when (`at`): for what had begun."""
    changed_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "money_settings"


class SaidAlone(Model, metaclass=RowClass):
    """Everybody concerned was told that somebody will go on with what they began themselves: nobody else here can."""

    id = fields.BigIntField(primary_key=True)
    about = fields.CharField(max_length=40, unique=True)
    """entry, decide, lock, appeal, naming, code or giving, and the key or row of what it is about: `entry:01J…`."""
    told_at = fields.DatetimeField(default=now)
    from_at = fields.DatetimeField(default=now)
    """From when on they can, as it was told."""

    class Meta(Model.Meta):
        table = "said_alone"


class Pool(Model, metaclass=RowClass):
    """Money to share, and the rule by which it is decided how, fixed before anybody proposes."""

    id = fields.BigIntField(primary_key=True)
    key = fields.CharField(max_length=26, unique=True)
    group: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="pools", on_delete=fields.RESTRICT, db_index=True
    )
    """The Group of the project or challenge that it belongs to, or the instance's own actor."""
    group_id: int
    production: fields.ForeignKeyNullableRelation[Production] = fields.ForeignKeyField(
        "fedirec.Production", related_name="pools", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    """The production whose money it is, if it is that of one."""
    production_id: int | None
    kind = fields.CharField(max_length=14)
    """profit_split, line_item, self_funded, royalties or commission."""
    title = fields.CharField(max_length=200)
    brief = fields.TextField(default="", db_default="")
    client = fields.CharField(max_length=200, default="", db_default="")
    """Who commissioned it, by name."""
    currency = fields.CharField(max_length=3)
    stated = fields.BigIntField(null=True)
    """The pot that was promised, in minor units; null where it follows from what comes in."""
    host_share_ppm = fields.IntField(default=0, db_default=0)
    rule = fields.CharField(max_length=12, default="host", db_default="host")
    state = fields.CharField(max_length=8, default="open", db_default="open")
    """open or closed."""
    made_by: fields.ForeignKeyNullableRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="made_pools", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    made_by_id: int | None
    created_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "pool"
        indexes = [Index(fields=["group_id", "state", "id"])]


class PoolUse(Model, metaclass=RowClass):
    """A project or a challenge that was opened for a commission, beside the one that the pool belongs to."""

    id = fields.BigIntField(primary_key=True)
    pool: fields.ForeignKeyRelation[Pool] = fields.ForeignKeyField(
        "fedirec.Pool", related_name="uses", on_delete=fields.RESTRICT
    )
    pool_id: int
    group: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="pool_uses", on_delete=fields.RESTRICT, db_index=True
    )
    group_id: int
    created_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "pool_use"
        unique_together = (("pool", "group"),)


class PoolEntry(Model, metaclass=RowClass):
    """Something that came in or was spent for a pool: stated by one person with evidence, confirmed by another."""

    id = fields.BigIntField(primary_key=True)
    key = fields.CharField(max_length=26, unique=True)
    pool: fields.ForeignKeyRelation[Pool] = fields.ForeignKeyField(
        "fedirec.Pool", related_name="entries", on_delete=fields.RESTRICT
    )
    pool_id: int
    kind = fields.CharField(max_length=8)
    """As `entries.EntryKind` says, or reversal."""
    reverses: fields.ForeignKeyNullableRelation[PoolEntry] = fields.ForeignKeyField(
        "fedirec.PoolEntry", related_name="reversals", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    """What a reversal undoes, once it is confirmed."""
    reverses_id: int | None
    amount = fields.BigIntField()
    """Minor units of the pool's currency, more than 0."""
    words = fields.CharField(max_length=300)
    happened_on: fields.Field[date] = fields.DateField()
    evidence = fields.CharField(max_length=2048, default="", db_default="")
    """The address of what shows it, or its number in the books."""
    evidence_file: fields.ForeignKeyNullableRelation[Media] = fields.ForeignKeyField(
        "fedirec.Media", related_name="pool_entries", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    evidence_file_id: int | None
    evidence_digest = fields.CharField(max_length=100, default="", db_default="")
    original_amount = fields.BigIntField(null=True)
    """What came in before it was changed, in minor units of `original_currency`."""
    original_currency = fields.CharField(max_length=3, default="", db_default="")
    rate = fields.CharField(max_length=60, default="", db_default="")
    """At which it was changed, and whose rate that is."""
    state = fields.CharField(max_length=10, default="stated", db_default="stated")
    """As `entries.EntryState` says."""
    stated_by: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="stated_entries", on_delete=fields.RESTRICT, db_index=True
    )
    stated_by_id: int
    decided_by: fields.ForeignKeyNullableRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="decided_entries", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    decided_by_id: int | None
    decided_at: fields.Field[datetime | None] = fields.DatetimeField(null=True)
    reason = fields.CharField(max_length=500, default="", db_default="")
    journal_entry: fields.OneToOneNullableRelation[JournalEntry] = fields.OneToOneField(
        "fedirec.JournalEntry", related_name="pool_entry", on_delete=fields.RESTRICT, null=True
    )
    journal_entry_id: int | None
    created_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "pool_entry"
        indexes = [
            Index(fields=["pool_id", "state", "id"]),
            Index(fields=["state", "id"]),
            Index(fields=["evidence_digest"]),
        ]
