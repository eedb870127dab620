"""The accounts of this instance, and what signs somebody in."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db.classes import RowClass
from fedirec.media.models import Media


class Account(Model, metaclass=RowClass):
    """A member of this instance, who signs in here."""

    id = fields.BigIntField(primary_key=True)
    actor: fields.OneToOneRelation[Actor] = fields.OneToOneField(
        "fedirec.Actor", related_name="account", on_delete=fields.RESTRICT
    )
    actor_id: int
    email = fields.CharField(max_length=254, null=True, unique=True)
    password_hash = fields.CharField(max_length=200)
    """Empty for guests: they prove who they are at their own server."""
    role = fields.CharField(max_length=12, default="member", db_default="member")
    state = fields.CharField(max_length=12, default="active", db_default="active")
    answer = fields.TextField(default="", db_default="")
    about = fields.TextField(default="", db_default="")
    icon: fields.ForeignKeyNullableRelation[Media] = fields.ForeignKeyField(
        "fedirec.Media", related_name="shown_by", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    icon_id: int | None
    locale = fields.CharField(max_length=20, null=True)
    timezone = fields.CharField(max_length=60, default="UTC", db_default="UTC")
    licence = fields.CharField(max_length=60, null=True)
    """What their new records start with; null leaves it to the form."""
    visibility = fields.CharField(max_length=10, default="public", db_default="public")
    """Who sees their new records, unless they say otherwise."""
    quoting = fields.CharField(max_length=10, default="anyone", db_default="anyone")
    """Who may quote their new records, unless they say otherwise: anyone, those whom they let (asked), or nobody."""
    remixing = fields.CharField(max_length=10, default="anyone", db_default="anyone")
    """Who may remix their new records without asking, unless they say otherwise: anyone, followers or nobody."""
    ai_preference = fields.CharField(max_length=10, default="unset", db_default="unset")
    """Whether machines may be trained with their new records, unless they say otherwise: unset, disallow or allow."""
    skills: fields.Field[list[str] | None] = fields.JSONField(null=True)
    """What they can do, as codes of roles; null for nothing said."""
    unwanted: fields.Field[list[str] | None] = fields.JSONField(null=True)
    """The kinds of notices that they do not want to be told of."""
    mail_to = fields.CharField(max_length=254, null=True)
    """Where mail goes: an address whose reader said that it is theirs."""
    mailed: fields.Field[list[str] | None] = fields.JSONField(null=True)
    """The kinds of notices that are sent by mail too; null for none. `always` stands for what everybody is told."""
    notices_mailed_at = fields.DatetimeField(null=True)
    """When notices last went out by mail."""
    weekly_mail = fields.BooleanField(default=False, db_default=False)
    """Whether the digest of the week comes by mail."""
    weekly_mail_at = fields.DatetimeField(null=True)
    """When it last did, or was chosen: the next one comes with the next week."""
    created_at = fields.DatetimeField(default=now)
    approved_at = fields.DatetimeField(null=True)
    suspended_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "account"


class Session(Model, metaclass=RowClass):
    """A signed-in browser."""

    id = fields.BigIntField(primary_key=True)
    digest = fields.CharField(max_length=64, unique=True)
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "fedirec.Account", related_name="sessions", on_delete=fields.CASCADE, db_index=True
    )
    browser = fields.CharField(max_length=200, default="", db_default="")
    created_at = fields.DatetimeField(default=now)
    used_at = fields.DatetimeField(default=now)
    expires_at = fields.DatetimeField(db_index=True)

    class Meta(Model.Meta):
        table = "session"


class Token(Model, metaclass=RowClass):
    """A bearer token that lets a program act for an account."""

    id = fields.BigIntField(primary_key=True)
    digest = fields.CharField(max_length=64, unique=True)
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "fedirec.Account", related_name="tokens", on_delete=fields.CASCADE, db_index=True
    )
    name = fields.CharField(max_length=100)
    scopes = fields.CharField(max_length=200)
    created_at = fields.DatetimeField(default=now)
    used_at = fields.DatetimeField(null=True)
    revoked_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "token"


class RecoveryCode(Model, metaclass=RowClass):
    """A code that resets a forgotten password, once."""

    id = fields.BigIntField(primary_key=True)
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "fedirec.Account", related_name="recovery_codes", on_delete=fields.CASCADE, db_index=True
    )
    digest = fields.CharField(max_length=64)
    used_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "recovery_code"
        unique_together = (("account", "digest"),)
