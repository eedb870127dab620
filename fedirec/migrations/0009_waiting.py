from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from fedirec.db.migrating import QuickMigration


class Migration(QuickMigration):
    dependencies = [("fedirec", "0008_people")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Record",
            name="held_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddIndex(
            model_name="Record",
            index=Index(fields=["held_at"]),
        ),
        ops.RemoveIndex(
            model_name="Received",
            name="idx_received_deletes",
        ),
    ]
