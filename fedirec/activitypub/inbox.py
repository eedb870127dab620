"""What happens to an incoming activity, from top to bottom.

`receive` runs inside the request: cheap checks first, then prove who sent it, keep the raw bytes durably, answer 202.
`handle` runs later in the worker (`effects`): understand it, then change the world in one transaction.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from fedirec.activitypub.authority import may_sign_as
from fedirec.activitypub.crowd import Crowd
from fedirec.activitypub.effects import Effects
from fedirec.activitypub.handlers import Handlers
from fedirec.activitypub.journal import Arrival, Heard, Journal, name_of
from fedirec.activitypub.models import Actor, Received
from fedirec.activitypub.outbox import delivery_lane
from fedirec.activitypub.parsing import parse
from fedirec.activitypub.remote import Remote
from fedirec.activitypub.senders import FORWARDED_FOR, Senders
from fedirec.activitypub.signatures import Claim, Scheme
from fedirec.activitypub.signatures import parse as parse_signature
from fedirec.activitypub.vocab import Doc
from fedirec.clock import now
from fedirec.errors import (
    Forbidden,
    Invalid,
    TooLarge,
    Unauthenticated,
    WrongType,
)
from fedirec.lanes import Crashed, Job, Outcome, close_circuit
from fedirec.uris import origin_of

log = logging.getLogger(__name__)

MAX_BODY: Final = 1024 * 1024
"""Bytes of one activity."""

KEEP_RECEIVED: Final = FORWARDED_FOR
"""How long what was received is kept after it was handled: longer than any replay could be signed."""

KEPT_IN_VAIN: Final = 100_000
"""Activities without an effect that are kept at most, to be looked at and handled again."""

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

    @cached_property
    def effects(self) -> Effects:
        return Effects(remote=self.remote, handlers=self.handlers, journal=self.journal)

    @cached_property
    def senders(self) -> Senders:
        return Senders(remote=self.remote, crowd=self.crowd)

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
        actor_uri = doc.id("actor")
        if may_sign_as(claim.key_id, actor=actor_uri) and await self._is_farewell_of_a_stranger(doc, actor_uri):
            return
        sender = await self.senders.find(doc, statement, body=body, visitor=delivery.visitor)
        self.crowd.count_origin(key_origin, size=len(body))
        await self.crowd.refuse_backlog(origin_of(sender.activity_uri))
        if sender.actor.state == "suspended":
            raise Forbidden("that actor is suspended here")
        activity_uri = sender.activity_uri
        if doc.data.get("type") == "Delete" and await _is_taken(activity_uri):
            activity_uri = name_of(body, actor_uri)
        heard = await self._hear(key_origin, claim.SCHEME)
        await self.journal.write(
            Arrival(
                activity_uri=activity_uri,
                type=str(doc.data.get("type"))[:40],
                sender_id=sender.actor.id,
                body=body,
                signed_headers=_signed_headers(delivery, claim),
                target=f"{delivery.method} {delivery.url}"[:2048],
                key_id=sender.key_id,
                fingerprint=sender.fingerprint,
                is_vouched=sender.is_vouched,
                document=doc.data,
            ),
            heard=heard,
        )

    async def handle(self, job: Job) -> Outcome | Crashed:
        """What was received has had its effect, once; or it is kept with the reason why it had none."""
        (outcome,) = await self.handle_together([job])
        return outcome

    async def handle_together(self, jobs: Sequence[Job]) -> list[Outcome | Crashed]:
        """As `handle`, for each of `jobs` in order; those that are quick share a transaction (`effects`)."""
        return await self.effects.of(jobs)

    async def _refuse_blocked(self, origin: str) -> None:
        if await self.remote.acquaintances.is_blocked(origin):
            raise Forbidden("this instance does not federate with yours")

    async def _hear(self, origin: str, scheme: Scheme) -> Heard | None:
        """The peer is there: what waits for it because it did not answer is due at once. Answers what is new in that,
        to be kept with what it sent.
        """
        if not self.crowd.is_news(origin):
            return None
        await close_circuit(delivery_lane(origin))
        return Heard(origin, speaks_rfc9421=scheme == "rfc9421")

    async def _is_farewell_of_a_stranger(self, doc: Doc, actor_uri: str) -> bool:
        """Whether an actor whom we do not know, or no more, says that it is gone: there is nothing to forget, and its
        key is gone too.
        """
        if doc.data.get("type") != "Delete" or doc.find_id("object") != actor_uri:
            return False
        return not await Actor.filter(uri=actor_uri).exclude(state="deleted").exists()


async def prune_received() -> int:
    """What was handled or refused long ago is forgotten; returns how much. Evidence stays in its own table.

    Of what had no effect only the newest is kept: strangers can send as much of it as they like.
    """
    gone = await Received.filter(state__not="waiting", handled_at__lt=now() - KEEP_RECEIVED).delete()
    for state in ("refused", "failed"):
        in_vain = Received.filter(state=state)
        if beyond := await in_vain.order_by("-id").offset(KEPT_IN_VAIN).limit(1).values_list("id", flat=True):
            gone += await in_vain.filter(id__lte=beyond[0]).delete()
    return gone


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


async def _is_taken(activity_uri: str) -> bool:
    """Whether something else than a Delete came under that id."""
    return await Received.filter(activity_uri=activity_uri).exclude(type="Delete").exists()


def _origin_of_key(key_id: str) -> str:
    try:
        return origin_of(key_id)
    except Invalid as error:
        raise Unauthenticated("the key of the signature is not named by an address") from error


def _signed_headers(delivery: Delivery, claim: Claim) -> list[list[str]]:
    """Whatever one needs, beside the body, to see again that the signature was good."""
    needed = {*claim.components, "signature", "signature-input"}
    return [[name.lower(), value] for name, value in delivery.headers if name.lower() in needed]
