"""What lives on other instances: found by address or by handle, and believed only from its own origin (FEP-fe34)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from fedirec.activitypub.acquaintances import Acquaintances, KnownKey
from fedirec.activitypub.actors import keep_remote_actor, save_remote_actor
from fedirec.activitypub.actors.vouching import is_vouched_by_proof
from fedirec.activitypub.authority import may_sign_as
from fedirec.activitypub.keyring import Keyring
from fedirec.activitypub.keys import read_public_key
from fedirec.activitypub.models import Actor
from fedirec.activitypub.proofs import Proof, find_proof
from fedirec.activitypub.remote.fetching import Fetched, Fetching, compacted
from fedirec.activitypub.remote.handles import HANDLE, Handle, Handles
from fedirec.activitypub.remote.keys import Keys
from fedirec.activitypub.site import Site
from fedirec.activitypub.vocab import ActorObject, Doc, Entity, Json, Vocabulary
from fedirec.clock import now
from fedirec.db import fetch_objects
from fedirec.errors import FedirecError, Forbidden, Gone, Invalid, NotFound, Unauthenticated
from fedirec.lanes import Done, Job, Later, Outcome
from fedirec.net import Net
from fedirec.uris import host_of, origin_of

__all__ = ["HANDLE", "Remote", "compacted"]


@dataclass(frozen=True, kw_only=True)
class Remote:
    """Asks other instances, in the name of this instance's own actor."""

    net: Net
    keyring: Keyring
    site: Site
    vocabulary: Vocabulary
    acquaintances: Acquaintances = field(default_factory=Acquaintances, repr=False)

    @cached_property
    def fetching(self) -> Fetching:
        return Fetching(net=self.net, keyring=self.keyring, site=self.site, acquaintances=self.acquaintances)

    @cached_property
    def _handles(self) -> Handles:
        return Handles(fetching=self.fetching)

    @cached_property
    def _keys(self) -> Keys:
        return Keys(acquaintances=self.acquaintances, keep_actor=self._keep_actor)

    # Objects

    async def fetch(self, uri: str) -> Json:
        """The object that `uri` names, compacted, as its own origin serves it.

        Raises NotFound for 404 and Gone for 410, Forbidden when the peer or we refuse, Invalid when the answer is no
        such object, PeerUnavailable when there is no answer.
        """
        return (await self._fetch(uri)).document

    async def read_as_sent(self, uri: str) -> tuple[Entity, Json]:
        """The object that `uri` names, and the document as it was sent, over which proofs are made."""
        found = await self._fetch(uri)
        return self.vocabulary.read(found.document), found.sent

    async def read(self, uri: str) -> tuple[Entity, Json]:
        """The object that `uri` names, and the document in our terms that it was read from."""
        document = await self.fetch(uri)
        return self.vocabulary.read(document), document

    async def _fetch(self, uri: str) -> Fetched:
        """The object that `uri` names; one with a proof that is wrong is none (FEP-8b32)."""
        found = await self.fetching.fetch(uri)
        if (proof := _proof_on(found.sent)) is not None:
            await self._judge(proof, found.document)
        return found

    async def _judge(self, proof: Proof, document: Json) -> None:
        doc = Doc(document)
        try:
            if isinstance(described := getattr(entity := self.vocabulary.read(document), "actor", entity), ActorObject):
                if await is_vouched_by_proof(proof, actor_uri=described.id):
                    return  # by a key that they had before, and may not list any more
                listed = {key.id: key.public for key in described.keys}
                public = read_public_key(listed.get(proof.verification_method, ""))
            else:
                owner = doc.find_id("attributedTo") or doc.id("actor")
                public = (await self.find_key(proof.verification_method, actor_uri=owner)).public
            proof.verify(public, now=now())
        except FedirecError as error:
            if error.retryable:
                raise
            raise Invalid("the proof on that object is wrong") from error

    # Actors

    async def find_actor(self, uri: str, *, fresh: bool = False) -> Actor:
        """The actor at `uri`: from the database, or fetched and kept; always asked again when `fresh`."""
        origin_of(uri)
        known = await fetch_objects(Actor, "SELECT * FROM actor WHERE uri = ? AND state <> 'pending'", uri)
        if known and (known[0].is_local or (not fresh and known[0].state != "deleted")):
            return known[0]
        key = await self._keep_actor(uri)
        return (await fetch_objects(Actor, "SELECT * FROM actor WHERE id = ?", key))[0]

    async def refresh_actor(self, job: Job) -> Outcome:
        """What we know of an actor is what their origin says now, be it that they are gone."""
        try:
            await self.find_actor(str(job.payload["uri"]), fresh=True)
        except FedirecError as error:
            return Later(error=str(error), blame="job") if error.retryable else Done()
        return Done()

    # Handles

    async def find_by_handle(self, handle: str) -> Actor:
        """Whom `@name@host` means, by WebFinger (RFC 7033); the actor must be known by that handle at its own host too.

        Raises Invalid when it is no handle, NotFound when nobody answers to it.
        """
        asked = Handle.read(handle)
        if known := await self._handles.find_known(asked):
            return known
        found = await self._fetch(await self._handles.find_uri(asked))
        described = _as_actor(self.vocabulary.read(found.document))
        is_elsewhere = host_of(described.id) != asked.host and described.handle.lower() == asked.name.lower()
        if is_elsewhere and await self._handles.agrees(described, asked):
            return await self._save_actor(found, handle=Handle(described.handle, asked.host))
        return await self._save_actor(found, handle=await self._handles.find_preferred(described))

    async def find_home(self, handle: str) -> str:
        """The origin at which whoever has `handle` lives, which need not be the host in it (split domains).

        Raises Invalid when it is no handle, NotFound when nobody answers to it.
        """
        return origin_of(await self._handles.find_uri(Handle.read(handle)))

    async def find_dialogs(self, handle: str) -> dict[str, str]:
        """The addresses, with blanks to fill in, at which the server of `handle` lets its people act, by relation.

        Raises Invalid when it is no handle, NotFound when that server knows nobody of that name.
        """
        return await self._handles.find_dialogs(Handle.read(handle))

    async def meet_member(self, name: str, *, origin: str) -> Actor:
        """Who is called `name` at `origin`, as `origin` describes them at this moment; nobody of another origin is.

        Raises NotFound, Gone, Invalid, Forbidden or PeerUnavailable when there is no such actor.
        """
        subject, uri = await self._handles.find_member(name, origin=origin)
        found = await self._fetch(uri)
        described = _as_actor(self.vocabulary.read(found.document))
        if described.handle.lower() != name.lower():
            raise Forbidden(
                "%(host)s does not agree with itself about who %(name)s is",
                blanks={"host": host_of(origin), "name": name},
            )
        host = await self._handles.proved_host(subject, described)
        return await self._save_actor(found, handle=Handle(described.handle, host) if host else None)

    # Keys

    async def find_key(
        self,
        key_id: str,
        *,
        actor_uri: str,
        instead_of: KnownKey | None = None,
        before_asking: Callable[[], None] | None = None,
    ) -> KnownKey:
        """The key that the actor's own document lists under `key_id`.

        Fetched when we do not know it, or when it is still the one that did not fit (`instead_of`); one request at a
        time for each actor, and after a failure, or a second look, none for some minutes. `before_asking` is called
        before an actor whom we do not know is asked, and may raise. Raises Unauthenticated when the actor does not
        list the key, PeerUnavailable when nobody answers.
        """
        return await self._keys.find(key_id, actor_uri=actor_uri, instead_of=instead_of, before_asking=before_asking)

    async def find_signer(self, key_id: str, *, before_asking: Callable[[], None] | None = None) -> KnownKey:
        """The key under `key_id`, of whatever actor of its origin lists it. Raises what `find_key` raises."""
        owner = await self.acquaintances.find_owner(key_id)
        if owner is None:
            if before_asking:
                before_asking()
            owner = await self._owner_said_at(key_id)
        return await self.find_key(key_id, actor_uri=owner)

    async def _owner_said_at(self, key_id: str) -> str:
        """The actor whose key is said to be at `key_id`: the actor's own document, or one of the key alone."""
        try:
            document = Doc(await self.fetch(key_id.partition("#")[0]))
            owner = document.find_text("owner") or document.find_text("controller") or document.id("id")
        except FedirecError as error:
            if error.retryable:
                raise
            raise Unauthenticated("the key of that signature cannot be had") from error
        if not may_sign_as(key_id, actor=owner):
            raise Unauthenticated("the key of that signature is of another origin than its owner")
        return owner

    async def sign(self, method: str, url: str) -> dict[str, str]:
        """The headers by which this instance as a whole signs a request to read."""
        return await self.fetching.sign(method, url)

    async def _keep_actor(self, uri: str) -> int:
        """What the origin of the actor at `uri` says of it is what we know of it; the id of its row."""
        if self.site.is_ours(uri):
            raise NotFound("nobody here has that address")
        try:
            found = await self._fetch(uri)
        except Gone:
            await Actor.filter(uri=uri, state="active").update(state="deleted")
            raise
        described = _as_actor(self.vocabulary.read(found.document))
        preferred = await self._handles.find_preferred(described)
        return await keep_remote_actor(
            _called(described, preferred),
            found.document,
            handle_host=_host_of(preferred),
            is_vouched=await is_vouched_by_proof(_proof_on(found.sent), actor_uri=described.id),
        )

    async def _save_actor(self, found: Fetched, *, handle: Handle | None = None) -> Actor:
        described = _as_actor(self.vocabulary.read(found.document))
        return await save_remote_actor(
            _called(described, handle),
            found.document,
            handle_host=_host_of(handle),
            is_vouched=await is_vouched_by_proof(_proof_on(found.sent), actor_uri=described.id),
        )


def _proof_on(sent: Json) -> Proof | None:
    return find_proof(sent) if "proof" in sent else None


def _called(actor: ActorObject, handle: Handle | None) -> ActorObject:
    """The actor by the name of a handle that was proved to be theirs."""
    return actor if handle is None else replace(actor, handle=handle.name)


def _host_of(handle: Handle | None) -> str | None:
    return handle.host if handle else None


def _as_actor(entity: Any) -> ActorObject:
    """The actor that `entity` is or, for a type that is more than an actor, describes."""
    described = getattr(entity, "actor", entity)
    if not isinstance(described, ActorObject):
        raise Invalid("that is not an actor")
    return described
