"""Rows of the books. All of them stay as they were written: see `db.triggers`."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model

from fedirec.clock import now
from fedirec.db.classes import RowClass


class JournalEntry(Model, metaclass=RowClass):
    """Money went from some accounts to others, and why. It names nobody: people are numbers in its accounts."""

    id = fields.BigIntField(primary_key=True)
    kind = fields.CharField(max_length=40)
    reference = fields.CharField(max_length=200, unique=True)
    """What it books, said by whoever posts it: the same is never booked twice."""
    description = fields.CharField(max_length=500, default="", db_default="")
    details = fields.TextField(default="{}", db_default="{}")
    """Canonical JSON of further facts and a salt, as `chain.canonical` writes it: each of its bytes counts."""
    reverses: fields.OneToOneNullableRelation[JournalEntry] = fields.OneToOneField(
        "fedirec.JournalEntry", related_name="reversed_by", on_delete=fields.RESTRICT, null=True
    )
    """The entry that it undoes; each is undone at most once."""
    reverses_id: int | None
    posted_at = fields.DatetimeField(default=now, db_index=True)
    """The moment for which it counts."""

    postings: fields.ReverseRelation[Posting]
    reversed_by: fields.BackwardOneToOneRelation[JournalEntry]
    link: fields.BackwardOneToOneRelation[ChainLink]

    class Meta(Model.Meta):
        table = "journal_entry"


class Posting(Model, metaclass=RowClass):
    """One line of an entry: a debit of an account is positive, a credit negative."""

    id = fields.BigIntField(primary_key=True)
    entry: fields.ForeignKeyRelation[JournalEntry] = fields.ForeignKeyField(
        "fedirec.JournalEntry", related_name="postings", on_delete=fields.RESTRICT
    )
    entry_id: int
    position = fields.SmallIntField()
    """Its place in the entry, from 0."""
    account = fields.CharField(max_length=100)
    """As one of the functions of `ledger.journal` names it."""
    amount = fields.BigIntField()
    """In minor units of `currency`, never 0."""
    currency = fields.CharField(max_length=3)

    class Meta(Model.Meta):
        table = "posting"
        constraints = (
            CheckConstraint(
                check="amount <> 0 AND amount BETWEEN -100000000000000 AND 100000000000000 AND length(currency) = 3",
                name="posting_is_money",
            ),
        )
        unique_together = (("entry", "position"),)
        indexes = (Index(fields=("account", "currency", "entry_id", "amount")),)


class ChainLink(Model, metaclass=RowClass):
    """One event of the audit chain, which vouches for all before it: its digest covers the digest of the one before."""

    id = fields.BigIntField(primary_key=True)
    number = fields.BigIntField(unique=True)
    """From 1, without a gap."""
    kind = fields.CharField(max_length=40)
    subject = fields.CharField(max_length=200, default="", db_default="")
    """What the event is about: the key of a proposal, the reference of an entry."""
    document = fields.TextField(default="", db_default="")
    """What happened, as canonical JSON; empty once it was erased, and for entries, which stand in the journal."""
    document_digest = fields.CharField(max_length=64)
    """SHA-256 of the document, in hex: it stays when the document goes."""
    entry: fields.OneToOneNullableRelation[JournalEntry] = fields.OneToOneField(
        "fedirec.JournalEntry", related_name="link", on_delete=fields.RESTRICT, null=True
    )
    """The entry that it covers; null for all other events."""
    entry_id: int | None
    recorded_at = fields.DatetimeField(default=now)
    previous = fields.CharField(max_length=64, unique=True)
    """The digest of the link before, zeros for the first; unique, so that the chain has no fork."""
    digest = fields.CharField(max_length=64, unique=True)

    class Meta(Model.Meta):
        table = "chain_link"
        indexes = [Index(fields=["subject", "number"])]
