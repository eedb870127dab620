"""What happens to an incoming activity, from top to bottom.

`receive` runs inside the request: cheap checks first, then prove who sent it, keep the raw bytes durably, answer 202.
`handle` runs later in the worker: understand it, then change the world in one transaction.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Any, Final

from fedirec.activitypub.handlers import Handlers, Kept
from fedirec.activitypub.journal import Journal
from fedirec.activitypub.models import Actor, Evidence, Peer, Received
from fedirec.activitypub.outbox import ask_again, delivery_lane
from fedirec.activitypub.parsing import parse
from fedirec.activitypub.remote import KnownKey, Remote, compacted
from fedirec.activitypub.signatures import Claim, Scheme, Statement
from fedirec.activitypub.signatures import parse as parse_signature
from fedirec.activitypub.vocab import Activity, Doc
from fedirec.clock import monotonic, now
from fedirec.db import transaction
from fedirec.errors import (
    Busy,
    FedirecError,
    Forbidden,
    Invalid,
    PeerUnavailable,
    TooLarge,
    TooMany,
    Unauthenticated,
    WrongType,
)
from fedirec.lanes import Dead, Done, Job, Later, Outcome, close_circuit, is_longer
from fedirec.uris import origin_of, same_origin
from fedirec.web.ratelimit import RateLimit

log = logging.getLogger(__name__)

MAX_BODY: Final = 1024 * 1024
"""Bytes of one activity."""

MAX_WAITING: Final = 10_000
"""Activities that may wait to be handled."""

MAX_WAITING_OF_ONE: Final = 2_000
"""Of them, how many may be of one origin."""

COUNT_SECONDS: Final = 2.0
"""How long a count of them is good for."""

PER_ORIGIN: Final = 300
"""Activities a second, in the long run, of one origin."""

NEWS_SECONDS: Final = 20.0
"""How long we know that a peer is there, once it was heard."""

USUAL_BYTES: Final = 10_000
"""Of an activity: twice as many count twice."""

STRANGERS_PER_MINUTE: Final = 300
"""Unknown actors whose keys one network address can make us fetch (CVE-2022-46405)."""

REMEMBERED: Final = 10_000
"""Peers of which we remember that they are there."""

MAX_REASON: Final = 500
MAX_ATTEMPTS: Final = 4
"""Times that handling is tried again after something went wrong that may pass."""

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


class Crowd:
    """How much is taken in, and from whom: nobody fills the queue, and nobody makes us ask the whole world for keys."""

    def __init__(self) -> None:
        self._origins = RateLimit(per_minute=60 * PER_ORIGIN, burst=PER_ORIGIN * 10)
        self._strangers = RateLimit(per_minute=STRANGERS_PER_MINUTE, burst=STRANGERS_PER_MINUTE)
        self._heard_at: OrderedDict[str, float] = OrderedDict()
        self._backlogs: OrderedDict[str, tuple[float, bool]] = OrderedDict()
        self._counted_at = -COUNT_SECONDS
        self._is_full = False

    def count_origin(self, origin: str, *, size: int) -> None:
        """One more activity of a proven origin. Raises TooMany when it sends faster than PER_ORIGIN a second.

        A large one counts as several, for what was received is kept.
        """
        self._origins.check(origin, cost=1 + size / USUAL_BYTES)

    def count_stranger(self, visitor: str) -> None:
        """One more key that has to be asked for because of `visitor`. Raises TooMany."""
        self._strangers.check(visitor)

    def is_news(self, origin: str) -> bool:
        """Whether we did not know that `origin` is there; from here on we do, for NEWS_SECONDS."""
        if monotonic() - self._heard_at.get(origin, -NEWS_SECONDS) < NEWS_SECONDS:
            return False
        self._heard_at[origin] = monotonic()
        self._heard_at.move_to_end(origin)
        if len(self._heard_at) > REMEMBERED:
            self._heard_at.popitem(last=False)
        return True

    async def refuse_backlog(self, origin: str) -> None:
        """Raise TooMany while more than MAX_WAITING_OF_ONE activities of `origin` wait, so that others have room."""
        counted_at, is_long = self._backlogs.pop(origin, (-COUNT_SECONDS, False))
        if monotonic() - counted_at > COUNT_SECONDS:
            counted_at, is_long = monotonic(), await is_longer(f"inbox:{origin}", than=MAX_WAITING_OF_ONE)
        self._backlogs[origin] = counted_at, is_long
        if len(self._backlogs) > REMEMBERED:
            self._backlogs.popitem(last=False)
        if is_long:
            raise TooMany(retry_after=60)

    async def refuse_when_full(self) -> None:
        """Raise Busy while more than MAX_WAITING activities wait to be handled."""
        if monotonic() - self._counted_at > COUNT_SECONDS:
            self._counted_at = monotonic()
            waiting = await Received.filter(state="waiting").offset(MAX_WAITING).limit(1).values("id")
            self._is_full = bool(waiting)
        if self._is_full:
            raise Busy("this instance has more to do than it can; please try again later", retry_after=120)


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

    async def handle(self, job: Job) -> Outcome:
        """What was received has had its effect, once; or it is kept with the reason why it had none."""
        received = await Received.filter(activity_uri=str(job.payload["activity"])).select_related("sender").first()
        if received is None or received.state != "waiting":
            return Done()
        try:
            activity = await self._read(received)
            registration = self.handlers.find(activity)
            async with transaction():
                # Whoever changes the row handles the activity; another worker waits here, and finds it handled.
                waiting = Received.filter(id=received.id, state="waiting")
                if not await waiting.update(state="handled", handled_at=now()):
                    return Done()
                kept = await registration.handle(received.sender, activity)
                if registration.is_evidence and kept is not Kept.FOR_A_WHILE:
                    await _keep(received, activity)
                await ask_again([received.sender])  # who follows them hears of a new name; we might not
        except FedirecError as error:
            if error.retryable and job.attempts < MAX_ATTEMPTS:
                return Later(error=str(error), blame="job")
            await _end(received, "failed" if error.retryable else "refused", str(error))
            log.info("refused %s %s: %s", received.type, received.activity_uri, error)
            return Done()
        except Exception as error:
            if job.attempts < MAX_ATTEMPTS:
                raise
            await _end(received, "failed", f"{type(error).__name__}: {error}")
            log.exception("gave up %s %s", received.type, received.activity_uri)
            return Dead(str(error) or type(error).__name__)
        log.info("handled %s from %s", received.type, received.sender.uri)
        return Done()

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
        peer = await Peer.get_or_none(origin=origin)
        if peer and peer.policy == "block":
            raise Forbidden("this instance does not federate with yours")

    async def _heard(self, origin: str, scheme: Scheme) -> None:
        """The peer is there: what waits for it because it did not answer is due at once, and we know how it signs."""
        if not self.crowd.is_news(origin):
            return
        heard: dict[str, Any] = {"heard_at": now()}
        if scheme == "rfc9421":
            heard["speaks_rfc9421_at"] = now()
        if not await Peer.filter(origin=origin).update(**heard):
            await Peer.get_or_create(origin=origin, defaults=heard)
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


async def prune_received() -> int:
    """What was handled or refused long ago is forgotten; returns how much. Evidence stays in its own table."""
    return await Received.filter(state__not="waiting", handled_at__lt=now() - KEEP_RECEIVED).delete()


async def _end(received: Received, state: str, reason: str) -> None:
    """The activity is kept, with the reason why it had no effect."""
    await Received.filter(id=received.id).update(state=state, reason=reason[:MAX_REASON], handled_at=now())


async def _keep(received: Received, activity: Activity[Any]) -> None:
    await Evidence.create(
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
