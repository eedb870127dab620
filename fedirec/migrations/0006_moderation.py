import functools
from json import dumps, loads

from tortoise import fields
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from fedirec.clock import now
from fedirec.db.migrating import QuickMigration


class Migration(QuickMigration):
    dependencies = [("fedirec", "0005_policies")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Refusal",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("name", fields.CharField(db_index=True, max_length=60)),
                ("password_hash", fields.CharField(max_length=200)),
                ("words", fields.TextField(unique=False)),
                ("created_at", fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "refusal",
                "app": "fedirec",
                "pk_attr": "id",
                "table_description": "Somebody who asked to join was not let in, and can read why.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Decision",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "about",
                    fields.ForeignKeyField(
                        "fedirec.Actor",
                        source_field="about_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="decisions",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "decided_by",
                    fields.ForeignKeyField(
                        "fedirec.Actor",
                        source_field="decided_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="decided",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                ("action", fields.CharField(max_length=10)),
                (
                    "things",
                    fields.JSONField(
                        default=list, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                ("words", fields.TextField(default="", db_default="", unique=False)),
                ("reason", fields.CharField(default="", db_default="", max_length=500)),
                ("created_at", fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ("undone_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "decision",
                "app": "fedirec",
                "indexes": [Index(fields=["about_id", "id"])],
                "pk_attr": "id",
                "table_description": "What moderators decided about somebody, and what that person was told.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Appeal",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "decision",
                    fields.OneToOneField(
                        "fedirec.Decision",
                        source_field="decision_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="appeal",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("words", fields.TextField(unique=False)),
                ("state", fields.CharField(default="waiting", db_default="waiting", max_length=10)),
                ("answer", fields.TextField(default="", db_default="", unique=False)),
                (
                    "answered_by",
                    fields.ForeignKeyField(
                        "fedirec.Actor",
                        source_field="answered_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="answered_appeals",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                ("created_at", fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ("answered_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "appeal",
                "app": "fedirec",
                "indexes": [Index(fields=["state", "id"])],
                "pk_attr": "id",
                "table_description": "Somebody asks for a decision about them to be looked at again.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ModeratorNote",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "about",
                    fields.ForeignKeyField(
                        "fedirec.Actor",
                        source_field="about_id",
                        db_index=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="moderator_notes",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "author",
                    fields.ForeignKeyField(
                        "fedirec.Actor",
                        source_field="author_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="written_notes",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                ("text", fields.TextField(unique=False)),
                ("created_at", fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "moderator_note",
                "app": "fedirec",
                "pk_attr": "id",
                "table_description": "What a moderator tells the other moderators about somebody.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Report",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "accused",
                    fields.ForeignKeyField(
                        "fedirec.Actor",
                        source_field="accused_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="reports",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "reporter",
                    fields.ForeignKeyField(
                        "fedirec.Actor",
                        source_field="reporter_id",
                        null=True,
                        db_index=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="reported",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("source", fields.CharField(max_length=10)),
                ("origin", fields.CharField(default="", db_default="", max_length=300)),
                ("activity_uri", fields.CharField(null=True, max_length=2048)),
                ("category", fields.CharField(max_length=12)),
                ("words", fields.TextField(default="", db_default="", unique=False)),
                ("wishes_forwarding", fields.BooleanField(default=False, db_default=False)),
                ("forwarded_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "claimed_by",
                    fields.ForeignKeyField(
                        "fedirec.Actor",
                        source_field="claimed_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="claimed_reports",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                ("claimed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("state", fields.CharField(default="open", db_default="open", max_length=10)),
                ("outcome", fields.CharField(default="", db_default="", max_length=12)),
                ("dedupe_key", fields.CharField(null=True, unique=True, max_length=64)),
                ("created_at", fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ("closed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "report",
                "app": "fedirec",
                "indexes": [
                    Index(fields=["state", "accused_id", "id"]),
                    Index(fields=["accused_id", "id"]),
                    Index(fields=["origin", "created_at"]),
                ],
                "pk_attr": "id",
                "table_description": "Somebody says that something is not as it should be.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ReportedThing",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "report",
                    fields.ForeignKeyField(
                        "fedirec.Report",
                        source_field="report_id",
                        db_index=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="things",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("uri", fields.CharField(max_length=2048)),
                ("kind", fields.CharField(max_length=10)),
                ("row_id", fields.BigIntField()),
                (
                    "kept",
                    fields.JSONField(
                        default=dict, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
            ],
            options={
                "table": "reported_thing",
                "app": "fedirec",
                "indexes": [Index(fields=["uri"])],
                "pk_attr": "id",
                "table_description": "Something that a report is about, as it was then.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="WatchPlace",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("name", fields.CharField(unique=True, max_length=20)),
                ("row_id", fields.BigIntField(default=0, db_default=0)),
            ],
            options={
                "table": "watch_place",
                "app": "fedirec",
                "pk_attr": "id",
                "table_description": "Up to which row a table was searched for watched words.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Actor",
            name="suspended_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Comment",
            name="held_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Comment",
            name="held_for",
            field=fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads),
        ),
        ops.AddIndex(
            model_name="Comment",
            index=Index(fields=["held_at"]),
        ),
        ops.AddField(
            model_name="Instance",
            name="contact",
            field=fields.CharField(default="", db_default="", max_length=300),
        ),
        ops.AddField(
            model_name="Instance",
            name="doors_closed_until",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Instance",
            name="holds_strangers",
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name="Instance",
            name="watched_words",
            field=fields.TextField(default="", db_default="", unique=False),
        ),
    ]
