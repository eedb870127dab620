"""What happens to an incoming activity, from top to bottom.

`receive` runs inside the request: cheap checks first, then prove who sent it, keep the raw bytes durably, answer 202.
`handle` runs later in the worker: understand it, then change the world in one transaction.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Any, Final

from fedirec.activitypub.acquaintances import KnownKey
from fedirec.activitypub.crowd import Crowd
from fedirec.activitypub.handlers import Handlers, Kept, Registration
from fedirec.activitypub.journal import Journal
from fedirec.activitypub.models import Actor, Evidence, Received
from fedirec.activitypub.outbox import ask_again, delivery_lane
from fedirec.activitypub.parsing import parse
from fedirec.activitypub.remote import Remote, compacted
from fedirec.activitypub.signatures import Claim, Scheme, Statement
from fedirec.activitypub.signatures import parse as parse_signature
from fedirec.activitypub.vocab import Activity, Create, Doc
from fedirec.clock import monotonic, now
from fedirec.db import add_row, execute, transaction
from fedirec.errors import (
    Busy,
    FedirecError,
    Forbidden,
    Invalid,
    PeerUnavailable,
    TooLarge,
    Unauthenticated,
    WrongType,
)
from fedirec.lanes import Crashed, Dead, Done, Gathered, Job, Later, Outcome, close_circuit, gathering
from fedirec.uris import origin_of, same_origin

log = logging.getLogger(__name__)

MAX_BODY: Final = 1024 * 1024
"""Bytes of one activity."""

MAX_REASON: Final = 500
MAX_ATTEMPTS: Final = 4
"""Times that handling is tried again after something went wrong that may pass."""

TOGETHER_SECONDS: Final = 0.02
"""How long activities that share a transaction may take: on SQLite everybody else waits for it."""

KEEP_RECEIVED: Final = timedelta(days=30)
"""How long what was received is kept after it was handled: longer than any replay could be signed."""

ACTIVITY_TYPES: Final = ("application/activity+json", "application/ld+json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A POST to one of our inboxes."""

    method: str
    url: str
    headers: Sequence[tuple[str, str]]
    body: AsyncIterator[bytes]
    visitor: str = ""
    """The network address that it came from."""

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name), "")


@dataclass(frozen=True, kw_only=True)
class Inbox:
    """Every inbox of this instance; personal and shared ones behave the same."""

    remote: Remote
    handlers: Handlers
    journal: Journal = field(default_factory=Journal, repr=False)
    crowd: Crowd = field(default_factory=Crowd, repr=False)

    async def receive(self, delivery: Delivery) -> None:
        """`delivery` is authentic and will be handled, even if the power fails now; or it is refused.

        Raises WrongType, TooLarge, Unauthenticated, Forbidden, Invalid, TooMany or Busy, each with the status to
        answer.
        """
        _refuse_type(delivery)
        await self.crowd.refuse_when_full()
        claim = parse_signature(delivery.headers)
        key_origin = _origin_of_key(claim.key_id)
        if self.remote.site.is_ours(key_origin):
            raise Forbidden("we do not send activities to ourselves")
        await self._refuse_blocked(key_origin)
        body = await _read(delivery)
        statement = claim.check(
            method=delivery.method, url=delivery.url, headers=delivery.headers, body=body, now=now()
        )
        doc = Doc(parse(body))
        actor_uri, activity_uri = doc.id("actor"), doc.id("id")
        if not same_origin(actor_uri, key_origin):
            raise Unauthenticated("the key of the signature is not one of the actor's")
        if not same_origin(activity_uri, actor_uri):
            raise Forbidden("the activity's id is not of its actor's origin")
        if await self._is_farewell_of_a_stranger(doc, actor_uri):
            return
        key = await self._verify(statement, claim.key_id, actor_uri, visitor=delivery.visitor)
        self.crowd.count_origin(key_origin, size=len(body))
        await self.crowd.refuse_backlog(key_origin)
        await self._heard(key_origin, claim.SCHEME)
        if key.actor.state == "suspended":
            raise Forbidden("that actor is suspended here")
        await self.journal.write(
            Received(
                activity_uri=activity_uri,
                type=str(doc.data.get("type"))[:40],
                sender_id=key.actor.id,
                body=body,
                signed_headers=_signed_headers(delivery, claim),
                target=f"{delivery.method} {delivery.url}"[:2048],
                key_id=claim.key_id,
                fingerprint=key.public.fingerprint,
            )
        )

    async def handle(self, job: Job) -> Outcome | Crashed:
        """What was received has had its effect, once; or it is kept with the reason why it had none."""
        (outcome,) = await self.handle_together([job])
        return outcome

    async def handle_together(self, jobs: Sequence[Job]) -> list[Outcome | Crashed]:
        """As `handle`, for each of `jobs` in order; those that are quick share a transaction.

        One that fails takes nothing back but its own effects.
        """
        waiting = await _waiting([str(job.payload["activity"]) for job in jobs])
        outcomes: dict[int, Outcome | Crashed] = {}
        understood: list[_Understood] = []
        for job in jobs:
            received = waiting.pop(str(job.payload["activity"]), None)
            if received is None:
                outcomes[job.id] = Done()
                continue
            try:
                activity = await self._read(received)
                understood.append(_Understood(job, received, activity, self.handlers.find(activity)))
            except Exception as error:  # a stranger's document can surprise everything that reads it
                outcomes[job.id] = await _failed(job, received, error)
        left = deque(understood)
        changed: set[int] = set()
        while left:
            begun: list[_Understood] = []
            done: dict[int, Outcome | Crashed] = {}
            try:
                async with transaction(), gathering() as gathered:
                    end = monotonic() + TOGETHER_SECONDS
                    while left and (not begun or monotonic() < end):
                        begun.append(left.popleft())
                        done[begun[-1].job.id] = await _take_effect(begun[-1], gathered, changed)
            except Exception as error:
                if len(begun) == 1:
                    done = {begun[0].job.id: await _failed(begun[0].job, begun[0].received, error)}
                else:  # on PostgreSQL others may have been in the way: alone, each can only stand in its own
                    done = {each.job.id: await self.handle(each.job) for each in begun}
            outcomes |= done
        return [outcomes[job.id] for job in jobs]

    async def _read(self, received: Received) -> Activity[Any]:
        if received.sender.state == "suspended":
            raise Forbidden("that actor is suspended here")
        sent = parse(bytes(received.body))
        document = await compacted(sent)
        activity = self.remote.vocabulary.read(document)
        if not isinstance(activity, Activity):
            raise Invalid("that is not an activity")
        if activity.actor != received.sender.uri or activity.id != received.activity_uri:
            raise Forbidden("the activity says something else once its terms are resolved")
        embedded = sent.get("object")
        if not isinstance(embedded, dict):
            return activity
        return replace(activity, object_as_sent={"@context": sent["@context"], **embedded})

    async def _refuse_blocked(self, origin: str) -> None:
        if await self.remote.acquaintances.is_blocked(origin):
            raise Forbidden("this instance does not federate with yours")

    async def _heard(self, origin: str, scheme: Scheme) -> None:
        """The peer is there: what waits for it because it did not answer is due at once, and we know how it signs."""
        if not self.crowd.is_news(origin):
            return
        moment = now()
        speaks_new = moment if scheme == "rfc9421" else None
        await execute(
            """
            INSERT INTO peer (origin, heard_at, speaks_rfc9421_at, created_at) VALUES (?, ?, ?, ?)
            ON CONFLICT (origin) DO UPDATE SET heard_at = excluded.heard_at,
                   speaks_rfc9421_at = coalesce(excluded.speaks_rfc9421_at, peer.speaks_rfc9421_at)
            """,
            origin,
            moment,
            speaks_new,
            moment,
        )
        await close_circuit(delivery_lane(origin))

    async def _is_farewell_of_a_stranger(self, doc: Doc, actor_uri: str) -> bool:
        """Whether an actor whom we do not know, or no more, says that it is gone: there is nothing to forget, and its
        key is gone too.
        """
        if doc.data.get("type") != "Delete" or doc.find_id("object") != actor_uri:
            return False
        return not await Actor.filter(uri=actor_uri).exclude(state="deleted").exists()

    async def _verify(self, statement: Statement, key_id: str, actor_uri: str, *, visitor: str) -> KnownKey:
        try:
            count = partial(self.crowd.count_stranger, visitor)
            key = await self.remote.find_key(key_id, actor_uri=actor_uri, before_asking=count)
            try:
                statement.verify(key.public)
            except Unauthenticated:
                key = await self.remote.find_key(key_id, actor_uri=actor_uri, instead_of=key)  # it may be rotated
                statement.verify(key.public)
        except PeerUnavailable as error:
            raise Busy("your instance did not answer when we asked for the key; please try again") from error
        return key


@dataclass(frozen=True, slots=True)
class _Understood:
    """An activity that was received, and who handles it."""

    job: Job
    received: Received
    activity: Activity[Any]
    registration: Registration


async def _waiting(uris: Sequence[str]) -> dict[str, Received]:
    """Those of the activities that wait to be handled, with their senders."""
    rows = await Received.filter(activity_uri__in=list(uris), state="waiting")
    senders = {actor.id: actor for actor in await Actor.filter(id__in=list({row.sender_id for row in rows}))}
    for row in rows:
        row.sender = senders[row.sender_id]
    return {row.activity_uri: row for row in rows}


async def _take_effect(understood: _Understood, gathered: Gathered, changed: set[int]) -> Outcome | Crashed:
    """The activity has had its effect, or none at all; part of the caller's transaction.

    `changed` are the senders who may be others by now than when they were read.
    """
    received, activity = understood.received, understood.activity
    if received.sender_id in changed:
        received.sender = await Actor.get(id=received.sender_id)
    if not isinstance(activity, Create):
        changed.add(received.sender_id)
    so_far = gathered.mark()
    try:
        async with transaction():
            # Whoever changes the row handles the activity; another worker waits here, and finds it handled.
            if not await execute(
                "UPDATE received SET state = 'handled', handled_at = ? WHERE id = ? AND state = 'waiting'",
                now(),
                received.id,
            ):
                return Done()
            kept = await understood.registration.handle(received.sender, activity)
            if understood.registration.is_evidence and kept is not Kept.FOR_A_WHILE:
                await _keep(received, activity)
            await ask_again([received.sender])  # who follows them hears of a new name; we might not
    except Exception as error:
        gathered.forget_since(so_far)
        changed.add(received.sender_id)
        return await _failed(understood.job, received, error)
    log.debug("handled %s from %s", received.type, received.sender.uri)
    return Done()


async def _failed(job: Job, received: Received, error: Exception) -> Outcome | Crashed:
    """What becomes of an activity that could not be handled: tried again, or kept with the reason."""
    may_be_tried = job.attempts < MAX_ATTEMPTS
    if isinstance(error, FedirecError):
        if error.retryable and may_be_tried:
            return Later(error=str(error), blame="job")
        await _end(received, "failed" if error.retryable else "refused", str(error))
        log.info("refused %s %s: %s", received.type, received.activity_uri, error)
        return Done()
    reason = f"{type(error).__name__}: {error}"
    if may_be_tried:
        log.error("handling %s failed", received.activity_uri, exc_info=error)
        return Crashed(reason)
    await _end(received, "failed", reason)
    log.error("gave up %s %s", received.type, received.activity_uri, exc_info=error)
    return Dead(str(error) or type(error).__name__)


async def prune_received() -> int:
    """What was handled or refused long ago is forgotten; returns how much. Evidence stays in its own table."""
    return await Received.filter(state__not="waiting", handled_at__lt=now() - KEEP_RECEIVED).delete()


async def _end(received: Received, state: str, reason: str) -> None:
    """The activity is kept, with the reason why it had no effect."""
    await Received.filter(id=received.id).update(state=state, reason=reason[:MAX_REASON], handled_at=now())


async def _keep(received: Received, activity: Activity[Any]) -> None:
    await add_row(
        Evidence,
        subject_uri=activity.object.id,
        activity_uri=received.activity_uri,
        actor_uri=received.sender.uri,
        key_id=received.key_id,
        fingerprint=received.fingerprint,
        body=received.body,
        signed_headers=received.signed_headers,
        target=received.target,
        received_at=received.received_at,
    )


async def _read(delivery: Delivery) -> bytes:
    length = delivery.header("content-length")
    if length.isascii() and length.isdecimal() and int(length[:20]) > MAX_BODY:
        raise TooLarge("an activity may have one mebibyte at most")
    body = bytearray()
    async for piece in delivery.body:
        body += piece
        if len(body) > MAX_BODY:
            raise TooLarge("an activity may have one mebibyte at most")
    return bytes(body)


def _refuse_type(delivery: Delivery) -> None:
    essence = delivery.header("content-type").partition(";")[0].strip().lower()
    if essence not in ACTIVITY_TYPES:
        raise WrongType("an inbox reads application/activity+json")
    if delivery.header("content-encoding").lower() not in ("", "identity"):
        raise WrongType("an inbox reads bodies as they are, without compression")


def _origin_of_key(key_id: str) -> str:
    try:
        return origin_of(key_id)
    except Invalid as error:
        raise Unauthenticated("the key of the signature is not named by an address") from error


def _signed_headers(delivery: Delivery, claim: Claim) -> list[list[str]]:
    """Whatever one needs, beside the body, to see again that the signature was good."""
    needed = {*claim.components, "signature", "signature-input"}
    return [[name.lower(), value] for name, value in delivery.headers if name.lower() in needed]
