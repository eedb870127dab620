from functools import partial
from json import dumps, loads

from tortoise import fields
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index, PartialIndex
from tortoise.migrations import operations as ops

from fedirec.clock import now
from fedirec.db.migrating import QuickMigration


class Migration(QuickMigration):
    dependencies = [("fedirec", "0009_waiting")]

    initial = False

    operations = [
        ops.CreateModel(
            name="RemixRequest",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("uri", fields.CharField(null=True, db_index=True, max_length=2048)),
                ("remix_uri", fields.CharField(db_index=True, max_length=2048)),
                ("source_uri", fields.CharField(max_length=2048)),
                (
                    "asker",
                    fields.ForeignKeyField(
                        "fedirec.Actor",
                        source_field="asker_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="remix_requests",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "owner",
                    fields.ForeignKeyField(
                        "fedirec.Actor",
                        source_field="owner_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="remix_questions",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("state", fields.CharField(max_length=10)),
                ("is_automatic", fields.BooleanField(default=False, db_default=False)),
                ("key", fields.CharField(null=True, unique=True, max_length=26)),
                ("stamp_uri", fields.CharField(null=True, max_length=2048)),
                (
                    "stamp",
                    fields.JSONField(null=True, encoder=partial(dumps, separators=(",", ":")), decoder=loads),
                ),
                ("remix_digest", fields.CharField(null=True, max_length=100)),
                ("source_digest", fields.CharField(null=True, max_length=100)),
                ("licence", fields.CharField(null=True, max_length=60)),
                (
                    "roles",
                    fields.JSONField(default=list, encoder=partial(dumps, separators=(",", ":")), decoder=loads),
                ),
                ("words", fields.CharField(default="", db_default="", max_length=1000)),
                ("answer", fields.CharField(default="", db_default="", max_length=1000)),
                ("quote_request_uri", fields.CharField(null=True, max_length=2048)),
                ("quote_stamp_uri", fields.CharField(null=True, max_length=2048)),
                ("asked_at", fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ("decided_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("checked_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("missed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "remix_request",
                "app": "fedirec",
                "unique_together": (("source_uri", "remix_uri", "asker"),),
                "indexes": [
                    Index(fields=["owner_id", "state", "id"]),
                    Index(fields=["asker_id", "asked_at"]),
                    Index(fields=["state", "expires_at"]),
                    Index(fields=["state", "checked_at"]),
                    Index(fields=["stamp_uri"]),
                ],
                "pk_attr": "id",
                "table_description": "Whether the author of a source agrees to one remix of it, asked by or of somebody here, or seen elsewhere.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="ActorKey",
            name="is_vouched",
            field=fields.BooleanField(default=True, db_default=True),
        ),
        ops.AddField(
            model_name="Account",
            name="ai_preference",
            field=fields.CharField(default="unset", db_default="unset", max_length=10),
        ),
        ops.AddField(
            model_name="Account",
            name="skills",
            field=fields.JSONField(null=True, encoder=partial(dumps, separators=(",", ":")), decoder=loads),
        ),
        ops.AddField(
            model_name="Account",
            name="remixing",
            field=fields.CharField(default="anyone", db_default="anyone", max_length=10),
        ),
        ops.AddField(
            model_name="Record",
            name="ai_preference",
            field=fields.CharField(default="unset", db_default="unset", max_length=10),
        ),
        ops.AddField(
            model_name="Record",
            name="without_name",
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name="Actor",
            name="without_name",
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name="Record",
            name="remixing",
            field=fields.CharField(default="anyone", db_default="anyone", max_length=10),
        ),
        ops.AddField(
            model_name="RecordRevision",
            name="editor_uri",
            field=fields.CharField(null=True, max_length=2048),
        ),
        ops.AddField(
            model_name="RecordRevision",
            name="envelope",
            field=fields.JSONField(null=True, encoder=partial(dumps, separators=(",", ":")), decoder=loads),
        ),
        ops.AddField(
            model_name="Snapshot",
            name="envelope",
            field=fields.JSONField(null=True, encoder=partial(dumps, separators=(",", ":")), decoder=loads),
        ),
        ops.AddField(
            model_name="Snapshot",
            name="updated_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Source",
            name="acknowledgement",
            field=fields.CharField(default="declared", db_default="declared", max_length=12),
        ),
        ops.AddField(
            model_name="Source",
            name="added_by",
            field=fields.CharField(default="author", db_default="author", max_length=10),
        ),
        ops.AddField(
            model_name="Source",
            name="permission",
            field=fields.CharField(default="unknown", db_default="unknown", max_length=12),
        ),
        ops.AddField(
            model_name="Record",
            name="is_partial",
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name="Record",
            name="remixes_asked_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Record",
            name="remixes_gap",
            field=fields.CharField(default="", db_default="", max_length=10),
        ),
        ops.AddField(
            model_name="Source",
            name="asked_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Source",
            name="thanks",
            field=fields.CharField(default="", db_default="", max_length=500),
        ),
        ops.AddField(
            model_name="Source",
            name="thanks_unwanted",
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddIndex(
            model_name="Source",
            index=PartialIndex(fields=["created_at"], name="idx_source_replies", condition={"added_by": "reply"}),
        ),
        ops.CreateModel(
            name="Claim",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("key", fields.CharField(unique=True, max_length=26)),
                (
                    "record",
                    fields.ForeignKeyField(
                        "fedirec.Record",
                        source_field="record_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="claims",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("kind", fields.CharField(max_length=20)),
                ("state", fields.CharField(default="opened", db_default="opened", max_length=12)),
                (
                    "claimant",
                    fields.ForeignKeyField(
                        "fedirec.Actor",
                        source_field="claimant_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="claims",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("activity_uri", fields.CharField(null=True, db_index=True, max_length=2048)),
                ("source_uri", fields.CharField(null=True, max_length=2048)),
                ("person_uri", fields.CharField(null=True, max_length=2048)),
                ("role", fields.CharField(default="", db_default="", max_length=20)),
                ("wanted_role", fields.CharField(default="", db_default="", max_length=20)),
                ("outcome", fields.CharField(default="", db_default="", max_length=12)),
                ("reason", fields.CharField(default="", db_default="", max_length=1000)),
                ("holds", fields.BooleanField(default=False, db_default=False)),
                ("is_agreed", fields.BooleanField(default=False, db_default=False)),
                ("decided_at_home", fields.BooleanField(default=False, db_default=False)),
                (
                    "looked_at_by",
                    fields.ForeignKeyField(
                        "fedirec.Actor",
                        source_field="looked_at_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="claims_looked_at",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                ("looked_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "decided_by",
                    fields.ForeignKeyField(
                        "fedirec.Actor",
                        source_field="decided_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="claims_decided",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                (
                    "before",
                    fields.JSONField(default=list, encoder=partial(dumps, separators=(",", ":")), decoder=loads),
                ),
                ("dedupe_key", fields.CharField(null=True, unique=True, max_length=64)),
                ("created_at", fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ("decided_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "claim",
                "app": "fedirec",
                "indexes": [
                    Index(fields=["record_id", "state"]),
                    Index(fields=["claimant_id", "created_at"]),
                    Index(fields=["state", "id"]),
                ],
                "pk_attr": "id",
                "table_description": "Somebody says that a source or a credit of a record is not right.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ClaimEvent",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "claim",
                    fields.ForeignKeyField(
                        "fedirec.Claim",
                        source_field="claim_id",
                        db_index=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="events",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "actor",
                    fields.ForeignKeyField(
                        "fedirec.Actor",
                        source_field="actor_id",
                        null=True,
                        db_index=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="claim_events",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                ("happening", fields.CharField(max_length=12)),
                ("words", fields.TextField(default="", db_default="", unique=False)),
                ("links", fields.JSONField(default=list, encoder=partial(dumps, separators=(",", ":")), decoder=loads)),
                ("created_at", fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "claim_event",
                "app": "fedirec",
                "pk_attr": "id",
                "table_description": "Something that was said or done about a claim.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Pseudonym",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("uri", fields.CharField(unique=True, max_length=100)),
                ("actor_uri", fields.CharField(db_index=True, max_length=2048)),
                (
                    "record",
                    fields.ForeignKeyField(
                        "fedirec.Record",
                        source_field="record_id",
                        db_index=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="pseudonyms",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("remix_uri", fields.CharField(default="", db_default="", max_length=2048)),
                ("created_at", fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "pseudonym",
                "app": "fedirec",
                "pk_attr": "id",
                "table_description": "What stands for somebody who does not want to be named.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Bookmark",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "actor",
                    fields.ForeignKeyField(
                        "fedirec.Actor",
                        source_field="actor_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="bookmarks",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "record",
                    fields.ForeignKeyField(
                        "fedirec.Record",
                        source_field="record_id",
                        db_index=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="bookmarks",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("created_at", fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "bookmark",
                "app": "fedirec",
                "unique_together": (("actor", "record"),),
                "indexes": [Index(fields=["actor_id", "created_at"])],
                "pk_attr": "id",
                "table_description": "Somebody of ours wants to find a record again.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Suggestion",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("uri", fields.CharField(null=True, db_index=True, max_length=2048)),
                ("record_uri", fields.CharField(max_length=2048)),
                ("variation_uri", fields.CharField(max_length=2048)),
                (
                    "proposer",
                    fields.ForeignKeyField(
                        "fedirec.Actor",
                        source_field="proposer_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="suggestions",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "owner",
                    fields.ForeignKeyField(
                        "fedirec.Actor",
                        source_field="owner_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="suggestions_received",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("state", fields.CharField(max_length=10)),
                ("words", fields.CharField(default="", db_default="", max_length=1000)),
                ("answer", fields.CharField(default="", db_default="", max_length=1000)),
                ("revision", fields.IntField(null=True)),
                ("offered_at", fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ("decided_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "suggestion",
                "app": "fedirec",
                "unique_together": (("record_uri", "variation_uri", "proposer"),),
                "indexes": [
                    Index(fields=["owner_id", "state", "id"]),
                    Index(fields=["proposer_id", "id"]),
                    Index(fields=["variation_uri"]),
                ],
                "pk_attr": "id",
                "table_description": "Somebody offers a remix of a record to its author, as a change that they could make theirs.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Pen",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("uri", fields.CharField(null=True, db_index=True, max_length=2048)),
                ("record_uri", fields.CharField(max_length=2048)),
                (
                    "owner",
                    fields.ForeignKeyField(
                        "fedirec.Actor",
                        source_field="owner_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="pens_given",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "holder",
                    fields.ForeignKeyField(
                        "fedirec.Actor",
                        source_field="holder_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="pens",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("state", fields.CharField(max_length=10)),
                ("words", fields.CharField(default="", db_default="", max_length=1000)),
                ("offered_at", fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ("decided_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "pen",
                "app": "fedirec",
                "unique_together": (("record_uri", "holder"),),
                "indexes": [Index(fields=["owner_id", "offered_at"]), Index(fields=["holder_id", "id"])],
                "pk_attr": "id",
                "table_description": "Somebody may write new versions of a record, or is invited to.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Writing",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("uri", fields.CharField(db_index=True, max_length=2048)),
                (
                    "pen",
                    fields.ForeignKeyField(
                        "fedirec.Pen",
                        source_field="pen_id",
                        db_index=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="writings",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "document",
                    fields.JSONField(default=dict, encoder=partial(dumps, separators=(",", ":")), decoder=loads),
                ),
                ("files", fields.JSONField(default=list, encoder=partial(dumps, separators=(",", ":")), decoder=loads)),
                ("digest", fields.CharField(default="", db_default="", max_length=100)),
                ("state", fields.CharField(max_length=10)),
                ("answer", fields.CharField(default="", db_default="", max_length=1000)),
                ("written_at", fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ("decided_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "writing",
                "app": "fedirec",
                "pk_attr": "id",
                "table_description": "A new version of a record, on its way to the instance of the author.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="MediaPrint",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "media",
                    fields.ForeignKeyField(
                        "fedirec.Media",
                        source_field="media_id",
                        db_index=True,
                        db_constraint=True,
                        to_field="id",
                        null=True,
                        related_name="prints",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "remote",
                    fields.ForeignKeyField(
                        "fedirec.RemoteMedia",
                        source_field="remote_id",
                        db_index=True,
                        db_constraint=True,
                        to_field="id",
                        null=True,
                        related_name="prints",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("kind", fields.CharField(max_length=8)),
                ("position", fields.IntField()),
                ("bits", fields.CharField(default="", db_default="", max_length=16)),
                ("against", fields.CharField(default="", db_default="", max_length=16)),
                ("band_0", fields.IntField(null=True)),
                ("band_1", fields.IntField(null=True)),
                ("band_2", fields.IntField(null=True)),
                ("band_3", fields.IntField(null=True)),
            ],
            options={
                "table": "media_print",
                "app": "fedirec",
                "indexes": [
                    Index(fields=["band_0"]),
                    Index(fields=["band_1"]),
                    Index(fields=["band_2"]),
                    Index(fields=["band_3"]),
                ],
                "pk_attr": "id",
                "table_description": "What a file is recognised by when it was made small or written anew.",
            },
            bases=["Model"],
        ),
        ops.AddIndex(
            model_name="Attachment",
            index=Index(fields=["digest"]),
        ),
        ops.AddIndex(
            model_name="Attachment",
            index=Index(fields=["url"]),
        ),
        ops.AddIndex(
            model_name="Record",
            index=Index(
                fields=["published_at", "id", "author_id", "kind", "language", "licence", "visibility", "deleted_at"]
            ),
        ),
    ]
