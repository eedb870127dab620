from tortoise import fields
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from fedirec.clock import now
from fedirec.db.migrating import QuickMigration


class Migration(QuickMigration):
    dependencies = [("fedirec", "0002_studio")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Actor",
            name="is_quiet",
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name="Actor",
            name="limited_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Actor",
            name="moved_to",
            field=fields.CharField(null=True, max_length=2048),
        ),
        ops.AddField(
            model_name="Actor",
            name="moved_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Actor",
            name="is_indexable",
            field=fields.BooleanField(default=True, db_default=False),
        ),
        # Whoever lives here agreed to be found; of others their own documents say so when they are read again.
        ops.RunSQL("UPDATE actor SET is_indexable = true WHERE is_local", reverse_sql=ops.RunSQL.noop),
        ops.CreateModel(
            name="EarlyDeletion",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "actor",
                    fields.ForeignKeyField(
                        "fedirec.Actor",
                        source_field="actor_id",
                        db_index=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="early_deletions",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("object_uri", fields.CharField(max_length=2048)),
                ("deleted_at", fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "early_deletion",
                "app": "fedirec",
                "unique_together": (("actor", "object_uri"),),
                "indexes": [Index(fields=["deleted_at"])],
                "pk_attr": "id",
                "table_description": "Something that its author deleted before it came here.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Instance",
            name="demands_signatures",
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name="Instance",
            name="federation",
            field=fields.CharField(default="open", db_default="open", max_length=10),
        ),
        ops.AddField(
            model_name="Peer",
            name="decided_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Peer",
            name="described_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Peer",
            name="is_listed",
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name="Peer",
            name="is_obfuscated",
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name="Peer",
            name="private_comment",
            field=fields.TextField(default="", db_default=""),
        ),
        ops.AddField(
            model_name="Peer",
            name="public_comment",
            field=fields.TextField(default="", db_default=""),
        ),
        ops.AddField(
            model_name="Peer",
            name="rejects_media",
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name="Peer",
            name="rejects_reports",
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name="Peer",
            name="software",
            field=fields.CharField(null=True, max_length=60),
        ),
        ops.AddField(
            model_name="Peer",
            name="software_version",
            field=fields.CharField(null=True, max_length=60),
        ),
    ]
