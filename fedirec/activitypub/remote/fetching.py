"""Asking the origin of an object for it: one request, and what came back is judged before anything is made of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Final

from anyio import to_thread

from fedirec.activitypub import ld
from fedirec.activitypub.acquaintances import Acquaintances
from fedirec.activitypub.authority import Belief, belief_in_answer, may_answer_for
from fedirec.activitypub.keyring import Keyring
from fedirec.activitypub.manners import REFUSED, Manners, Refusals, knock, manners_at, remember_kind
from fedirec.activitypub.parsing import parse
from fedirec.activitypub.signatures import Scheme
from fedirec.activitypub.site import Site
from fedirec.activitypub.vocab import Doc, Json
from fedirec.errors import Forbidden, Gone, Invalid, NotFound, PeerUnavailable
from fedirec.net import Net, Response
from fedirec.uris import host_of, origin_of

PROFILE: Final = "https://www.w3.org/ns/activitystreams"
ACCEPT: Final = f'application/activity+json, application/ld+json; profile="{PROFILE}"'


@dataclass(frozen=True, slots=True)
class Fetched:
    """An object as its own origin serves it."""

    document: Json
    """In our terms."""
    sent: Json
    """As it was sent, over which proofs are made."""


@dataclass(frozen=True, kw_only=True)
class Fetching:
    """Sends our questions, in the name of this instance's own actor."""

    net: Net
    keyring: Keyring
    site: Site
    acquaintances: Acquaintances
    _refusals: Refusals = field(default_factory=Refusals, repr=False)

    async def fetch(self, uri: str) -> Fetched:
        """The object that `uri` names, as its own origin serves it.

        Raises NotFound for 404 and Gone for 410, Forbidden when the peer or we refuse, Invalid when the answer is no
        such object, PeerUnavailable when there is no answer.
        """
        found = await self._get(uri)
        named = Doc(found.document).id("id")
        match belief_in_answer(uri, named=named):
            case Belief.AS_SAID:
                return found
            case Belief.NEVER:
                raise Invalid(f"{host_of(uri)} answered with an object of {host_of(named)}")
        found = await self._get(named)
        if Doc(found.document).id("id") != named:
            raise Invalid(f"{host_of(uri)} does not agree with itself about the name of that object")
        return found

    async def get(self, url: str, *, accept: str, max_bytes: int) -> Response:
        """What `url`, which is no object, answers to a request that nobody signed.

        Raises Forbidden for a blocked host, PeerUnavailable when there is no answer.
        """
        await self.refuse_blocked(origin_of(url))
        return await self.net.get(url, accept=accept, max_bytes=max_bytes)

    async def refuse_blocked(self, origin: str) -> None:
        if await self.acquaintances.is_blocked(origin):
            raise Forbidden("%(host)s is blocked here", blanks={"host": host_of(origin)})

    async def sign(self, method: str, url: str) -> dict[str, str]:
        """The headers by which this instance as a whole signs a request to read, as that peer understands it."""
        return await self._sign((await self._manners(origin_of(url))).kinds[0], method, url)

    async def _sign(self, kind: Scheme, method: str, url: str) -> dict[str, str]:
        return await self.keyring.sign_request(self.site.actor_id, method=method, url=url, body=None, kind=kind)

    async def _manners(self, origin: str) -> Manners:
        return (await manners_at([origin]))[origin]

    async def _ask(self, uri: str) -> Response:
        """What `uri` answers: asked once more in the other signature when the peer seems not to take the first."""
        if not self.site.is_set_up:
            return await self.net.get(uri, accept=ACCEPT)
        origin = origin_of(uri)
        kinds: tuple[Scheme, ...] = (await self._manners(origin)).kinds
        first = kinds[0]
        if self._refusals.are_final(origin):
            kinds = kinds[:1]
        answer, kind = await knock(kinds, lambda kind: self.net.get(uri, accept=ACCEPT, sign=partial(self._sign, kind)))
        if kind != first:
            if answer.status in REFUSED:
                self._refusals.add(origin)
            elif answer.status == 200 and may_answer_for(uri, answered_from=answer.url):
                await remember_kind(origin, kind)
        return answer

    async def _get(self, uri: str) -> Fetched:
        if self.site.is_ours(uri):
            raise NotFound("nothing here has that address")
        await self.refuse_blocked(origin_of(uri))
        response = await self._ask(uri)
        refuse_status(response, uri)
        if not is_activity(response.headers.get("content-type", "")):
            raise Invalid(
                "%(host)s answered with something that is no ActivityPub document", blanks={"host": host_of(uri)}
            )
        if not may_answer_for(uri, answered_from=response.url):
            raise Invalid(f"{host_of(uri)} passed us on to {host_of(response.url)}, which cannot speak for it")
        sent = parse(response.body)
        return Fetched(await compacted(sent), sent)


async def compacted(document: Json) -> Json:
    """`document` in our terms; in a thread when its context is not one that we know by heart, for that takes long."""
    plain = ld.find_plain(document)
    return await to_thread.run_sync(ld.compact, document) if plain is None else plain


def is_activity(content_type: str) -> bool:
    """Whether a media type promises ActivityStreams; the profile must be there for plain JSON-LD (CVE-2024-25623)."""
    essence, *parameters = (part.strip() for part in content_type.split(";"))
    if essence.lower() == "application/activity+json":
        return True
    profiles = [value for name, _, value in (part.partition("=") for part in parameters) if name.lower() == "profile"]
    return essence.lower() == "application/ld+json" and len(profiles) == 1 and PROFILE in profiles[0].strip('"').split()


def refuse_status(response: Response, uri: str) -> None:
    if response.status == 404:
        raise NotFound("%(host)s knows nothing of that name", blanks={"host": host_of(uri)})
    if response.status == 410:
        raise Gone("%(host)s says that it is not there any more", blanks={"host": host_of(uri)})
    if response.status in (401, 403):
        raise Forbidden("%(host)s does not show that to us", blanks={"host": host_of(uri)})
    if response.status != 200:
        raise PeerUnavailable("%(host)s answered %(status)s", blanks={"host": host_of(uri), "status": response.status})
