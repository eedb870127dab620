from tortoise import fields
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from fedirec.clock import now
from fedirec.db.migrating import QuickMigration


class Migration(QuickMigration):
    dependencies = [("fedirec", "0006_moderation")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Provider",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("origin", fields.CharField(unique=True, max_length=300)),
                ("client_id", fields.CharField(max_length=500)),
                ("secret", fields.BinaryField()),
                ("redirect_uri", fields.CharField(max_length=2048)),
                ("scope", fields.CharField(max_length=60)),
                ("authorization_endpoint", fields.CharField(max_length=2048)),
                ("token_endpoint", fields.CharField(max_length=2048)),
                ("revocation_endpoint", fields.CharField(max_length=2048)),
                ("names_itself", fields.BooleanField(default=False, db_default=False)),
                ("registered_at", fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ("checked_at", fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ("used_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "provider",
                "app": "fedirec",
                "pk_attr": "id",
                "table_description": "Another server whose people sign in here, and what it knows us by.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Passage",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("digest", fields.CharField(unique=True, max_length=64)),
                ("browser", fields.CharField(max_length=64)),
                (
                    "provider",
                    fields.ForeignKeyField(
                        "fedirec.Provider",
                        source_field="provider_id",
                        db_index=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="passages",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("typed", fields.CharField(default="", db_default="", max_length=400)),
                ("next_path", fields.CharField(default="/", db_default="/", max_length=2000)),
                ("created_at", fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "passage",
                "app": "fedirec",
                "pk_attr": "id",
                "table_description": "Somebody who was sent to their own server to say who they are.",
            },
            bases=["Model"],
        ),
    ]
