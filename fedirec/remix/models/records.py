"""Records, and what they once were."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db.classes import RowClass

if TYPE_CHECKING:
    from fedirec.remix.models.attachments import Attachment
    from fedirec.remix.models.comments import Comment
    from fedirec.remix.models.contributors import Contributor
    from fedirec.remix.models.lineage import Source
    from fedirec.remix.models.submissions import Submission
    from fedirec.remix.models.tags import RecordTag


class Record(Model, metaclass=RowClass):
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
    quoting = fields.CharField(max_length=10, default="anyone", db_default="anyone")
    """Who may quote it, by its author's wish: anyone, those whom they approve (asked), or nobody."""
    remixing = fields.CharField(max_length=10, default="anyone", db_default="anyone")
    """Whose remixes its author agrees to without being asked: anyone's, followers', or nobody's."""
    ai_preference = fields.CharField(max_length=10, default="unset", db_default="unset")
    """What its author wishes about training machines with it: unset, disallow or allow."""
    without_name = fields.BooleanField(default=False, db_default=False)
    """Whether its present version says that its author is not named for it in what others make from it."""
    policy: fields.Field[dict[str, Any] | None] = fields.JSONField(null=True)
    """What others may do with it, as its author elsewhere says; None when nothing is said."""
    feedback_wanted = fields.CharField(max_length=500, null=True)
    """What its author would like to hear about it; null when they did not ask."""
    is_post = fields.BooleanField(default=False, db_default=False)
    digest = fields.CharField(max_length=100, null=True)
    digest_holds = fields.BooleanField(default=False, db_default=False)
    revision = fields.IntField(default=1, db_default=1)
    published_at = fields.DatetimeField()
    updated_at = fields.DatetimeField(null=True)
    deleted_at = fields.DatetimeField(null=True)
    fetched_at = fields.DatetimeField(null=True)
    replies_asked_at = fields.DatetimeField(null=True)
    """When its origin was asked what was said about it."""
    remixes_asked_at = fields.DatetimeField(null=True)
    """When its origin was asked what was made of it."""
    remixes_gap = fields.CharField(max_length=10, default="", db_default="")
    """Why not everything that its origin lists is here, as `spreading.Gap` says."""
    is_partial = fields.BooleanField(default=False, db_default=False)
    """Whether it names more sources or contributors than came here."""
    held_at = fields.DatetimeField(null=True)
    """Since when it waits for a moderator, who has to see it before anybody else does."""

    attachments: fields.ReverseRelation[Attachment]
    sources: fields.ReverseRelation[Source]
    uses: fields.ReverseRelation[Source]
    tags: fields.ReverseRelation[RecordTag]
    contributors: fields.ReverseRelation[Contributor]
    submissions: fields.ReverseRelation[Submission]
    comments: fields.ReverseRelation[Comment]

    class Meta(Model.Meta):
        table = "record"
        indexes = [
            Index(fields=["published_at"]),
            Index(fields=["author_id", "published_at"]),
            Index(fields=["held_at"]),
            Index(fields=["feedback_wanted"]),
            # All that a walk through everything looks at, so that it reads no record on its way.
            Index(
                fields=["published_at", "id", "author_id", "kind", "language", "licence", "visibility", "deleted_at"]
            ),
        ]


class RecordRevision(Model, metaclass=RowClass):
    """A record as it was in one of its versions, never changed."""

    id = fields.BigIntField(primary_key=True)
    record: fields.ForeignKeyRelation[Record] = fields.ForeignKeyField(
        "fedirec.Record", related_name="revisions", on_delete=fields.RESTRICT, db_index=True
    )
    record_id: int
    number = fields.IntField()
    document: fields.Field[dict[str, Any]] = fields.JSONField()
    envelope: fields.Field[dict[str, Any] | None] = fields.JSONField(null=True)
    """The signed activity that brought the document, without the document; None when that came by itself."""
    editor_uri = fields.CharField(max_length=2048, null=True)
    """Who made this version, where that is not the author of the record."""
    digest = fields.CharField(max_length=100, null=True)
    created_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "record_revision"
        unique_together = (("record", "number"),)
