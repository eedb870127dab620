"""What happens to an outgoing activity.

`publish` runs inside the caller's transaction, so an activity is queued if and only if the change it announces is
saved. Then the worker fans it out, one delivery for each inbox, in one lane for each remote origin; and delivers. What
is for one actor alone goes straight into the lane of their origin.
"""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import chain
from typing import Any, Final

from tortoise.expressions import Q

from fedirec.activitypub.contexts import ACTIVITY_CONTEXT
from fedirec.activitypub.keyring import Keyring
from fedirec.activitypub.models import Actor, Outgoing, Peer
from fedirec.activitypub.proofs import add_proof
from fedirec.activitypub.signatures import Scheme
from fedirec.activitypub.vocab import PUBLIC, Activity, Entity, Json, Undo
from fedirec.clock import now
from fedirec.db import add_row, fetch_rows, transaction
from fedirec.db.together import Together
from fedirec.errors import FedirecError, Forbidden, PeerUnavailable
from fedirec.lanes import Dead, Done, Job, Later, Outcome, Work, enqueue, keep_payload, waits
from fedirec.lanes.sql import moment_of
from fedirec.net import Net, Sign
from fedirec.uris import Uris, host_of, origin_of, origins_above
from fedirec.web.negotiation import ACTIVITY_JSON

PAGE: Final = 500
"""Inboxes that one step of a fan-out queues."""

FORGET_PREFERENCE: Final = timedelta(days=30)
"""How long a peer that answered to RFC 9421 is spoken to that way."""

RETRIED: Final = frozenset({302, 303, 307, 408, 425, 429})
"""What may pass, beside 5xx: a host that is being looked after sends everybody to another page for a while."""

UNWELL: Final = frozenset({429, 502, 503, 504})
"""What says something of the host and nothing of the activity."""

REFUSALS: Final = 3
"""Times that 401 or 403 is not taken for an answer."""

ASKED_AGAIN: Final = timedelta(days=1)
"""How long what we know of an actor is good enough, when their inbox is gone."""

REMEMBERED: Final = 256


def new_activity_uri(sender: Actor) -> str:
    """The id of something that a local `sender` is about to say."""
    return Uris(origin_of(sender.uri)).activity()


async def publish(
    sender: Actor, activity: Activity[Any], *, to: Iterable[Actor] = (), to_followers_of: Iterable[Actor] = ()
) -> None:
    """`activity` will reach the inboxes of `to` and of the followers of `to_followers_of`, each inbox once.

    Part of the caller's transaction. Who lives here needs no delivery and gets none.
    """
    document = {"@context": _context_of(activity.object), **activity.write()}
    order_key = hashlib.sha256(_matter_of(activity).encode()).hexdigest()
    actors = sorted({actor.id for actor in to if not actor.is_local})
    followers_of = sorted({actor.id for actor in to_followers_of})
    lane = f"fanout:{sender.id}"
    # Nothing is to be proved or fanned out. What was said about the same matter before must not come later, though.
    is_letter = not activity.is_public and not followers_of and len(actors) <= 1
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
        body=_bytes_of(document) if is_letter else None,
    )
    if is_letter:
        inboxes = await _inboxes(actors, (), shared=False, after="")
        await enqueue([_delivery(key, inbox, order_key) for inbox in inboxes])
        return
    payload = {"outgoing": key, "order_key": order_key, "actors": actors, "followers_of": followers_of, "after": ""}
    await enqueue([Work(kind="fanout", lane=lane, payload=payload, order_key=order_key)])


async def withhold(*, actor_id: int, uri: str) -> None:
    """Nobody who asks is shown any more how the actor in row `actor_id` published or changed the object `uri`.

    What is on its way arrives. Part of the caller's transaction.
    """
    said = Outgoing.filter(actor_id=actor_id, object_uri=uri, type__in=("Create", "Update"), is_public=True)
    await said.update(is_public=False)


@dataclass(frozen=True, kw_only=True)
class Outbox:
    """Fans out and delivers what was published."""

    net: Net
    keyring: Keyring
    _bodies: OrderedDict[int, tuple[int, bytes]] = field(default_factory=OrderedDict, repr=False)
    _rows: Together[int, tuple[int, bytes]] = field(default_factory=lambda: Together(_bodies_of), repr=False)
    _peers: Together[str, _Manners] = field(default_factory=lambda: Together(_manners_at), repr=False)

    async def fan_out(self, job: Job) -> Outcome:
        """The activity is signed with a proof, and a delivery waits for each inbox that should have it."""
        payload: dict[str, Any] = dict(job.payload)
        outgoing = await Outgoing.get_or_none(id=payload["outgoing"])
        if outgoing is None:
            return Done()
        # Its row may say by now that it is shown to nobody who asks.
        is_public = PUBLIC in (*outgoing.document.get("to", ()), *outgoing.document.get("cc", ()))
        if outgoing.body is None:
            document = outgoing.document
            if is_public:
                key_id, key = await self.keyring.key_of(outgoing.actor_id, "ed25519")
                document = add_proof(document, key=key, verification_method=key_id, created=outgoing.created_at)
            outgoing.body = _bytes_of(document)
            await outgoing.save(update_fields=["body"])
        while inboxes := await _inboxes(
            payload["actors"], payload["followers_of"], shared=is_public, after=payload["after"]
        ):
            payload["after"] = inboxes[-1]
            async with transaction():
                # How far it got is kept with what it queued: whoever is killed now queues no page a second time.
                await keep_payload(job, payload)
                await enqueue([_delivery(outgoing.id, inbox, payload["order_key"]) for inbox in inboxes])
        return Done()

    async def deliver(self, job: Job) -> Outcome:
        """One inbox has the activity, or it is decided when to try again."""
        inbox = str(job.payload["inbox"])
        actor_id, body = await self._body(int(str(job.payload["outgoing"])))
        peer = await self._peers.find(origin_of(inbox))
        if peer and peer.is_blocked:
            return Dead("this peer is blocked here", status=None)
        prefers_new = bool(peer and peer.speaks_rfc9421_at and now() - peer.speaks_rfc9421_at < FORGET_PREFERENCE)
        kinds: tuple[Scheme, Scheme] = ("rfc9421", "cavage") if prefers_new else ("cavage", "rfc9421")
        for kind in kinds:
            try:
                answer = await self.net.post(
                    inbox,
                    body=body,
                    headers={"content-type": ACTIVITY_JSON, "accept": ACTIVITY_JSON},
                    sign=self._signer(actor_id, body, kind),
                )
            except PeerUnavailable as error:
                return Later(error=str(error), blame="lane")
            except Forbidden as error:
                return Dead(str(error))
            # One re-knock with the other signature, on these two only: after a 5xx the first may have been taken.
            if answer.status not in (400, 401) or kind == kinds[1]:
                break
        if answer.status in (404, 410):
            await _ask_whose_it_was(inbox)
        outcome = outcome_of(answer.status, answer.headers.get("retry-after"), attempts=job.attempts)
        if isinstance(outcome, Done) and kind != kinds[0]:
            await Peer.get_or_create(origin=origin_of(inbox))
            await Peer.filter(origin=origin_of(inbox)).update(speaks_rfc9421_at=now() if kind == "rfc9421" else None)
        return outcome

    def _signer(self, actor_id: int, body: bytes, kind: Scheme) -> Sign:
        return lambda method, url: self.keyring.sign_request(actor_id, method=method, url=url, body=body, kind=kind)

    async def _body(self, outgoing_id: int) -> tuple[int, bytes]:
        if known := self._bodies.get(outgoing_id):
            self._bodies.move_to_end(outgoing_id)
            return known
        found = await self._rows.find(outgoing_id)
        if found is None:
            raise FedirecError("the activity to deliver is gone")
        self._bodies[outgoing_id] = found
        if len(self._bodies) > REMEMBERED:
            self._bodies.popitem(last=False)
        return found


async def _bodies_of(outgoing: Sequence[int]) -> dict[int, tuple[int, bytes]]:
    rows = await fetch_rows(
        f"SELECT id, actor_id, body FROM outgoing WHERE id IN ({_marks(outgoing)}) AND body IS NOT NULL",  # noqa: S608
        *outgoing,
    )
    return {row["id"]: (row["actor_id"], bytes(row["body"])) for row in rows}


@dataclass(frozen=True, slots=True)
class _Manners:
    """What has to be known of a peer to speak to it."""

    is_blocked: bool
    speaks_rfc9421_at: datetime | None


async def _manners_at(origins: Sequence[str]) -> dict[str, _Manners]:
    domains = {origin: origins_above(origin) for origin in origins}
    names = list(dict.fromkeys(chain.from_iterable(domains.values())))
    rows = await fetch_rows(
        f"SELECT origin, policy, speaks_rfc9421_at FROM peer WHERE origin IN ({_marks(names)})",  # noqa: S608
        *names,
    )
    blocked = {row["origin"] for row in rows if row["policy"] == "block"}
    spoken = {row["origin"]: moment_of(row["speaks_rfc9421_at"]) for row in rows}
    return {origin: _Manners(not blocked.isdisjoint(domains[origin]), spoken.get(origin)) for origin in origins}


def _marks(values: Sequence[object]) -> str:
    """A placeholder for each of `values`."""
    return ", ".join("?" * len(values))


async def _ask_whose_it_was(inbox: str) -> None:
    """Whoever had this inbox will be asked for anew: they may be gone, or have another one by now."""
    owners = Actor.filter(host=host_of(inbox), inbox=inbox, is_local=False, state="active")
    stale = owners.filter(Q(fetched_at=None) | Q(fetched_at__lt=now() - ASKED_AGAIN)).limit(10)
    await ask_again(await stale)


async def ask_again(actors: Iterable[Actor]) -> None:
    """What we know of remote `actors` will be what their origin says now, unless it is not a day old yet."""
    day_ago = now() - ASKED_AGAIN
    await enqueue(
        [
            Work(
                kind="actor",
                lane=f"actor:{origin_of(actor.uri)}",
                payload={"uri": actor.uri},
                dedupe_key=f"actor:{hashlib.sha256(actor.uri.encode()).hexdigest()}",
            )
            for actor in actors
            if not actor.is_local and (actor.fetched_at is None or actor.fetched_at < day_ago)
        ]
    )


def outcome_of(status: int, retry_after: str | None, *, attempts: int = 0) -> Outcome:
    """What an answer to a delivery means, after `attempts` earlier ones.

    2xx: done. 404 and 410: that inbox is gone. 408, 425, 429 and 5xx: later, when the peer says so if it says. 401 and
    403: a few more tries, for keys travel slowly. Everything else will not get better.
    """
    if 200 <= status < 300:
        return Done()
    if status in (404, 410):
        return Dead("that inbox is gone", status=status)
    if status in RETRIED or status >= 500:
        after = _retry_after(retry_after)
        return Later(
            error=f"answered {status}", status=status, after=after, blame="lane" if status in UNWELL else "job"
        )
    if status in (401, 403) and attempts < REFUSALS:
        return Later(error=f"answered {status}", status=status, blame="job")
    return Dead(f"answered {status}", status=status)


def _retry_after(value: str | None) -> timedelta | None:
    text = (value or "").strip()
    if text.isascii() and text.isdecimal():
        return timedelta(seconds=min(int(text[:10]), 86_400))
    try:
        return max(timedelta(0), min(parsedate_to_datetime(text) - now(), timedelta(days=1)))
    except (ValueError, TypeError, OverflowError):
        return None


def _matter_of(activity: Activity[Any]) -> str:
    """What an activity is about; whatever an actor says about one matter arrives in the order in which it was said.

    What is undone is about what was done.
    """
    about = activity.object
    while isinstance(activity, Undo) and isinstance(about, Activity):
        about = about.object
    return f"{activity.actor} {about.id}"


def _context_of(entity: Entity) -> list[Any]:
    """The terms of an activity, and of the object in it where that has its own (`CONTEXT`)."""
    own = getattr(entity, "CONTEXT", ())
    return [*ACTIVITY_CONTEXT, *(part for part in own if part not in ACTIVITY_CONTEXT)]


def delivery_lane(origin: str) -> str:
    """The lane of everything that goes to the instance at `origin`."""
    return f"deliver:{origin}"


def _delivery(outgoing: int, inbox: str, order_key: str) -> Work:
    return Work(
        kind="deliver",
        lane=delivery_lane(origin_of(inbox)),
        payload={"outgoing": outgoing, "inbox": inbox},
        order_key=order_key,
        dedupe_key=f"{outgoing}:{hashlib.sha256(inbox.encode()).hexdigest()}",
    )


async def _inboxes(actors: Sequence[int], followers_of: Sequence[int], *, shared: bool, after: str) -> list[str]:
    """The next page of distinct remote inboxes, in order: shared ones for the public, personal ones for the rest."""
    parts, values = [], list[Any]()
    inbox = "COALESCE(a.shared_inbox, a.inbox)" if shared else "a.inbox"
    if actors:
        parts.append(f"SELECT {inbox} AS inbox FROM actor a WHERE a.id IN ({_marks(actors)})")  # noqa: S608
        parts[-1] += " AND a.state = 'active'"
        values += actors
    if followers_of:
        parts.append(
            f"SELECT {inbox} AS inbox FROM follow f JOIN actor a ON a.id = f.follower_id "  # noqa: S608
            f"WHERE f.target_id IN ({_marks(followers_of)}) AND f.accepted_at IS NOT NULL "
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


def _bytes_of(document: Json) -> bytes:
    """How `document` goes out."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def document_of(outgoing: Outgoing) -> Json:
    """The activity as it was sent."""
    document: Json = json.loads(outgoing.body) if outgoing.body else outgoing.document
    return document
