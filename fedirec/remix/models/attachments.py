"""The media files of records and of prompts."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from fedirec.db.classes import RowClass
from fedirec.media.models import Media
from fedirec.remix.models.challenges import Challenge
from fedirec.remix.models.records import Record


class Attachment(Model, metaclass=RowClass):
    """A media file of a record or of a challenge's prompt."""

    id = fields.BigIntField(primary_key=True)
    record: fields.ForeignKeyNullableRelation[Record] = fields.ForeignKeyField(
        "fedirec.Record", related_name="attachments", on_delete=fields.CASCADE, null=True, db_index=True
    )
    record_id: int | None
    challenge: fields.ForeignKeyNullableRelation[Challenge] = fields.ForeignKeyField(
        "fedirec.Challenge", related_name="attachments", on_delete=fields.CASCADE, null=True, db_index=True
    )
    challenge_id: int | None
    media: fields.ForeignKeyNullableRelation[Media] = fields.ForeignKeyField(
        "fedirec.Media", related_name="attachments", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    media_id: int | None
    position = fields.IntField()
    kind = fields.CharField(max_length=10)
    media_type = fields.CharField(max_length=100)
    url = fields.CharField(max_length=2048)
    poster_url = fields.CharField(max_length=2048, null=True)
    description = fields.TextField(default="", db_default="")
    width = fields.IntField(null=True)
    height = fields.IntField(null=True)
    duration_ms = fields.BigIntField(null=True)
    digest = fields.CharField(max_length=100, null=True)
    blurhash = fields.CharField(max_length=100, null=True)
    captions: fields.Field[list[dict[str, str]] | None] = fields.JSONField(null=True)
    """Of a file from elsewhere: `language`, `name` and `url` of each."""

    class Meta(Model.Meta):
        table = "attachment"
        indexes = [Index(fields=["digest"]), Index(fields=["url"])]
