"""What the protocol itself has to remember."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.indexes import Index, PartialIndex
from tortoise.models import Model

from fedirec.clock import now
from fedirec.db.classes import RowClass


class Instance(Model, metaclass=RowClass):
    """This instance: the one row that setup writes."""

    id = fields.IntField(primary_key=True)
    origin = fields.CharField(max_length=300, null=True)
    name = fields.CharField(max_length=100, default="fedirec", db_default="fedirec")
    summary = fields.TextField(default="", db_default="")
    rules = fields.TextField(default="", db_default="")
    registration = fields.CharField(max_length=10, default="invite", db_default="invite")
    registration_question = fields.CharField(max_length=300, default="", db_default="")
    federation = fields.CharField(max_length=10, default="open", db_default="open")
    """Whom it federates with: everybody who is not blocked (open), or those who are listed (listed)."""
    contact = fields.CharField(max_length=300, default="", db_default="")
    """Where those who run it are reached by people who have no account here."""
    watched_words = fields.TextField(default="", db_default="")
    """Words and phrases that raise a report, one on each line."""
    holds_strangers = fields.BooleanField(default=False, db_default=False)
    """Whether comments from instances that nobody here has to do with wait for a moderator."""
    doors_closed_until = fields.DatetimeField(null=True)
    """Until when nobody can join, and what people say whom nobody here knows waits for a moderator."""
    demands_signatures = fields.BooleanField(default=False, db_default=False)
    """Whether programs are shown even what is public only when they say who they are (secure mode)."""
    setup_digest = fields.CharField(max_length=64, null=True)
    set_up_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "instance"


class Peer(Model, metaclass=RowClass):
    """Another instance, as far as we know it."""

    id = fields.BigIntField(primary_key=True)
    origin = fields.CharField(max_length=300, unique=True)
    policy = fields.CharField(max_length=10, default="allow", db_default="allow")
    """allow, limit (shown to those who follow) or block."""
    is_listed = fields.BooleanField(default=False, db_default=False)
    """Whether we federate with it even where only those who are listed may."""
    rejects_media = fields.BooleanField(default=False, db_default=False)
    """Whether its pictures, sounds and films are left where they are."""
    rejects_reports = fields.BooleanField(default=False, db_default=False)
    public_comment = fields.TextField(default="", db_default="")
    private_comment = fields.TextField(default="", db_default="")
    is_obfuscated = fields.BooleanField(default=False, db_default=False)
    """Whether its name is shown in part only where the policies are public."""
    decided_at = fields.DatetimeField(null=True)
    software = fields.CharField(max_length=60, null=True)
    software_version = fields.CharField(max_length=60, null=True)
    described_at = fields.DatetimeField(null=True)
    """When it was asked what software it is."""
    speaks_rfc9421_at = fields.DatetimeField(null=True)
    heard_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "peer"


class Actor(Model, metaclass=RowClass):
    """Someone, here or elsewhere, who can do things."""

    id = fields.BigIntField(primary_key=True)
    uri = fields.CharField(max_length=2048, unique=True)
    type = fields.CharField(max_length=20)
    kind = fields.CharField(max_length=20, null=True)
    is_local = fields.BooleanField(default=False, db_default=False)
    local_handle = fields.CharField(max_length=60, null=True, unique=True)
    handle = fields.CharField(max_length=300)
    host = fields.CharField(max_length=300)
    name = fields.CharField(max_length=500, default="", db_default="")
    summary = fields.TextField(default="", db_default="")
    url = fields.CharField(max_length=2048, null=True)
    icon_url = fields.CharField(max_length=2048, null=True)
    inbox = fields.CharField(max_length=2048, null=True)
    shared_inbox = fields.CharField(max_length=2048, null=True)
    outbox = fields.CharField(max_length=2048, null=True)
    followers = fields.CharField(max_length=2048, null=True)
    featured = fields.CharField(max_length=2048, null=True)
    approves_followers = fields.BooleanField(default=False, db_default=False)
    limited_at = fields.DatetimeField(null=True)
    """When a moderator decided that they are shown to those who follow them only."""
    is_quiet = fields.BooleanField(default=False, db_default=False)
    """Whether they are shown to those who follow them only: they are limited, or their whole instance is."""
    is_shut_out = fields.BooleanField(default=False, db_default=False)
    """Whether they are suspended because we do not federate with their instance, and come back when we do."""
    media_rejected = fields.BooleanField(default=False, db_default=False)
    """Whether their pictures, sounds and films are left where they are, as those of their whole instance are."""
    suspended_at = fields.DatetimeField(null=True)
    """When a moderator decided that they are silent everywhere."""
    is_indexable = fields.BooleanField(default=True, db_default=False)
    """Whether what they publish may be found by its words (FEP-5feb)."""
    moved_to = fields.CharField(max_length=2048, null=True)
    moved_at = fields.DatetimeField(null=True)
    also_known_as: fields.Field[list[str]] = fields.JSONField(default=list)
    state = fields.CharField(max_length=12, default="active", db_default="active")
    document: fields.Field[dict[str, Any] | None] = fields.JSONField(null=True)
    fetched_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "actor"
        indexes = [Index(fields=["handle", "host"]), Index(fields=["host"]), Index(fields=["followers"])]


class ActorKey(Model, metaclass=RowClass):
    """A public key that an actor was seen to have, from then on, never changed."""

    id = fields.BigIntField(primary_key=True)
    actor: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="keys", on_delete=fields.RESTRICT, db_index=True
    )
    actor_id: int
    key_id = fields.CharField(max_length=2048, db_index=True)
    kind = fields.CharField(max_length=10)
    public = fields.TextField()
    fingerprint = fields.CharField(max_length=100)
    seen_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "actor_key"


class SigningKey(Model, metaclass=RowClass):
    """The private half of a local actor's key, encrypted with the master key."""

    id = fields.BigIntField(primary_key=True)
    actor: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="signing_keys", on_delete=fields.CASCADE, db_index=True
    )
    actor_id: int
    key_id = fields.CharField(max_length=2048)
    kind = fields.CharField(max_length=10)
    secret = fields.BinaryField()
    created_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "signing_key"


class Follow(Model, metaclass=RowClass):
    """One actor follows another, or has asked to."""

    id = fields.BigIntField(primary_key=True)
    uri = fields.CharField(max_length=2048, unique=True)
    follower: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="following", on_delete=fields.CASCADE, db_index=True
    )
    follower_id: int
    target: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="follows", on_delete=fields.CASCADE, db_index=True
    )
    target_id: int
    accepted_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "follow"
        unique_together = (("follower", "target"),)


class SeveredFollow(Model, metaclass=RowClass):
    """A follow that ended because we do not federate with the instance of one side any more."""

    id = fields.BigIntField(primary_key=True)
    origin = fields.CharField(max_length=300, db_index=True)
    """Of the instance that is not ours."""
    uri = fields.CharField(max_length=2048)
    follower: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="severed_following", on_delete=fields.CASCADE, db_index=True
    )
    follower_id: int
    target: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="severed_follows", on_delete=fields.CASCADE, db_index=True
    )
    target_id: int
    accepted_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()
    severed_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "severed_follow"
        unique_together = (("follower", "target"),)


class Received(Model, metaclass=RowClass):
    """An activity kept as it arrived."""

    id = fields.BigIntField(primary_key=True)
    activity_uri = fields.CharField(max_length=2048, unique=True)
    type = fields.CharField(max_length=40)
    sender: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="received", on_delete=fields.CASCADE, db_index=True
    )
    sender_id: int
    body = fields.BinaryField()
    signed_headers: fields.Field[list[list[str]]] = fields.JSONField()
    target = fields.CharField(max_length=2048)
    key_id = fields.CharField(max_length=2048)
    fingerprint = fields.CharField(max_length=100)
    state = fields.CharField(max_length=10, default="waiting", db_default="waiting")
    reason = fields.CharField(max_length=500, null=True)
    received_at = fields.DatetimeField(default=now)
    handled_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "received"
        indexes = [
            Index(fields=["state", "id"]),
            PartialIndex(fields=["sender_id"], name="idx_received_deletes", condition={"type": "Delete"}),
        ]


class EarlyDeletion(Model, metaclass=RowClass):
    """Something that its author deleted before it came here."""

    id = fields.BigIntField(primary_key=True)
    actor: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="early_deletions", on_delete=fields.CASCADE, db_index=True
    )
    actor_id: int
    object_uri = fields.CharField(max_length=2048)
    deleted_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "early_deletion"
        unique_together = (("actor", "object_uri"),)
        indexes = [Index(fields=["deleted_at"])]


class Evidence(Model, metaclass=RowClass):
    """What a peer signed when it granted or claimed something, never changed."""

    id = fields.BigIntField(primary_key=True)
    subject_uri = fields.CharField(max_length=2048, db_index=True)
    activity_uri = fields.CharField(max_length=2048)
    actor_uri = fields.CharField(max_length=2048)
    key_id = fields.CharField(max_length=2048)
    fingerprint = fields.CharField(max_length=100)
    body = fields.BinaryField()
    signed_headers: fields.Field[list[list[str]]] = fields.JSONField()
    target = fields.CharField(max_length=2048)
    received_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "evidence"


class Outgoing(Model, metaclass=RowClass):
    """An activity of ours, as it is sent and shown in outboxes."""

    id = fields.BigIntField(primary_key=True)
    uri = fields.CharField(max_length=2048, unique=True)
    actor: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="outgoing", on_delete=fields.CASCADE, db_index=True
    )
    actor_id: int
    type = fields.CharField(max_length=40)
    object_uri = fields.CharField(max_length=2048)
    is_public = fields.BooleanField()
    document: fields.Field[dict[str, Any]] = fields.JSONField()
    body = fields.BinaryField(null=True)
    created_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "outgoing"
        indexes = [Index(fields=["actor_id", "is_public", "id"])]


class Announcement(Model, metaclass=RowClass):
    """Somebody passed an object on to their followers."""

    id = fields.BigIntField(primary_key=True)
    uri = fields.CharField(max_length=2048, unique=True)
    actor: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="announcements", on_delete=fields.CASCADE, db_index=True
    )
    actor_id: int
    object_uri = fields.CharField(max_length=2048, db_index=True)
    created_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "announcement"
        unique_together = (("actor", "object_uri"),)
        indexes = [Index(fields=["actor_id", "created_at"])]


class Liking(Model, metaclass=RowClass):
    """Somebody recommended an object to its author."""

    id = fields.BigIntField(primary_key=True)
    uri = fields.CharField(max_length=2048, unique=True)
    actor: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "fedirec.Actor", related_name="likings", on_delete=fields.CASCADE, db_index=True
    )
    actor_id: int
    object_uri = fields.CharField(max_length=2048, db_index=True)
    created_at = fields.DatetimeField(default=now)

    class Meta(Model.Meta):
        table = "liking"
        unique_together = (("actor", "object_uri"),)
