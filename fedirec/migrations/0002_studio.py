import functools
from json import dumps, loads

from tortoise import fields
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index, PartialIndex
from tortoise.migrations import operations as ops

from fedirec.clock import now
from fedirec.db.migrating import QuickMigration


class Migration(QuickMigration):
    dependencies = [("fedirec", "0001_initial")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Caption",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "media",
                    fields.ForeignKeyField(
                        "fedirec.Media",
                        source_field="media_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="captions",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("language", fields.CharField(max_length=35)),
                ("label", fields.CharField(max_length=100)),
                ("path", fields.CharField(max_length=100)),
                ("size", fields.BigIntField(default=0, db_default=0)),
                ("created_at", fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "caption",
                "app": "fedirec",
                "unique_together": (("media", "language"),),
                "indexes": [Index(fields=["path"])],
                "pk_attr": "id",
                "table_description": "The words of a sound or a film in one language.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Comment",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("uri", fields.CharField(unique=True, max_length=2048)),
                ("url", fields.CharField(null=True, max_length=2048)),
                (
                    "author",
                    fields.ForeignKeyField(
                        "fedirec.Actor",
                        source_field="author_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="comments",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "record",
                    fields.ForeignKeyField(
                        "fedirec.Record",
                        source_field="record_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="comments",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("in_reply_to", fields.CharField(max_length=2048)),
                (
                    "parent",
                    fields.ForeignKeyField(
                        "fedirec.Comment",
                        source_field="parent_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="answers",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "thread",
                    fields.ForeignKeyField(
                        "fedirec.Comment",
                        source_field="thread_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="members",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("content", fields.TextField(default="", db_default="", unique=False)),
                ("text", fields.TextField(default="", db_default="", unique=False)),
                ("language", fields.CharField(null=True, max_length=35)),
                ("at_ms", fields.BigIntField(null=True)),
                ("warning", fields.CharField(default="", db_default="", max_length=500)),
                ("visibility", fields.CharField(default="public", db_default="public", max_length=10)),
                (
                    "document",
                    fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads),
                ),
                ("created_at", fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ("published_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("updated_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("deleted_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("hidden_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "hidden_by",
                    fields.ForeignKeyField(
                        "fedirec.Actor",
                        source_field="hidden_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="hidden_comments",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
            ],
            options={
                "table": "comment",
                "app": "fedirec",
                "indexes": [
                    Index(fields=["record_id", "thread_id", "id"]),
                    Index(fields=["record_id", "id"]),
                    Index(fields=["record_id", "at_ms"]),
                    Index(fields=["thread_id", "id"]),
                    Index(fields=["parent_id"]),
                    Index(fields=["in_reply_to"]),
                    Index(fields=["author_id", "created_at"]),
                ],
                "pk_attr": "id",
                "table_description": "What somebody said about a record, in answer to it or to another comment.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Draft",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("key", fields.CharField(max_length=26)),
                (
                    "author",
                    fields.ForeignKeyField(
                        "fedirec.Actor",
                        source_field="author_id",
                        db_index=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="drafts",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("title", fields.CharField(default="", db_default="", max_length=200)),
                (
                    "content",
                    fields.JSONField(
                        default=list, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                ("saved_at", fields.DatetimeField(default=now, db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "draft",
                "app": "fedirec",
                "unique_together": (("author", "key"),),
                "pk_attr": "id",
                "table_description": "A record that somebody is still writing.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="KeptAnswer",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "account",
                    fields.ForeignKeyField(
                        "fedirec.Account",
                        source_field="account_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="kept_answers",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("key", fields.CharField(max_length=255)),
                ("fingerprint", fields.CharField(max_length=64)),
                ("lease", fields.CharField(max_length=26)),
                ("answer", fields.BinaryField(null=True)),
                ("begun_at", fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "kept_answer",
                "app": "fedirec",
                "unique_together": (("account", "key"),),
                "indexes": [Index(fields=["begun_at"])],
                "pk_attr": "id",
                "table_description": "What a program was answered under a key of its own, so that asking again changes nothing.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Rendition",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "media",
                    fields.ForeignKeyField(
                        "fedirec.Media",
                        source_field="media_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="renditions",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("name", fields.CharField(max_length=10)),
                ("media_type", fields.CharField(max_length=100)),
                ("path", fields.CharField(max_length=100)),
                ("size", fields.BigIntField()),
                ("width", fields.IntField(null=True)),
                ("height", fields.IntField(null=True)),
                ("duration_ms", fields.BigIntField(null=True)),
            ],
            options={
                "table": "rendition",
                "app": "fedirec",
                "unique_together": (("media", "name"),),
                "indexes": [Index(fields=["path"])],
                "pk_attr": "id",
                "table_description": "What was made of a file so that it loads fast and plays everywhere.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="TagFollow",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "actor",
                    fields.ForeignKeyField(
                        "fedirec.Actor",
                        source_field="actor_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="followed_tags",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("name", fields.CharField(max_length=100)),
                ("created_at", fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "tag_follow",
                "app": "fedirec",
                "unique_together": (("actor", "name"),),
                "pk_attr": "id",
                "table_description": "Somebody of ours wants to see what carries a hashtag.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Upload",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("key", fields.CharField(unique=True, max_length=26)),
                (
                    "owner",
                    fields.ForeignKeyField(
                        "fedirec.Actor",
                        source_field="owner_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="uploads",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("file_name", fields.CharField(max_length=200)),
                ("size", fields.BigIntField()),
                ("received", fields.BigIntField(default=0, db_default=0)),
                ("state", fields.CharField(default="receiving", db_default="receiving", max_length=10)),
                ("problem", fields.CharField(null=True, max_length=40)),
                (
                    "media",
                    fields.ForeignKeyField(
                        "fedirec.Media",
                        source_field="media_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="uploads",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                ("created_at", fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "upload",
                "app": "fedirec",
                "indexes": [
                    Index(fields=["owner_id", "state"]),
                    Index(fields=["media_id"]),
                    Index(fields=["expires_at"]),
                ],
                "pk_attr": "id",
                "table_description": "A file that is on its way, piece by piece.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Account",
            name="licence",
            field=fields.CharField(null=True, max_length=60),
        ),
        ops.AddField(
            model_name="Account",
            name="unwanted",
            field=fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads),
        ),
        ops.AddField(
            model_name="Account",
            name="visibility",
            field=fields.CharField(default="public", db_default="public", max_length=10),
        ),
        ops.AddIndex(
            model_name="Announcement",
            index=Index(fields=["actor_id", "created_at"]),
        ),
        ops.AddField(
            model_name="Attachment",
            name="captions",
            field=fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads),
        ),
        ops.AddField(
            model_name="Media",
            name="blurhash",
            field=fields.CharField(null=True, max_length=100),
        ),
        ops.AddField(
            model_name="Media",
            name="colour",
            field=fields.CharField(null=True, max_length=7),
        ),
        ops.AddField(
            model_name="Media",
            name="peaks",
            field=fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads),
        ),
        ops.AddField(
            model_name="Media",
            name="problem",
            field=fields.CharField(null=True, max_length=40),
        ),
        ops.AddField(
            model_name="Media",
            name="progress",
            field=fields.IntField(null=True),
        ),
        ops.AddField(
            model_name="Media",
            name="state",
            field=fields.CharField(default="ready", db_default="ready", max_length=10),
        ),
        ops.AddField(
            model_name="Media",
            name="waits_until",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddIndex(
            model_name="Received",
            index=PartialIndex(fields=["sender_id"], name="idx_received_deletes", condition={"type": "Delete"}),
        ),
        ops.RemoveIndex(
            model_name="Record",
            name=None,
            fields=["visibility", "published_at"],
        ),
        ops.AddIndex(
            model_name="Record",
            index=Index(fields=["published_at"]),
        ),
        ops.AddField(
            model_name="RemoteMedia",
            name="medium_path",
            field=fields.CharField(null=True, max_length=100),
        ),
        ops.AddField(
            model_name="RemoteMedia",
            name="peaks",
            field=fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads),
        ),
        ops.AddField(
            model_name="RemoteMedia",
            name="sized_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="RemoteMedia",
            name="small_path",
            field=fields.CharField(null=True, max_length=100),
        ),
        ops.AddIndex(
            model_name="RemoteMedia",
            index=Index(fields=["small_path"]),
        ),
        ops.AddIndex(
            model_name="RemoteMedia",
            index=Index(fields=["medium_path"]),
        ),
        ops.AddField(
            model_name="Source",
            name="parent",
            field=fields.ForeignKeyField(
                "fedirec.Record",
                source_field="parent_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name="uses",
                on_delete=OnDelete.RESTRICT,
            ),
        ),
        ops.AddIndex(
            model_name="Source",
            index=Index(fields=["parent_id"]),
        ),
        ops.RunSQL(
            "UPDATE source SET parent_id = (SELECT r.id FROM record r WHERE r.uri = source.uri)",
            reverse_sql=ops.RunSQL.noop,
        ),
        # Of files that are here already nothing was made yet: the chore for what is missing takes them up.
        ops.RunSQL("UPDATE media SET state = 'processing'", reverse_sql=ops.RunSQL.noop),
    ]
