"""The servers whose people sign in here, those who are on their way through them, and codes that ours went with."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from fedirec.clock import now
from fedirec.db.classes import RowClass


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


class SpentCode(Model, metaclass=RowClass):
    """A code with which a member of ours told another server who they are, and which was given back."""

    id = fields.BigIntField(primary_key=True)
    digest = fields.CharField(max_length=64, unique=True)
    """Of the number that the code carries, and not of how it was written."""
    is_annulled = fields.BooleanField(default=False, db_default=False)
    """Whether it was given back twice, so that the token for it is good for nothing."""
    spent_at = fields.DatetimeField(default=now, db_index=True)

    class Meta(Model.Meta):
        table = "spent_code"
