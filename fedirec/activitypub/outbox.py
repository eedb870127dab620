"""What is said to the world.

`publish` runs inside the caller's transaction, so an activity is queued if and only if the change it announces is
saved. Then the worker fans it out, one delivery for each inbox, in one lane for each remote origin (`delivery`). What
is for one actor alone goes straight into the lane of their origin.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, Final

from fedirec.activitypub.contexts import ACTIVITY_CONTEXT
from fedirec.activitypub.keys import PrivateKey
from fedirec.activitypub.models import Actor, Outgoing
from fedirec.activitypub.proofs import add_proof
from fedirec.activitypub.vocab import Activity, Json, Undo
from fedirec.clock import now
from fedirec.db import add_row, fetch_rows
from fedirec.db.tables import marks
from fedirec.lanes import Work, enqueue, waits
from fedirec.uris import Uris, origin_of

PAGE: Final = 500
"""Inboxes that one step of a fan-out queues."""

ASKED_AGAIN: Final = timedelta(days=1)
"""How long what we know of an actor is good enough, when their inbox is gone."""


def new_activity_uri(sender: Actor) -> str:
    """The id of something that a local `sender` is about to say."""
    return Uris(origin_of(sender.uri)).activity()


async def publish(
    sender: Actor,
    activity: Activity[Any],
    *,
    to: Iterable[Actor] = (),
    to_followers_of: Iterable[Actor] = (),
    proved_by: tuple[str, PrivateKey] | None = None,
    is_proved: bool = False,
) -> None:
    """`activity` will reach the inboxes of `to` and of the followers of `to_followers_of`, each inbox once.

    Part of the caller's transaction. Who lives here needs no delivery and gets none. What is public carries a proof
    when it goes out, by the key that the sender has then, or by the one that it is `proved_by` now; and so does what
    `is_proved`, for others may have to show one day what was said to them.
    """
    document = {"@context": _context_of(activity), **activity.write()}
    if proved_by is not None:
        document = add_proof(document, verification_method=proved_by[0], key=proved_by[1], created=now())
    order_key = hashlib.sha256(_matter_of(activity).encode()).hexdigest()
    actors = sorted({actor.id for actor in to if not actor.is_local})
    followers_of = sorted({actor.id for actor in to_followers_of})
    lane = f"fanout:{sender.id}"
    # Nothing is to be proved or fanned out. What was said about the same matter before must not come later, though.
    is_letter = not activity.is_public and not followers_of and len(actors) <= 1 and not is_proved
    if is_letter and await waits(lane=lane, order_key=order_key):
        is_letter = False
    key = await add_row(
        Outgoing,
        uri=activity.id,
        actor_id=sender.id,
        type=activity.TYPE,
        object_uri=activity.object.id,
        is_public=activity.is_public,
        document=document,
        body=bytes_of(document) if is_letter else None,
    )
    if is_letter:
        inboxes = await inboxes_of(actors, (), shared=False, after="")
        await enqueue([delivery_of(key, inbox, order_key) for inbox in inboxes])
        return
    payload = {"outgoing": key, "order_key": order_key, "actors": actors, "followers_of": followers_of, "after": ""}
    if is_proved:
        payload["is_proved"] = True
    await enqueue([Work(kind="fanout", lane=lane, payload=payload, order_key=order_key)])


async def withhold(*, actor_id: int, uri: str) -> None:
    """Nobody who asks is shown any more how the actor in row `actor_id` published or changed the object `uri`.

    What is on its way arrives. Part of the caller's transaction.
    """
    said = Outgoing.filter(actor_id=actor_id, object_uri=uri, type__in=("Create", "Update"), is_public=True)
    await said.update(is_public=False)


async def ask_again(actors: Iterable[Actor], *, older_than: timedelta = ASKED_AGAIN) -> None:
    """What we know of remote `actors` will be what their origin says now, unless it is not a day old yet."""
    recently = now() - older_than
    await enqueue(
        [
            Work(
                kind="actor",
                lane=f"actor:{origin_of(actor.uri)}",
                payload={"uri": actor.uri},
                dedupe_key=f"actor:{hashlib.sha256(actor.uri.encode()).hexdigest()}",
            )
            for actor in actors
            if not actor.is_local and (actor.fetched_at is None or actor.fetched_at < recently)
        ]
    )


def _matter_of(activity: Activity[Any]) -> str:
    """What an activity is about; whatever an actor says about one matter arrives in the order in which it was said.

    What is undone is about what was done.
    """
    about = activity.object
    while isinstance(activity, Undo) and isinstance(about, Activity):
        about = about.object
    return f"{activity.actor} {about.id}"


def _context_of(activity: Activity[Any]) -> list[Any]:
    """The terms of an activity, and of all that is in it, where they have their own (`CONTEXT`)."""
    found, entity = list(ACTIVITY_CONTEXT), activity
    while True:
        found += [part for part in getattr(entity, "CONTEXT", ()) if part not in found]
        if not isinstance(entity, Activity):
            return found
        entity = entity.object


def delivery_lane(origin: str) -> str:
    """The lane of everything that goes to the instance at `origin`."""
    return f"deliver:{origin}"


def delivery_of(outgoing: int, inbox: str, order_key: str) -> Work:
    return Work(
        kind="deliver",
        lane=delivery_lane(origin_of(inbox)),
        payload={"outgoing": outgoing, "inbox": inbox},
        order_key=order_key,
        dedupe_key=f"{outgoing}:{hashlib.sha256(inbox.encode()).hexdigest()}",
    )


async def inboxes_of(actors: Sequence[int], followers_of: Sequence[int], *, shared: bool, after: str) -> list[str]:
    """The next page of distinct remote inboxes, in order: shared ones for the public, personal ones for the rest."""
    parts, values = [], list[Any]()
    inbox = "COALESCE(a.shared_inbox, a.inbox)" if shared else "a.inbox"
    if actors:
        parts.append(f"SELECT {inbox} AS inbox FROM actor a WHERE a.id IN ({marks(actors)})")  # noqa: S608
        parts[-1] += " AND a.state = 'active'"
        values += actors
    if followers_of:
        parts.append(
            f"SELECT {inbox} AS inbox FROM follow f JOIN actor a ON a.id = f.follower_id "  # noqa: S608
            f"WHERE f.target_id IN ({marks(followers_of)}) AND f.accepted_at IS NOT NULL "
            "AND a.state = 'active' AND NOT a.is_local"
        )
        values += followers_of
    if not parts:
        return []
    rows = await fetch_rows(
        f"SELECT DISTINCT inbox FROM ({' UNION ALL '.join(parts)}) AS found "  # noqa: S608  (only placeholders)
        f"WHERE inbox IS NOT NULL AND inbox > ? ORDER BY inbox LIMIT {PAGE}",
        *values,
        after,
    )
    return [row["inbox"] for row in rows]


def bytes_of(document: Json) -> bytes:
    """How `document` goes out."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def document_of(outgoing: Outgoing) -> Json:
    """The activity as it was sent."""
    document: Json = json.loads(outgoing.body) if outgoing.body else outgoing.document
    return document
