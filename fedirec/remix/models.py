"""Records, what they were made from, and the challenges they answer."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.media.models import Media


class Challenge(Model):
    """A creative prompt that people answer with records, and whose actor is a Group."""

    id = fields.BigIntField(primary_key=True)
    actor: fields.OneToOneRelation[Actor] = fields.OneToOneField(
        "fedirec.Actor", related_name="challenge", on_delete=fields.RESTRICT
    )
    actor_id: int
    leader: fields.ForeignKeyNullableRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="led_challenges", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    leader_id: int | None
    prompt_uri = fields.CharField(max_length=2048, null=True, unique=True)
    title = fields.CharField(max_length=500)
    text = fields.TextField(default="", db_default="")
    content = fields.TextField(default="", db_default="")
    kinds: fields.Field[list[str]] = fields.JSONField(default=list)
    language = fields.CharField(max_length=35, null=True)
    deadline_at = fields.DatetimeField(null=True)
    timezone = fields.CharField(max_length=60, default="UTC", db_default="UTC")
    state = fields.CharField(max_length=12, default="open", db_default="open")
    opened_at = fields.DatetimeField(default=now, db_index=True)
    updated_at = fields.DatetimeField(null=True)
    closed_at = fields.DatetimeField(null=True)

    attachments: fields.ReverseRelation[Attachment]
    terms: fields.ReverseRelation[ChallengeTerms]
    submissions: fields.ReverseRelation[Submission]

    class Meta(Model.Meta):
        table = "challenge"
        indexes = [Index(fields=["state", "deadline_at"])]


class ChallengeTerms(Model):
    """What a challenge promised, version by version, never changed."""

    id = fields.BigIntField(primary_key=True)
    challenge: fields.ForeignKeyRelation[Challenge] = fields.ForeignKeyField(
        "fedirec.Challenge", related_name="terms", on_delete=fields.RESTRICT, db_index=True
    )
    challenge_id: int
    version = fields.IntField()
    licence = fields.CharField(max_length=60)
    pays = fields.CharField(max_length=10)
    amount = fields.BigIntField(null=True)
    currency = fields.CharField(max_length=3, null=True)
    decided_by = fields.CharField(max_length=20)
    text = fields.TextField(default="", db_default="")
    digest = fields.CharField(max_length=100)
    created_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "challenge_terms"
        unique_together = (("challenge", "version"),)


class Record(Model):
    """A creative work, ours or someone else's."""

    id = fields.BigIntField(primary_key=True)
    uri = fields.CharField(max_length=2048, unique=True)
    url = fields.CharField(max_length=2048, null=True)
    author: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="records", on_delete=fields.RESTRICT, db_index=True
    )
    author_id: int
    kind = fields.CharField(max_length=10)
    title = fields.CharField(max_length=500)
    text = fields.TextField(default="", db_default="")
    content = fields.TextField(default="", db_default="")
    warning = fields.CharField(max_length=500, default="", db_default="")
    language = fields.CharField(max_length=35, null=True)
    licence = fields.CharField(max_length=60)
    licence_url = fields.CharField(max_length=300, null=True)
    visibility = fields.CharField(max_length=10, default="public", db_default="public")
    in_reply_to = fields.CharField(max_length=2048, null=True)
    is_post = fields.BooleanField(default=False, db_default=False)
    digest = fields.CharField(max_length=100, null=True)
    digest_holds = fields.BooleanField(default=False, db_default=False)
    revision = fields.IntField(default=1, db_default=1)
    published_at = fields.DatetimeField()
    updated_at = fields.DatetimeField(null=True)
    deleted_at = fields.DatetimeField(null=True)
    fetched_at = fields.DatetimeField(null=True)

    attachments: fields.ReverseRelation[Attachment]
    sources: fields.ReverseRelation[Source]
    tags: fields.ReverseRelation[RecordTag]
    contributors: fields.ReverseRelation[Contributor]
    submissions: fields.ReverseRelation[Submission]
    comments: fields.ReverseRelation[Comment]

    class Meta(Model.Meta):
        table = "record"
        indexes = [Index(fields=["published_at"]), Index(fields=["author_id", "published_at"])]


class RecordRevision(Model):
    """A record as it was in one of its versions, never changed."""

    id = fields.BigIntField(primary_key=True)
    record: fields.ForeignKeyRelation[Record] = fields.ForeignKeyField(
        "fedirec.Record", related_name="revisions", on_delete=fields.RESTRICT, db_index=True
    )
    record_id: int
    number = fields.IntField()
    document: fields.Field[dict[str, Any]] = fields.JSONField()
    digest = fields.CharField(max_length=100, null=True)
    created_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "record_revision"
        unique_together = (("record", "number"),)


class Attachment(Model):
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


class Source(Model):
    """One step of lineage: a record was made from what lives at an address."""

    id = fields.BigIntField(primary_key=True)
    record: fields.ForeignKeyRelation[Record] = fields.ForeignKeyField(
        "fedirec.Record", related_name="sources", on_delete=fields.RESTRICT, db_index=True
    )
    record_id: int
    uri = fields.CharField(max_length=2048, db_index=True)
    relation = fields.CharField(max_length=12)
    position = fields.IntField()
    in_graph = fields.BooleanField(default=True, db_default=True)
    snapshot: fields.ForeignKeyNullableRelation[Snapshot] = fields.ForeignKeyField(
        "fedirec.Snapshot", related_name="edges", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    snapshot_id: int | None
    attempts = fields.IntField(default=0, db_default=0)
    problem = fields.CharField(max_length=300, null=True)
    created_at = fields.DatetimeField(default=now)
    withdrawn_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "source"
        unique_together = (("record", "uri"),)


class Snapshot(Model):
    """A source as it was when somebody built on it, never changed."""

    id = fields.BigIntField(primary_key=True)
    uri = fields.CharField(max_length=2048, db_index=True)
    author_uri = fields.CharField(max_length=2048)
    author_handle = fields.CharField(max_length=600)
    author_name = fields.CharField(max_length=500)
    kind = fields.CharField(max_length=10)
    title = fields.CharField(max_length=500)
    licence = fields.CharField(max_length=60)
    licence_url = fields.CharField(max_length=300, null=True)
    media_digests: fields.Field[list[str]] = fields.JSONField(default=list)
    record_digest = fields.CharField(max_length=100, null=True)
    published_at = fields.DatetimeField()
    document: fields.Field[dict[str, Any]] = fields.JSONField()
    document_digest = fields.CharField(max_length=100)
    fetched_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "snapshot"
        unique_together = (("uri", "document_digest"),)


class RecordTag(Model):
    """A hashtag of a record."""

    id = fields.BigIntField(primary_key=True)
    record: fields.ForeignKeyRelation[Record] = fields.ForeignKeyField(
        "fedirec.Record", related_name="tags", on_delete=fields.CASCADE, db_index=True
    )
    record_id: int
    name = fields.CharField(max_length=100, db_index=True)

    class Meta(Model.Meta):
        table = "record_tag"
        unique_together = (("record", "name"),)


class TagFollow(Model):
    """Somebody of ours wants to see what carries a hashtag."""

    id = fields.BigIntField(primary_key=True)
    actor: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="followed_tags", on_delete=fields.CASCADE
    )
    actor_id: int
    name = fields.CharField(max_length=100)
    created_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "tag_follow"
        unique_together = (("actor", "name"),)


class Contributor(Model):
    """Somebody with a role in a record, named by its author."""

    id = fields.BigIntField(primary_key=True)
    record: fields.ForeignKeyRelation[Record] = fields.ForeignKeyField(
        "fedirec.Record", related_name="contributors", on_delete=fields.CASCADE, db_index=True
    )
    record_id: int
    actor_uri = fields.CharField(max_length=2048, db_index=True)
    role = fields.CharField(max_length=20)
    position = fields.IntField()

    class Meta(Model.Meta):
        table = "contributor"
        unique_together = (("record", "actor_uri", "role"),)


class Submission(Model):
    """A record offered to a challenge, under the terms of that moment."""

    id = fields.BigIntField(primary_key=True)
    challenge: fields.ForeignKeyRelation[Challenge] = fields.ForeignKeyField(
        "fedirec.Challenge", related_name="submissions", on_delete=fields.RESTRICT, db_index=True
    )
    challenge_id: int
    record: fields.ForeignKeyRelation[Record] = fields.ForeignKeyField(
        "fedirec.Record", related_name="submissions", on_delete=fields.RESTRICT, db_index=True
    )
    record_id: int
    state = fields.CharField(max_length=16, default="pending", db_default="pending")
    via = fields.CharField(max_length=10)
    terms_version = fields.IntField(null=True)
    terms_digest = fields.CharField(max_length=100, null=True)
    reason = fields.CharField(max_length=500, default="", db_default="")
    created_at = fields.DatetimeField(default=now)
    decided_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "submission"
        unique_together = (("challenge", "record"),)


class Draft(Model):
    """A record that somebody is still writing."""

    id = fields.BigIntField(primary_key=True)
    key = fields.CharField(max_length=26)
    author: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="drafts", on_delete=fields.CASCADE, db_index=True
    )
    author_id: int
    title = fields.CharField(max_length=200, default="", db_default="")
    content: fields.Field[list[list[str]]] = fields.JSONField(default=list)
    saved_at = fields.DatetimeField(default=now, db_index=True)

    class Meta(Model.Meta):
        table = "draft"
        unique_together = (("author", "key"),)


class Comment(Model):
    """What somebody said about a record, in answer to it or to another comment."""

    id = fields.BigIntField(primary_key=True)
    uri = fields.CharField(max_length=2048, unique=True)
    url = fields.CharField(max_length=2048, null=True)
    author: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="comments", on_delete=fields.RESTRICT
    )
    author_id: int
    record: fields.ForeignKeyRelation[Record] = fields.ForeignKeyField(
        "fedirec.Record", related_name="comments", on_delete=fields.RESTRICT
    )
    record_id: int
    in_reply_to = fields.CharField(max_length=2048)
    parent: fields.ForeignKeyNullableRelation[Comment] = fields.ForeignKeyField(
        "fedirec.Comment", related_name="answers", on_delete=fields.RESTRICT, null=True
    )
    parent_id: int | None
    thread: fields.ForeignKeyNullableRelation[Comment] = fields.ForeignKeyField(
        "fedirec.Comment", related_name="members", on_delete=fields.RESTRICT, null=True
    )
    thread_id: int | None
    content = fields.TextField(default="", db_default="")
    text = fields.TextField(default="", db_default="")
    language = fields.CharField(max_length=35, null=True)
    at_ms = fields.BigIntField(null=True)
    warning = fields.CharField(max_length=500, default="", db_default="")
    visibility = fields.CharField(max_length=10, default="public", db_default="public")
    document: fields.Field[dict[str, Any] | None] = fields.JSONField(null=True)
    created_at = fields.DatetimeField(default=now)
    published_at = fields.DatetimeField()
    updated_at = fields.DatetimeField(null=True)
    deleted_at = fields.DatetimeField(null=True)
    hidden_at = fields.DatetimeField(null=True)
    hidden_by: fields.ForeignKeyNullableRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="hidden_comments", on_delete=fields.RESTRICT, null=True
    )
    hidden_by_id: int | None

    class Meta(Model.Meta):
        table = "comment"
        indexes = [
            Index(fields=["record_id", "thread_id", "id"]),
            Index(fields=["record_id", "id"]),
            Index(fields=["record_id", "at_ms"]),
            Index(fields=["thread_id", "id"]),
            Index(fields=["parent_id"]),
            Index(fields=["in_reply_to"]),
            Index(fields=["author_id", "created_at"]),
        ]
