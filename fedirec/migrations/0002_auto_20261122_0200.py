import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from fedirec.clock import now


class Migration(migrations.Migration):
    dependencies = [("fedirec", "0001_initial")]

    initial = False

    operations = [
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
        ops.AddField(
            model_name="Media",
            name="waits_until",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
    ]
