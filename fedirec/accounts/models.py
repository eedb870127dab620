"""Who people are here: persons, the accounts of this instance, and what lets them in."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db.classes import RowClass
from fedirec.media.models import Media


class Person(Model, metaclass=RowClass):
    """Who is credited and paid, whatever accounts they use."""

    id = fields.BigIntField(primary_key=True)
    name = fields.CharField(max_length=500)
    created_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "person"


class Identity(Model, metaclass=RowClass):
    """An actor that is a way to be a person."""

    id = fields.BigIntField(primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "fedirec.Person", related_name="identities", on_delete=fields.RESTRICT, db_index=True
    )
    actor: fields.OneToOneRelation[Actor] = fields.OneToOneField(
        "fedirec.Actor", related_name="identity", on_delete=fields.RESTRICT
    )
    since = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "identity"


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
    unwanted: fields.Field[list[str] | None] = fields.JSONField(null=True)
    """The kinds of notices that they do not want to be told of."""
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


class Provider(Model, metaclass=RowClass):
    """Another server whose people sign in here, and what it knows us by."""

    id = fields.BigIntField(primary_key=True)
    origin = fields.CharField(max_length=300, unique=True)
    client_id = fields.CharField(max_length=500)
    secret = fields.BinaryField()
    """What proves to it that it is us who ask, sealed with the master key."""
    redirect_uri = fields.CharField(max_length=2048)
    scope = fields.CharField(max_length=60)
    authorization_endpoint = fields.CharField(max_length=2048)
    token_endpoint = fields.CharField(max_length=2048)
    revocation_endpoint = fields.CharField(max_length=2048)
    names_itself = fields.BooleanField(default=False, db_default=False)
    """Whether it promised to say who it is when it sends somebody back (RFC 9207)."""
    registered_at = fields.DatetimeField(default=now)
    checked_at = fields.DatetimeField(default=now)
    """When it last said that it still knows us."""
    used_at = fields.DatetimeField(null=True)
    """When somebody last came in through it."""

    class Meta(Model.Meta):
        table = "provider"


class Passage(Model, metaclass=RowClass):
    """Somebody who was sent to their own server to say who they are."""

    id = fields.BigIntField(primary_key=True)
    digest = fields.CharField(max_length=64, unique=True)
    browser = fields.CharField(max_length=64)
    """The digest of what their browser keeps, so that only this browser can come back."""
    provider: fields.ForeignKeyRelation[Provider] = fields.ForeignKeyField(
        "fedirec.Provider", related_name="passages", on_delete=fields.CASCADE, db_index=True
    )
    provider_id: int
    typed = fields.CharField(max_length=400, default="", db_default="")
    next_path = fields.CharField(max_length=2000, default="/", db_default="/")
    created_at = fields.DatetimeField(default=now)
    expires_at = fields.DatetimeField(db_index=True)

    class Meta(Model.Meta):
        table = "passage"


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


class Invitation(Model, metaclass=RowClass):
    """A link that lets somebody join."""

    id = fields.BigIntField(primary_key=True)
    digest = fields.CharField(max_length=64, unique=True)
    inviter: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        "fedirec.Account", related_name="invitations", on_delete=fields.SET_NULL, null=True, db_index=True
    )
    uses_left = fields.IntField(default=1, db_default=1)
    created_at = fields.DatetimeField(default=now)
    expires_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "invitation"


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


class Notification(Model, metaclass=RowClass):
    """Something a member should know."""

    id = fields.BigIntField(primary_key=True)
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "fedirec.Account", related_name="notifications", on_delete=fields.CASCADE, db_index=True
    )
    kind = fields.CharField(max_length=30)
    actor: fields.ForeignKeyNullableRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="caused", on_delete=fields.SET_NULL, null=True, db_index=True
    )
    subject_uri = fields.CharField(max_length=2048)
    url = fields.CharField(max_length=2048)
    details: fields.Field[dict[str, Any]] = fields.JSONField(default=dict)
    dedupe_key = fields.CharField(max_length=64, unique=True)
    created_at = fields.DatetimeField(default=now)
    read_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "notification"
        indexes = [Index(fields=["account_id", "read_at", "id"])]


class AuditEvent(Model, metaclass=RowClass):
    """Something that an admin or a leader did, never changed."""

    id = fields.BigIntField(primary_key=True)
    actor_uri = fields.CharField(max_length=2048)
    action = fields.CharField(max_length=60)
    subject_uri = fields.CharField(max_length=2048, db_index=True)
    details: fields.Field[dict[str, Any]] = fields.JSONField(default=dict)
    created_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "audit_event"


class Boundary(Model, metaclass=RowClass):
    """Somebody does not want to have to do with somebody else, or with a whole instance."""

    id = fields.BigIntField(primary_key=True)
    owner: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="boundaries", on_delete=fields.CASCADE
    )
    owner_id: int
    other: fields.ForeignKeyNullableRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="bounded", on_delete=fields.CASCADE, null=True
    )
    """Whom it is about; null where it is about everybody of `host`."""
    other_id: int | None
    host = fields.CharField(max_length=300, null=True)
    kind = fields.CharField(max_length=8)
    """block or mute."""
    uri = fields.CharField(max_length=2048, null=True, unique=True)
    """The id of the Block by which the other instance was told, or told us."""
    ends_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "boundary"
        unique_together = (("owner", "other"), ("owner", "host"))
        indexes = [Index(fields=["other_id"])]


class Archive(Model, metaclass=RowClass):
    """A copy of everything that belongs to a member, for them to take along."""

    id = fields.BigIntField(primary_key=True)
    account: fields.OneToOneRelation[Account] = fields.OneToOneField(
        "fedirec.Account", related_name="archive", on_delete=fields.CASCADE
    )
    account_id: int
    key = fields.CharField(max_length=26, unique=True)
    state = fields.CharField(max_length=10, default="waiting", db_default="waiting")
    """waiting, ready or failed."""
    size = fields.BigIntField(default=0, db_default=0)
    created_at = fields.DatetimeField(default=now)
    ready_at = fields.DatetimeField(null=True)
    expires_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "archive"


class Refusal(Model, metaclass=RowClass):
    """Somebody who asked to join was not let in, and can read why."""

    id = fields.BigIntField(primary_key=True)
    name = fields.CharField(max_length=60, db_index=True)
    password_hash = fields.CharField(max_length=200)
    """By which they prove that the words are for them."""
    words = fields.TextField()
    created_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "refusal"


class Farewell(Model, metaclass=RowClass):
    """A member wants everything of theirs to be erased, or had it erased."""

    id = fields.BigIntField(primary_key=True)
    actor: fields.OneToOneRelation[Actor] = fields.OneToOneField(
        "fedirec.Actor", related_name="farewell", on_delete=fields.RESTRICT
    )
    actor_id: int
    keeps_name = fields.BooleanField(default=False, db_default=False)
    """Whether they stay credited by their name, where others built on what they made."""
    asked_at = fields.DatetimeField(default=now)
    due_at = fields.DatetimeField(db_index=True)
    begun_at = fields.DatetimeField(null=True)
    """From here on it cannot be taken back."""
    done_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "farewell"
