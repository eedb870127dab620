"""Fetching what lives on other instances: an object is believed only from its own origin (FEP-fe34)."""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote
from weakref import WeakValueDictionary

from anyio import to_thread

from fedirec.activitypub import ld
from fedirec.activitypub.acquaintances import Acquaintances, KnownKey
from fedirec.activitypub.actors import keep_remote_actor, save_remote_actor
from fedirec.activitypub.keyring import Keyring
from fedirec.activitypub.models import Actor
from fedirec.activitypub.parsing import parse
from fedirec.activitypub.site import Site
from fedirec.activitypub.vocab import ActorObject, Doc, Entity, Json, Vocabulary
from fedirec.clock import monotonic
from fedirec.db import fetch_objects
from fedirec.errors import FedirecError, Forbidden, Gone, Invalid, NotFound, PeerUnavailable, Unauthenticated
from fedirec.lanes import Done, Job, Later, Outcome
from fedirec.net import Net, Response
from fedirec.uris import host_of, origin_of, same_origin

PROFILE: Final = "https://www.w3.org/ns/activitystreams"
ACCEPT: Final = f'application/activity+json, application/ld+json; profile="{PROFILE}"'

MAX_LOCAL_HANDLE: Final = 60
"""What the column holds; nobody here has as long a name."""
HANDLE: Final = re.compile(r"@?([\w.~-]{1,200})@([\w.-]{1,253}(?::\d{1,5})?)", re.ASCII)
NO_KEY_SECONDS: Final = 600
"""How long a key that could not be had is not asked for again."""

SILENCE_SECONDS: Final = 60
"""How long an instance that did not answer is not asked for the same key again."""

REFRESH_SECONDS: Final = 300
"""How long an actor whose key did not fit is not fetched again."""

REMEMBERED: Final = 10_000


@dataclass(frozen=True, slots=True)
class _Refusal:
    """Why a key is not asked for until then."""

    until: float
    error: type[FedirecError]
    detail: str


@dataclass(frozen=True, kw_only=True)
class Remote:
    """Asks other instances, in the name of this instance's own actor."""

    net: Net
    keyring: Keyring
    site: Site
    vocabulary: Vocabulary
    acquaintances: Acquaintances = field(default_factory=Acquaintances, repr=False)
    _refused: OrderedDict[str, _Refusal] = field(default_factory=OrderedDict, repr=False)
    _asking: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary, repr=False)

    async def fetch(self, uri: str) -> Json:
        """The object that `uri` names, compacted, as its own origin serves it.

        Raises NotFound for 404 and Gone for 410, Forbidden when the peer or we refuse, Invalid when the answer is no
        such object, PeerUnavailable when there is no answer.
        """
        return (await self._fetch(uri))[0]

    async def _fetch(self, uri: str) -> tuple[Json, Json]:
        """The object that `uri` names, in our terms and as it was sent."""
        document, sent = await self._get(uri)
        named = Doc(document).id("id")
        if named == uri:
            return document, sent
        if not same_origin(named, uri):
            raise Invalid(f"{host_of(uri)} answered with an object of {host_of(named)}")
        document, sent = await self._get(named)
        if Doc(document).id("id") != named:
            raise Invalid(f"{host_of(uri)} does not agree with itself about the name of that object")
        return document, sent

    async def read_as_sent(self, uri: str) -> tuple[Entity, Json]:
        """The object that `uri` names, and the document as it was sent, over which proofs are made."""
        document, sent = await self._fetch(uri)
        return self.vocabulary.read(document), sent

    async def read(self, uri: str) -> tuple[Entity, Json]:
        """The object that `uri` names, and the document in our terms that it was read from."""
        document = await self.fetch(uri)
        return self.vocabulary.read(document), document

    async def find_actor(self, uri: str, *, fresh: bool = False) -> Actor:
        """The actor at `uri`: from the database, or fetched and kept; always asked again when `fresh`."""
        origin_of(uri)
        known = await fetch_objects(Actor, "SELECT * FROM actor WHERE uri = ? AND state <> 'pending'", uri)
        if known and (known[0].is_local or (not fresh and known[0].state != "deleted")):
            return known[0]
        key = await self._keep_actor(uri)
        return (await fetch_objects(Actor, "SELECT * FROM actor WHERE id = ?", key))[0]

    async def _keep_actor(self, uri: str) -> int:
        """What the origin of the actor at `uri` says of it is what we know of it; the id of its row."""
        if self.site.is_ours(uri):
            raise NotFound("nobody here has that address")
        try:
            document = await self.fetch(uri)
        except Gone:
            await Actor.filter(uri=uri, state="active").update(state="deleted")
            raise
        return await keep_remote_actor(_as_actor(self.vocabulary.read(document)), document)

    async def refresh_actor(self, job: Job) -> Outcome:
        """What we know of an actor is what their origin says now, be it that they are gone."""
        try:
            await self.find_actor(str(job.payload["uri"]), fresh=True)
        except FedirecError as error:
            return Later(error=str(error), blame="job") if error.retryable else Done()
        return Done()

    async def find_by_handle(self, handle: str) -> Actor:
        """Whom `@name@host` means, by WebFinger (RFC 7033); the actor must be known by that handle at its own host too.

        Raises Invalid when it is no handle, NotFound when nobody answers to it.
        """
        found = HANDLE.fullmatch(handle.strip())
        if not found:
            raise Invalid("a handle looks like @name@host")
        name, host = found[1], found[2].lower()
        if self.site.is_set_up and host == self.site.uris.host:
            local = await Actor.filter(local_handle=name.lower()[:MAX_LOCAL_HANDLE]).exclude(state="pending").first()
            if local is None:
                raise NotFound("nobody here is called @%(name)s", blanks={"name": name})
            return local
        known = await Actor.filter(handle=name, host=host, is_local=False, state="active").order_by("-id").first()
        if known:
            return known
        _, uri = await self._webfinger(self._origin_at(host), f"acct:{name}@{host}")
        document = await self.fetch(uri)
        actor = self.vocabulary.read(document)
        described = _as_actor(actor)
        if host_of(described.id) == host:
            return await self._save_actor(document)
        agrees = described.handle.lower() == name.lower() and await self._agrees(described, f"{name}@{host}")
        return await self._save_actor(document, handle_host=host if agrees else None)

    async def find_home(self, handle: str) -> str:
        """The origin at which whoever has `handle` lives, which need not be the host in it (split domains).

        Raises Invalid when it is no handle, NotFound when nobody answers to it.
        """
        _, uri = await self._webfinger(*self._resource_of(handle))
        return origin_of(uri)

    async def find_dialogs(self, handle: str) -> dict[str, str]:
        """The addresses, with blanks to fill in, at which the server of `handle` lets its people act, by relation.

        Raises Invalid when it is no handle, NotFound when that server knows nobody of that name.
        """
        dialogs: dict[str, str] = {}
        for link in (await self._ask_webfinger(*self._resource_of(handle))).docs("links"):
            template = link.find_text("template") or link.find_text("href") or ""
            if "{" in template and (relation := link.find_text("rel")):
                dialogs.setdefault(relation, template)
        return dialogs

    async def meet_member(self, name: str, *, origin: str) -> Actor:
        """Who is called `name` at `origin`, as `origin` describes them at this moment; nobody of another origin is.

        Raises NotFound, Gone, Invalid, Forbidden or PeerUnavailable when there is no such actor.
        """
        subject, uri = await self._webfinger(origin, f"acct:{name}@{host_of(origin)}")
        if not same_origin(uri, origin):
            raise Forbidden(
                "%(host)s says that %(name)s lives somewhere else", blanks={"host": host_of(origin), "name": name}
            )
        document = await self.fetch(uri)
        described = _as_actor(self.vocabulary.read(document))
        if described.handle.lower() != name.lower():
            raise Forbidden(
                "%(host)s does not agree with itself about who %(name)s is",
                blanks={"host": host_of(origin), "name": name},
            )
        return await self._save_actor(document, handle_host=await self._proved_host(subject, described))

    async def _proved_host(self, subject: str, actor: ActorObject) -> str | None:
        """The host of the handle in `subject`, if it is another one and says itself that the handle is this actor's."""
        found = HANDLE.fullmatch(subject.removeprefix("acct:"))
        if not found or found[1].lower() != actor.handle.lower() or found[2].lower() == host_of(actor.id):
            return None
        host = found[2].lower()
        try:
            _, uri = await self._webfinger(self._origin_at(host), f"acct:{found[1]}@{host}")
        except FedirecError:
            return None
        return host if uri == actor.id else None

    def _resource_of(self, handle: str) -> tuple[str, str]:
        """Whom to ask about `handle`, and as what. Raises Invalid when it is none."""
        found = HANDLE.fullmatch(handle.strip())
        if not found:
            raise Invalid("a handle looks like @name@host")
        host = found[2].lower()
        return self._origin_at(host), f"acct:{found[1]}@{host}"

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
        if instead_of is None and (known := await self.acquaintances.find_key(key_id, actor_uri)):
            return known
        async with self._asking.setdefault(actor_uri, asyncio.Lock()):
            # Whoever held the lock before may have brought it.
            known = await self.acquaintances.find_key(key_id, actor_uri)
            if known and (instead_of is None or known.public.fingerprint != instead_of.public.fingerprint):
                return known
            question = f"{actor_uri} {instead_of is not None}"
            if (refusal := self._refused.get(question)) and refusal.until > monotonic():
                raise refusal.error(refusal.detail)
            if instead_of is None and before_asking:
                before_asking()
            return await self._ask_for_key(key_id, actor_uri, question, again=instead_of is not None)

    async def _ask_for_key(self, key_id: str, actor_uri: str, question: str, *, again: bool) -> KnownKey:
        if again:
            self._refuse(question, REFRESH_SECONDS)
        try:
            await self._keep_actor(actor_uri)
        except FedirecError as error:
            if error.retryable:
                self._refuse(question, SILENCE_SECONDS, PeerUnavailable, error.detail)
                raise
            self._refuse(question, NO_KEY_SECONDS)
            raise Unauthenticated("the key of that signature cannot be had") from error
        known = await self.acquaintances.find_key(key_id, actor_uri)
        if known is None:
            self._refuse(question, NO_KEY_SECONDS)
            raise Unauthenticated("the actor does not list the key of that signature")
        return known

    async def _save_actor(self, document: Json, *, handle_host: str | None = None) -> Actor:
        described = _as_actor(self.vocabulary.read(document))
        return await save_remote_actor(described, document, handle_host=handle_host)

    async def _agrees(self, actor: ActorObject, handle: str) -> bool:
        """Whether the actor's own origin says too that `handle`, of another host, is theirs (split domains).

        It says so in the actor (FEP-2c59), or as the subject of its own WebFinger answer.
        """
        if (actor.webfinger or "").lower() == handle.lower():
            return True
        try:
            origin = origin_of(actor.id)
            subject, uri = await self._webfinger(origin, f"acct:{actor.handle}@{host_of(origin)}")
        except FedirecError:
            return False
        return subject.lower() == f"acct:{handle}".lower() and uri == actor.id

    async def _get(self, uri: str) -> tuple[Json, Json]:
        if self.site.is_ours(uri):
            raise NotFound("nothing here has that address")
        await self._refuse_blocked(origin_of(uri))
        response = await self.net.get(uri, accept=ACCEPT, sign=self.sign if self.site.is_set_up else None)
        _refuse_status(response, uri)
        if not _is_activity(response.headers.get("content-type", "")):
            raise Invalid(
                "%(host)s answered with something that is no ActivityPub document", blanks={"host": host_of(uri)}
            )
        if not same_origin(response.url, uri):
            raise Invalid(f"{host_of(uri)} passed us on to {host_of(response.url)}, which cannot speak for it")
        sent = parse(response.body)
        return await compacted(sent), sent

    async def _webfinger(self, origin: str, resource: str) -> tuple[str, str]:
        """What `resource` is properly called at `origin`, and the id of the actor that it names."""
        document = await self._ask_webfinger(origin, resource)
        for link in document.docs("links"):
            if link.find_text("rel") == "self" and _is_activity(link.find_text("type") or ""):
                return document.find_text("subject") or resource, link.id("href")
        raise NotFound("%(name)s cannot be followed over ActivityPub", blanks={"name": resource.removeprefix("acct:")})

    async def _ask_webfinger(self, origin: str, resource: str) -> Doc:
        """What WebFinger at `origin` says about `resource`."""
        await self._refuse_blocked(origin)
        url = f"{origin}/.well-known/webfinger?resource={quote(resource, safe=':@')}"
        response = await self.net.get(url, accept="application/jrd+json, application/json", max_bytes=100_000)
        if response.status in (404, 410):
            raise NotFound("nobody at %(host)s answers to that handle", blanks={"host": host_of(origin)})
        _refuse_status(response, url)
        return Doc(parse(response.body))

    async def _refuse_blocked(self, origin: str) -> None:
        if await self.acquaintances.is_blocked(origin):
            raise Forbidden("%(host)s is blocked here", blanks={"host": host_of(origin)})

    def _origin_at(self, host: str) -> str:
        scheme = "http" if self.site.origin.startswith("http://") else "https"
        return f"{scheme}://{host}"

    async def sign(self, method: str, url: str) -> dict[str, str]:
        """The headers by which this instance as a whole signs a request to read."""
        return await self.keyring.sign_request(self.site.actor_id, method=method, url=url, body=None)

    def _refuse(
        self,
        question: str,
        seconds: float,
        error: type[FedirecError] = Unauthenticated,
        detail: str = "that key could not be confirmed a moment ago; try again later",
    ) -> None:
        self._refused[question] = _Refusal(monotonic() + seconds, error, detail)
        self._refused.move_to_end(question)
        if len(self._refused) > REMEMBERED:
            self._refused.popitem(last=False)


async def compacted(document: Json) -> Json:
    """`document` in our terms; in a thread when its context is not one that we know by heart, for that takes long."""
    plain = ld.find_plain(document)
    return await to_thread.run_sync(ld.compact, document) if plain is None else plain


def _as_actor(entity: Any) -> ActorObject:
    """The actor that `entity` is or, for a type that is more than an actor, describes."""
    described = getattr(entity, "actor", entity)
    if not isinstance(described, ActorObject):
        raise Invalid("that is not an actor")
    return described


def _is_activity(content_type: str) -> bool:
    """Whether a media type promises ActivityStreams; the profile must be there for plain JSON-LD (CVE-2024-25623)."""
    essence, *parameters = (part.strip() for part in content_type.split(";"))
    if essence.lower() == "application/activity+json":
        return True
    profiles = [value for name, _, value in (part.partition("=") for part in parameters) if name.lower() == "profile"]
    return essence.lower() == "application/ld+json" and len(profiles) == 1 and PROFILE in profiles[0].strip('"').split()


def _refuse_status(response: Response, uri: str) -> None:
    if response.status == 404:
        raise NotFound("%(host)s knows nothing of that name", blanks={"host": host_of(uri)})
    if response.status == 410:
        raise Gone("%(host)s says that it is not there any more", blanks={"host": host_of(uri)})
    if response.status in (401, 403):
        raise Forbidden("%(host)s does not show that to us", blanks={"host": host_of(uri)})
    if response.status != 200:
        raise PeerUnavailable("%(host)s answered %(status)s", blanks={"host": host_of(uri), "status": response.status})
