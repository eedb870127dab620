from tortoise import fields
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from fedirec.clock import now
from fedirec.db.migrating import QuickMigration


class Migration(QuickMigration):
    dependencies = [("fedirec", "0007_guests")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Archive",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "account",
                    fields.OneToOneField(
                        "fedirec.Account",
                        source_field="account_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="archive",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("key", fields.CharField(unique=True, max_length=26)),
                ("state", fields.CharField(default="waiting", db_default="waiting", max_length=10)),
                ("size", fields.BigIntField(default=0, db_default=0)),
                ("created_at", fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ("ready_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "archive",
                "app": "fedirec",
                "pk_attr": "id",
                "table_description": "A copy of everything that belongs to a member, for them to take along.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Boundary",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "owner",
                    fields.ForeignKeyField(
                        "fedirec.Actor",
                        source_field="owner_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="boundaries",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "other",
                    fields.ForeignKeyField(
                        "fedirec.Actor",
                        source_field="other_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="bounded",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("host", fields.CharField(null=True, max_length=300)),
                ("kind", fields.CharField(max_length=8)),
                ("uri", fields.CharField(null=True, unique=True, max_length=2048)),
                ("ends_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("created_at", fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "boundary",
                "app": "fedirec",
                "unique_together": (("owner", "other"), ("owner", "host")),
                "indexes": [Index(fields=["other_id"])],
                "pk_attr": "id",
                "table_description": "Somebody does not want to have to do with somebody else, or with a whole instance.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Farewell",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "actor",
                    fields.OneToOneField(
                        "fedirec.Actor",
                        source_field="actor_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="farewell",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("keeps_name", fields.BooleanField(default=False, db_default=False)),
                ("asked_at", fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ("due_at", fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
                ("begun_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("done_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "farewell",
                "app": "fedirec",
                "pk_attr": "id",
                "table_description": "A member wants everything of theirs to be erased, or had it erased.",
            },
            bases=["Model"],
        ),
    ]
