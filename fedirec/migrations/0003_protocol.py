from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
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
