from tortoise import fields
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from fedirec.clock import now
from fedirec.db.migrating import QuickMigration


class Migration(QuickMigration):
    dependencies = [("fedirec", "0004_conversation")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Actor",
            name="is_shut_out",
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name="Actor",
            name="media_rejected",
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name="Lane",
            name="tally",
            field=fields.CharField(null=True, max_length=300),
        ),
        ops.CreateModel(
            name="SeveredFollow",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("origin", fields.CharField(db_index=True, max_length=300)),
                ("uri", fields.CharField(max_length=2048)),
                (
                    "follower",
                    fields.ForeignKeyField(
                        "fedirec.Actor",
                        source_field="follower_id",
                        db_index=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="severed_following",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "target",
                    fields.ForeignKeyField(
                        "fedirec.Actor",
                        source_field="target_id",
                        db_index=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="severed_follows",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("accepted_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("severed_at", fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "severed_follow",
                "app": "fedirec",
                "unique_together": (("follower", "target"),),
                "pk_attr": "id",
                "table_description": "A follow that ended because we do not federate with the instance of one side any more.",
            },
            bases=["Model"],
        ),
    ]
