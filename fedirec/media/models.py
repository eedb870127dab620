"""Files that people gave us, and copies of files that live elsewhere."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from fedirec.activitypub.models import Actor
from fedirec.clock import now


class Media(Model):
    """A file of one of our people, decoded, stripped and stored by content hash."""

    id = fields.BigIntField(primary_key=True)
    key = fields.CharField(max_length=26, unique=True)
    owner: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="media", on_delete=fields.RESTRICT, db_index=True
    )
    owner_id: int
    kind = fields.CharField(max_length=10)
    media_type = fields.CharField(max_length=100)
    size = fields.BigIntField()
    width = fields.IntField(null=True)
    height = fields.IntField(null=True)
    duration_ms = fields.BigIntField(null=True)
    sha256 = fields.CharField(max_length=64, db_index=True)
    digest = fields.CharField(max_length=100)
    path = fields.CharField(max_length=100, db_index=True)
    poster_path = fields.CharField(max_length=100, null=True, db_index=True)
    file_name = fields.CharField(max_length=200)
    attached_at = fields.DatetimeField(null=True)
    waits_until = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "media"
        indexes = [Index(fields=["attached_at", "created_at"])]


class RemoteMedia(Model):
    """A copy of a file that lives on another instance."""

    id = fields.BigIntField(primary_key=True)
    url_digest = fields.CharField(max_length=64, unique=True)
    url = fields.CharField(max_length=2048)
    media_type = fields.CharField(max_length=100, null=True)
    size = fields.BigIntField(default=0, db_default=0)
    path = fields.CharField(max_length=100, null=True, db_index=True)
    problem = fields.CharField(max_length=300, null=True)
    fetched_at = fields.DatetimeField(default=now)
    used_at = fields.DatetimeField(default=now, db_index=True)

    class Meta(Model.Meta):
        table = "remote_media"
