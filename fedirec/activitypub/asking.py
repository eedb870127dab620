"""Who asks, when a request to read is signed: how a server shows that it asks for somebody who may see."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import partial
from typing import Any, Final

from starlette.requests import Request
from starlette.types import Scope

from fedirec.activitypub.inbox import Inbox
from fedirec.activitypub.models import Actor
from fedirec.activitypub.remote import Remote
from fedirec.activitypub.signatures import parse
from fedirec.activitypub.site import Site
from fedirec.clock import now
from fedirec.errors import FedirecError, Forbidden, Invalid, Unauthenticated
from fedirec.uris import origin_of
from fedirec.web.ratelimit import visitor_of

SHOWN_TO_ALL: Final = ("/actor",)
"""What everybody has to be able to read who wants to check a signature of ours (FEP-d556)."""


MAX_KEYS: Final = 4
"""Keys that one header names, and that are looked at."""
_KEY_ID: Final = re.compile(rb'\bkeyid\s*=\s*"([^"]{1,2048})"', re.IGNORECASE)


def address_of(request: Request[Any]) -> str:
    """The address that was asked for, as it came in on the wire, at our own origin."""
    site: Site = request.state["site"]
    path = request.scope.get("raw_path") or request.url.path.encode()
    query = request.scope.get("query_string") or b""
    return site.origin + path.decode("latin-1") + (f"?{query.decode('latin-1')}" if query else "")


def headers_of(request: Request[Any]) -> list[tuple[str, str]]:
    """The headers as they came in, in order, each as often as it came."""
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw]


async def refuse_strangers(request: Request[Any]) -> None:
    """Raise Forbidden for whoever signs as one whom we do not federate with, and Unauthenticated for whoever does not
    sign where that is demanded, in secure mode: of everything but the instance's own actor, with its key.
    """
    if await _is_refused(request.scope):
        raise Forbidden("this instance does not federate with yours")
    if not await is_for_signers(request.scope):
        return
    if await find_asker(request) is None:
        raise Unauthenticated("this instance shows its documents to those who sign their requests")


async def is_for_signers(scope: Scope) -> bool:
    """Whether the document that is asked for is shown to those only who say who they are, in secure mode."""
    site: Site = scope["state"]["site"]
    return site.is_set_up and scope["path"] not in SHOWN_TO_ALL and await site.demands_signatures()


async def may_have(scope: Scope) -> bool:
    """Whether whoever asks may be given a public document that is ready; who may not is told why the long way.

    What is for signers goes the long way, at whose end caches in between are told to keep nothing.
    """
    return not await is_for_signers(scope) and not await _is_refused(scope)


async def _is_refused(scope: Scope) -> bool:
    """Whether a request is signed in the name of an origin with which we do not federate, rightly or not."""
    remote: Remote = scope["state"]["remote"]
    named = [
        key_id
        for name, value in scope["headers"]
        if name in (b"signature", b"signature-input")
        for key_id in _KEY_ID.findall(value)[:MAX_KEYS]
    ]
    for key_id in named:
        with suppress(Invalid):
            if await remote.acquaintances.is_blocked(origin_of(key_id.decode("latin-1"))):
                return True
    return False


async def find_asker(request: Request[Any]) -> Actor | None:
    """The actor who signed a request to read, usually the one that speaks for a whole server.

    None when nobody did, or not rightly: whoever cannot be told from a stranger is shown what strangers are shown.
    """
    if "signature" not in request.headers:
        return None
    remote: Remote = request.state["remote"]
    inbox: Inbox = request.state["inbox"]
    count = partial(inbox.crowd.count_stranger, visitor_of(request))
    try:
        claim = parse(headers_of(request))
        origin = origin_of(claim.key_id)
        if remote.site.is_ours(origin) or await remote.acquaintances.is_blocked(origin):
            return None
        statement = claim.check(
            method=request.method, url=address_of(request), headers=headers_of(request), body=b"", now=now()
        )
        key = await remote.find_signer(claim.key_id, before_asking=count)
        statement.verify(key.public)
    except FedirecError:
        return None
    return key.actor if key.actor.state == "active" else None
