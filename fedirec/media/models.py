"""Files that people of this instance gave, and copies of files of other instances."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from fedirec.media.decoder.kinds import Kind

if TYPE_CHECKING:
    from fedirec.activitypub.models import Actor


class Media(Model):
    """A file that somebody of this instance gave."""

    id = fields.BigIntField(primary_key=True)
    key = fields.CharField(max_length=26, unique=True)
    owner: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="media", on_delete=fields.RESTRICT, db_index=True
    )
    owner_id: int
    kind = fields.CharEnumField(Kind, max_length=8)
    media_type = fields.CharField(max_length=64)
    size = fields.BigIntField()
    width = fields.IntField(null=True)
    height = fields.IntField(null=True)
    duration_ms = fields.IntField(null=True)
    sha256 = fields.CharField(max_length=64)
    digest = fields.CharField(max_length=64)
    path = fields.CharField(max_length=128, db_index=True)
    poster_path = fields.CharField(max_length=128, null=True, db_index=True)
    file_name = fields.CharField(max_length=128)
    attached_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "media"
        indexes = (Index(fields=["owner_id", "sha256"]), Index(fields=["attached_at", "created_at"]))


class RemoteMedia(Model):
    """A copy of a file of another instance, or why there is none."""

    id = fields.BigIntField(primary_key=True)
    url_hash = fields.CharField(max_length=64, unique=True)
    url = fields.CharField(max_length=2048)
    media_type = fields.CharField(max_length=64, null=True)
    size = fields.BigIntField(default=0)
    width = fields.IntField(null=True)
    height = fields.IntField(null=True)
    duration_ms = fields.IntField(null=True)
    path = fields.CharField(max_length=128, null=True, db_index=True)
    fetched_at = fields.DatetimeField(null=True)
    used_at = fields.DatetimeField(db_index=True)
    failed_at = fields.DatetimeField(null=True)
    reason = fields.CharField(max_length=512, null=True)

    class Meta(Model.Meta):
        table = "remote_media"
