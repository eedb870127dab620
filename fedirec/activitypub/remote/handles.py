"""Handles: whom `@name@host` means, by WebFinger (RFC 7033), when both sides say so."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from fedirec.activitypub.authority import may_be_by
from fedirec.activitypub.models import Actor
from fedirec.activitypub.parsing import parse
from fedirec.activitypub.remote.fetching import Fetching, is_activity, refuse_status
from fedirec.activitypub.vocab import ActorObject, Doc
from fedirec.errors import FedirecError, Forbidden, Invalid, NotFound
from fedirec.uris import host_of, origin_of

MAX_LOCAL_HANDLE: Final = 60
"""What the column holds; nobody here has as long a name."""
MAX_ANSWER: Final = 100_000
"""Bytes of a WebFinger answer."""
HANDLE: Final = re.compile(r"@?([\w.~-]{1,200})@([\w.-]{1,253}(?::\d{1,5})?)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Handle:
    """A name at a host."""

    name: str
    host: str

    @classmethod
    def read(cls, text: str) -> Handle:
        """Raises Invalid when `text` is none."""
        found = HANDLE.fullmatch(text.strip())
        if not found:
            raise Invalid("a handle looks like @name@host")
        return cls(found[1], found[2].lower())

    def __str__(self) -> str:
        return f"{self.name}@{self.host}"


@dataclass(frozen=True, kw_only=True)
class Handles:
    """Looks handles up."""

    fetching: Fetching

    async def find_known(self, handle: Handle) -> Actor | None:
        """Who is known here under `handle`. Raises NotFound when it would be one of ours and is nobody's."""
        site = self.fetching.site
        if site.is_set_up and handle.host == site.uris.host:
            local = Actor.filter(local_handle=handle.name.lower()[:MAX_LOCAL_HANDLE]).exclude(state="pending")
            found = await local.first()
            if found is None:
                raise NotFound("nobody here is called @%(name)s", blanks={"name": handle.name})
            return found
        known = Actor.filter(handle=handle.name, host=handle.host, is_local=False, state="active")
        return await known.order_by("-id").first()

    async def find_uri(self, handle: Handle) -> str:
        """The id of the actor whom the host of `handle` means by it."""
        return (await self._webfinger(self._origin_at(handle.host), f"acct:{handle}"))[1]

    async def find_dialogs(self, handle: Handle) -> dict[str, str]:
        """The addresses, with blanks to fill in, at which the server of `handle` lets its people act, by relation.

        Raises NotFound when that server knows nobody of that name.
        """
        dialogs: dict[str, str] = {}
        for link in (await self._ask(self._origin_at(handle.host), f"acct:{handle}")).docs("links"):
            template = link.find_text("template") or link.find_text("href") or ""
            if "{" in template and (relation := link.find_text("rel")):
                dialogs.setdefault(relation, template)
        return dialogs

    async def find_member(self, name: str, *, origin: str) -> tuple[str, str]:
        """What `name` is properly called at `origin`, and the id of the actor of that very origin that it names."""
        subject, uri = await self._webfinger(origin, f"acct:{name}@{host_of(origin)}")
        if not may_be_by(uri, author=origin):
            raise Forbidden(
                "%(host)s says that %(name)s lives somewhere else", blanks={"host": host_of(origin), "name": name}
            )
        return subject, uri

    async def proved_host(self, subject: str, actor: ActorObject) -> str | None:
        """The host of the handle in `subject`, if it is another one and says itself that the handle is this actor's."""
        try:
            handle = Handle.read(subject.removeprefix("acct:"))
            if handle.name.lower() != actor.handle.lower() or handle.host == host_of(actor.id):
                return None
            return handle.host if await self.find_uri(handle) == actor.id else None
        except FedirecError:
            return None

    async def agrees(self, actor: ActorObject, handle: Handle) -> bool:
        """Whether the actor's own origin says too that `handle`, of another host, is theirs (split domains).

        It says so in the actor (FEP-2c59), or as the subject of its own WebFinger answer.
        """
        if (actor.webfinger or "").lower() == str(handle).lower():
            return True
        try:
            origin = origin_of(actor.id)
            subject, uri = await self._webfinger(origin, f"acct:{actor.handle}@{host_of(origin)}")
        except FedirecError:
            return False
        return subject.lower() == f"acct:{handle}".lower() and uri == actor.id

    async def find_preferred(self, actor: ActorObject) -> Handle | None:
        """The handle that the actor itself prefers to that of its id (FEP-2c59), if the host in it agrees."""
        if not actor.webfinger:
            return None
        try:
            handle = Handle.read(actor.webfinger.removeprefix("acct:"))
            if (handle.name.lower(), handle.host) == (actor.handle.lower(), host_of(actor.id)):
                return None
            return handle if await self.find_uri(handle) == actor.id else None
        except FedirecError:
            return None

    async def _webfinger(self, origin: str, resource: str) -> tuple[str, str]:
        """What `resource` is properly called at `origin`, and the id of the actor that it names."""
        document = await self._ask(origin, resource)
        for link in document.docs("links"):
            if link.find_text("rel") == "self" and is_activity(link.find_text("type") or ""):
                return document.find_text("subject") or resource, link.id("href")
        raise NotFound("%(name)s cannot be followed over ActivityPub", blanks={"name": resource.removeprefix("acct:")})

    async def _ask(self, origin: str, resource: str) -> Doc:
        """What WebFinger at `origin` says about `resource`."""
        url = f"{origin}/.well-known/webfinger?resource={quote(resource, safe=':@')}"
        response = await self.fetching.get(url, accept="application/jrd+json, application/json", max_bytes=MAX_ANSWER)
        if response.status in (404, 410):
            raise NotFound("nobody at %(host)s answers to that handle", blanks={"host": host_of(origin)})
        refuse_status(response, url)
        return Doc(parse(response.body))

    def _origin_at(self, host: str) -> str:
        scheme = "http" if self.fetching.site.origin.startswith("http://") else "https"
        return f"{scheme}://{host}"
