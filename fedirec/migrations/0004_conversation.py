import functools
from json import dumps, loads

from tortoise import fields
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from fedirec.clock import now
from fedirec.db.migrating import QuickMigration


class Migration(QuickMigration):
    dependencies = [("fedirec", "0003_protocol")]

    initial = False

    operations = [
        ops.CreateModel(
            name="ConsentRequest",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("uri", fields.CharField(unique=True, max_length=2048)),
                ("kind", fields.CharField(max_length=10)),
                (
                    "actor",
                    fields.ForeignKeyField(
                        "fedirec.Actor",
                        source_field="actor_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="consent_requests",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "owner",
                    fields.ForeignKeyField(
                        "fedirec.Actor",
                        source_field="owner_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="consent_questions",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("target_uri", fields.CharField(max_length=2048)),
                ("instrument_uri", fields.CharField(unique=True, max_length=2048)),
                ("state", fields.CharField(default="waiting", db_default="waiting", max_length=10)),
                ("stamp_uri", fields.CharField(null=True, max_length=2048)),
                ("asked_at", fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ("answered_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "consent_request",
                "app": "fedirec",
                "indexes": [Index(fields=["actor_id", "target_uri"]), Index(fields=["owner_id", "id"])],
                "pk_attr": "id",
                "table_description": "A question to the author of a post elsewhere whether somebody here may answer, "
                "like or pass it on.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Quotation",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("uri", fields.CharField(unique=True, max_length=2048)),
                ("target_uri", fields.CharField(max_length=2048)),
                ("stamp_uri", fields.CharField(null=True, max_length=2048)),
                ("owner_uri", fields.CharField(null=True, max_length=2048)),
                ("state", fields.CharField(default="claimed", db_default="claimed", max_length=10)),
                ("checked_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("created_at", fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "quotation",
                "app": "fedirec",
                "indexes": [Index(fields=["target_uri"]), Index(fields=["stamp_uri"])],
                "pk_attr": "id",
                "table_description": "What something quotes that is known here, and whether the author of that agreed.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="QuoteStamp",
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
                        related_name="quote_stamps",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "quoter",
                    fields.ForeignKeyField(
                        "fedirec.Actor",
                        source_field="quoter_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="quote_stamps",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("uri", fields.CharField(max_length=2048)),
                ("request_uri", fields.CharField(max_length=2048)),
                ("state", fields.CharField(max_length=10)),
                ("asked_at", fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ("decided_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "quote_stamp",
                "app": "fedirec",
                "unique_together": (("record", "quoter", "uri"),),
                "indexes": [Index(fields=["record_id", "id"]), Index(fields=["quoter_id", "asked_at"])],
                "pk_attr": "id",
                "table_description": "What the author of a record of ours says to somebody who quotes it.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Account",
            name="quoting",
            field=fields.CharField(default="anyone", db_default="anyone", max_length=10),
        ),
        ops.AddField(
            model_name="Record",
            name="quoting",
            field=fields.CharField(default="anyone", db_default="anyone", max_length=10),
        ),
        ops.AddField(
            model_name="Record",
            name="policy",
            field=fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads),
        ),
        ops.AddField(
            model_name="Record",
            name="replies_asked_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Comment",
            name="policy",
            field=fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads),
        ),
        ops.AddField(
            model_name="Comment",
            name="consent",
            field=fields.CharField(default="", db_default="", max_length=10),
        ),
        ops.AddField(
            model_name="Comment",
            name="consent_uri",
            field=fields.CharField(null=True, max_length=2048),
        ),
        ops.AddField(
            model_name="Comment",
            name="replies_asked_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
    ]
