"""Who says an activity: whoever signed the request, or whoever proved the activity itself, whoever brings it.

The request has to be signed by somebody in any case. What an actor's own key signed needs nothing more; a proof on it
is judged all the same, and one that is wrong is a refusal. What somebody else brings is believed if it carries a proof
by a key of its actor (FEP-8b32). Of what carries but a linked data signature, which nobody here checks, only the name
of its object is taken, for its own origin to be asked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final

from fedirec.activitypub.acquaintances import KnownKey
from fedirec.activitypub.actors.vouching import find_former_key
from fedirec.activitypub.authority import may_name, may_sign_as
from fedirec.activitypub.crowd import Crowd
from fedirec.activitypub.journal import name_of
from fedirec.activitypub.keys import PublicKey
from fedirec.activitypub.models import Actor
from fedirec.activitypub.proofs import Proof, find_proof
from fedirec.activitypub.remote import Remote
from fedirec.activitypub.signatures import Statement
from fedirec.activitypub.vocab import Doc
from fedirec.clock import now
from fedirec.errors import Busy, Forbidden, PeerUnavailable, Unauthenticated
from fedirec.uris import origin_of

FORWARDED_FOR: Final = timedelta(days=30)
"""How old the proof on an activity may be that somebody else brings: as long as what was handled is remembered, so that
nothing has its effect twice."""

KEY_SECONDS: Final = 60
"""When somebody whose server did not answer is asked to try again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Whose an activity is, and how that is known."""

    actor: Actor
    """With its id, uri and state only."""
    activity_uri: str
    key_id: str
    fingerprint: str
    is_vouched: bool
    """Whether that key is known to be theirs by more than their domain (`actors.vouching`)."""


@dataclass(frozen=True, kw_only=True)
class Senders:
    """Finds out."""

    remote: Remote
    crowd: Crowd

    async def find(self, doc: Doc, statement: Statement, *, body: bytes, visitor: str) -> Sender:
        """Whose the activity `doc` is, which came as `body` in the request that `statement` is about.

        Raises Unauthenticated when it is nobody's, Forbidden when it is not theirs to say, Busy when a server does not
        answer that has to be asked for a key.
        """
        actor = doc.id("actor")
        uri = doc.find_id("id") or name_of(body, actor)
        proof = find_proof(doc.data)
        is_carried = proof is not None or isinstance(doc.data.get("signature"), dict)
        if not may_sign_as(statement.key_id, actor=actor) and not is_carried:
            raise Unauthenticated("the key of the signature is not one of the actor's")
        if not may_name(uri, actor=actor):
            raise Forbidden("the activity's id is not of its actor's origin")
        count = partial(self.crowd.count_stranger, visitor)
        speaks_of_itself = doc.data.get("type") == "Update" and doc.find_id("object") == actor
        try:
            if may_sign_as(statement.key_id, actor=actor):
                try:
                    key = await self._verified(
                        statement.key_id, actor, statement.verify, count, or_former=speaks_of_itself
                    )
                except Unauthenticated:
                    if not is_carried:
                        raise
                else:
                    if proof is not None:
                        await self._judge(proof, actor, count, or_former=speaks_of_itself)
                    return _sender(key, uri)
            return await self._find_carried(doc, statement, proof, uri=uri, body=body, count=count)
        except PeerUnavailable as error:
            said = "your instance did not answer when we asked for the key; please try again"
            raise Busy(said, retry_after=KEY_SECONDS) from error

    async def _find_carried(
        self, doc: Doc, statement: Statement, proof: Proof | None, *, uri: str, body: bytes, count: Callable[[], None]
    ) -> Sender:
        """Whose an activity is that somebody else brings, who has to be known by their signature."""
        actor = doc.id("actor")
        origin = origin_of(actor)
        if self.remote.site.is_ours(origin):
            raise Forbidden("nobody else says what is said here")
        if await self.remote.acquaintances.is_blocked(origin):
            raise Forbidden("this instance does not federate with that actor's")
        bearer = await self.remote.find_signer(statement.key_id, before_asking=count)
        statement.verify(bearer.public)
        if bearer.actor.state == "suspended":
            raise Forbidden("that actor is suspended here")
        if proof is None:
            return _sender(bearer, name_of(body, bearer.actor.uri))
        if doc.find_id("id") is None:
            raise Forbidden("what somebody else brings has an id, so that it counts once however it is written")
        if proof.created is None or proof.created < now() - FORWARDED_FOR:
            raise Unauthenticated("the proof on an activity that somebody else brings may be thirty days old at most")
        return _sender(await self._judge(proof, actor, count), uri)

    async def _judge(self, proof: Proof, actor: str, count: Callable[[], None], *, or_former: bool = False) -> KnownKey:
        """The key of the actor by which `proof` was made. Raises Unauthenticated when there is none."""
        if not may_sign_as(proof.verification_method, actor=actor):
            raise Unauthenticated("the key of the proof is not one of the actor's")
        verify = partial(proof.verify, now=now())
        return await self._verified(proof.verification_method, actor, verify, count, or_former=or_former)

    async def _verified(
        self,
        key_id: str,
        actor: str,
        verify: Callable[[PublicKey], None],
        count: Callable[[], None],
        *,
        or_former: bool = False,
    ) -> KnownKey:
        """The key of the actor by which something was signed: one that they list, `or_former` one that can still vouch
        for those. So Mastodon says that a key was changed: with the old one.
        """
        try:
            return await self._verified_now(key_id, actor, verify, count)
        except Unauthenticated:
            former = await find_former_key(key_id, actor_uri=actor) if or_former else None
            if former is None:
                raise
            verify(former.public)
            return former

    async def _verified_now(
        self, key_id: str, actor: str, verify: Callable[[PublicKey], None], count: Callable[[], None]
    ) -> KnownKey:
        key = await self.remote.find_key(key_id, actor_uri=actor, before_asking=count)
        try:
            verify(key.public)
        except Unauthenticated:
            key = await self.remote.find_key(key_id, actor_uri=actor, instead_of=key)  # it may be rotated
            verify(key.public)
        return key


def _sender(key: KnownKey, uri: str) -> Sender:
    return Sender(
        actor=key.actor,
        activity_uri=uri,
        key_id=key.key_id,
        fingerprint=key.public.fingerprint,
        is_vouched=key.is_vouched,
    )
