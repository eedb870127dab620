"""This instance, and the others as far as we know them."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from fedirec.clock import now
from fedirec.db.classes import RowClass


class Instance(Model, metaclass=RowClass):
    """This instance: the one row that setup writes."""

    id = fields.IntField(primary_key=True)
    origin = fields.CharField(max_length=300, null=True)
    name = fields.CharField(max_length=100, default="fedirec", db_default="fedirec")
    summary = fields.TextField(default="", db_default="")
    rules = fields.TextField(default="", db_default="")
    registration = fields.CharField(max_length=10, default="invite", db_default="invite")
    registration_question = fields.CharField(max_length=300, default="", db_default="")
    federation = fields.CharField(max_length=10, default="open", db_default="open")
    """Whom it federates with: everybody who is not blocked (open), or those who are listed (listed)."""
    contact = fields.CharField(max_length=300, default="", db_default="")
    """Where those who run it are reached by people who have no account here."""
    watched_words = fields.TextField(default="", db_default="")
    """Words and phrases that raise a report, one on each line."""
    holds_strangers = fields.BooleanField(default=False, db_default=False)
    """Whether comments from instances that nobody here has to do with wait for a moderator."""
    doors_closed_until = fields.DatetimeField(null=True)
    """Until when nobody can join, and what people say whom nobody here knows waits for a moderator."""
    demands_signatures = fields.BooleanField(default=False, db_default=False)
    """Whether programs are shown even what is public only when they say who they are (secure mode)."""
    announces: fields.Field[list[str] | None] = fields.JSONField(null=True)
    """What its own actor passes on to those who follow it: challenges, needs, productions; null for nothing."""
    setup_digest = fields.CharField(max_length=64, null=True)
    set_up_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "instance"


class Peer(Model, metaclass=RowClass):
    """Another instance, as far as we know it."""

    id = fields.BigIntField(primary_key=True)
    origin = fields.CharField(max_length=300, unique=True)
    policy = fields.CharField(max_length=10, default="allow", db_default="allow")
    """allow, limit (shown to those who follow) or block."""
    is_listed = fields.BooleanField(default=False, db_default=False)
    """Whether we federate with it even where only those who are listed may."""
    rejects_media = fields.BooleanField(default=False, db_default=False)
    """Whether its pictures, sounds and films are left where they are."""
    rejects_reports = fields.BooleanField(default=False, db_default=False)
    public_comment = fields.TextField(default="", db_default="")
    private_comment = fields.TextField(default="", db_default="")
    is_obfuscated = fields.BooleanField(default=False, db_default=False)
    """Whether its name is shown in part only where the policies are public."""
    decided_at = fields.DatetimeField(null=True)
    software = fields.CharField(max_length=60, null=True)
    software_version = fields.CharField(max_length=60, null=True)
    described_at = fields.DatetimeField(null=True)
    """When it was asked what software it is."""
    speaks_rfc9421_at = fields.DatetimeField(null=True)
    heard_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "peer"
