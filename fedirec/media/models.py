"""Files that people gave us, what was made of them, and copies of files that live elsewhere."""

from __future__ import annotations

from datetime import datetime

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db.classes import RowClass


class Media(Model, metaclass=RowClass):
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
    state = fields.CharField(max_length=10, default="ready", db_default="ready")
    """`processing` until its renditions are made, then `ready`; `failed` when they could not be. It is used anyway."""
    problem = fields.CharField(max_length=40, null=True)
    """Why that was, as a key of `refusals`; `queries.dress` says it in words."""
    progress = fields.IntField(null=True)
    """How much of the processing is done, in percent, in coarse steps."""
    blurhash = fields.CharField(max_length=100, null=True)
    colour = fields.CharField(max_length=7, null=True)
    """The colour that it mostly has, as #rrggbb."""
    peaks: fields.Field[list[int] | None] = fields.JSONField(null=True)
    """How loud it is from beginning to end, 0 to 255; null without sound."""
    created_at = fields.DatetimeField(default=now)

    renditions: fields.ReverseRelation[Rendition]
    captions: fields.ReverseRelation[Caption]

    class Meta(Model.Meta):
        table = "media"
        indexes = [Index(fields=["attached_at", "created_at"])]


class Rendition(Model, metaclass=RowClass):
    """What was made of a file so that it loads fast and plays everywhere."""

    id = fields.BigIntField(primary_key=True)
    media: fields.ForeignKeyRelation[Media] = fields.ForeignKeyField(
        "fedirec.Media", related_name="renditions", on_delete=fields.CASCADE
    )
    media_id: int
    name = fields.CharField(max_length=10)
    media_type = fields.CharField(max_length=100)
    path = fields.CharField(max_length=100)
    size = fields.BigIntField()
    width = fields.IntField(null=True)
    height = fields.IntField(null=True)
    duration_ms = fields.BigIntField(null=True)

    class Meta(Model.Meta):
        table = "rendition"
        indexes = [Index(fields=["path"])]
        unique_together = (("media", "name"),)


class MediaPrint(Model, metaclass=RowClass):
    """What a file is recognised by when it was made small or written anew."""

    id = fields.BigIntField(primary_key=True)
    media: fields.ForeignKeyNullableRelation[Media] = fields.ForeignKeyField(
        "fedirec.Media", related_name="prints", on_delete=fields.CASCADE, null=True, db_index=True
    )
    media_id: int | None
    remote: fields.ForeignKeyNullableRelation[RemoteMedia] = fields.ForeignKeyField(
        "fedirec.RemoteMedia", related_name="prints", on_delete=fields.CASCADE, null=True, db_index=True
    )
    """The copy of a file of another instance that it is of, where it is none of ours."""
    remote_id: int | None
    kind = fields.CharField(max_length=8)
    """picture or sound; empty where there is nothing to recognise it by."""
    position = fields.IntField()
    """Of several prints of one sound."""
    bits = fields.CharField(max_length=16, default="", db_default="")
    against = fields.CharField(max_length=16, default="", db_default="")
    """What the print of a picture is held against."""
    band_0 = fields.IntField(null=True)
    band_1 = fields.IntField(null=True)
    band_2 = fields.IntField(null=True)
    band_3 = fields.IntField(null=True)

    class Meta(Model.Meta):
        table = "media_print"
        indexes = [
            Index(fields=["band_0"]),
            Index(fields=["band_1"]),
            Index(fields=["band_2"]),
            Index(fields=["band_3"]),
        ]


class Caption(Model, metaclass=RowClass):
    """The words of a sound or a film in one language."""

    id = fields.BigIntField(primary_key=True)
    media: fields.ForeignKeyRelation[Media] = fields.ForeignKeyField(
        "fedirec.Media", related_name="captions", on_delete=fields.CASCADE
    )
    media_id: int
    language = fields.CharField(max_length=35)
    label = fields.CharField(max_length=100)
    path = fields.CharField(max_length=100)
    size = fields.BigIntField(default=0, db_default=0)
    created_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "caption"
        indexes = [Index(fields=["path"])]
        unique_together = (("media", "language"),)


class Upload(Model, metaclass=RowClass):
    """A file that is on its way, piece by piece."""

    id = fields.BigIntField(primary_key=True)
    key = fields.CharField(max_length=26, unique=True)
    owner: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="uploads", on_delete=fields.CASCADE
    )
    owner_id: int
    file_name = fields.CharField(max_length=200)
    size = fields.BigIntField()
    received = fields.BigIntField(default=0, db_default=0)
    """Bytes that were there when somebody last looked; the file itself knows best."""
    state = fields.CharField(max_length=10, default="receiving", db_default="receiving")
    """`receiving`, then `arrived` until it was opened, then `kept` or `refused`."""
    problem = fields.CharField(max_length=40, null=True)
    """Why it was refused, as `refusals.in_words` reads it."""
    media: fields.ForeignKeyNullableRelation[Media] = fields.ForeignKeyField(
        "fedirec.Media", related_name="uploads", on_delete=fields.SET_NULL, null=True
    )
    media_id: int | None
    created_at = fields.DatetimeField(default=now)
    expires_at: fields.Field[datetime] = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "upload"
        indexes = [Index(fields=["owner_id", "state"]), Index(fields=["media_id"]), Index(fields=["expires_at"])]


class RemoteMedia(Model, metaclass=RowClass):
    """A copy of a file that lives on another instance."""

    id = fields.BigIntField(primary_key=True)
    url_digest = fields.CharField(max_length=64, unique=True)
    url = fields.CharField(max_length=2048)
    media_type = fields.CharField(max_length=100, null=True)
    size = fields.BigIntField(default=0, db_default=0)
    path = fields.CharField(max_length=100, null=True, db_index=True)
    small_path = fields.CharField(max_length=100, null=True)
    medium_path = fields.CharField(max_length=100, null=True)
    sized_at = fields.DatetimeField(null=True)
    """When smaller versions of an image were made, or found to be no smaller."""
    peaks: fields.Field[list[int] | None] = fields.JSONField(null=True)
    """How loud it is from beginning to end, 0 to 255; null without sound."""
    problem = fields.CharField(max_length=300, null=True)
    fetched_at = fields.DatetimeField(default=now)
    used_at = fields.DatetimeField(default=now, db_index=True)

    class Meta(Model.Meta):
        table = "remote_media"
        indexes = [Index(fields=["small_path"]), Index(fields=["medium_path"])]
