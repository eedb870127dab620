"""How much of a request is read, for how long, and what is tidied away after it.

The limit is checked while the body is read, so that a page that expects a film can raise it before reading, and every
other page stays at one megabyte without thinking of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import anyio
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fedirec.clock import monotonic
from fedirec.errors import Invalid, TooLarge

MAX_BODY: Final = 1_000_000
"""Bytes, where nothing else is said."""
MAX_PAUSE: Final = 30.0
"""Seconds that a client may take to send the next piece."""
GRACE: Final = 20.0
"""Seconds in which nobody is asked how fast they are."""
LEAST_SPEED: Final = 2_000
"""Bytes a second, in the long run: whoever is slower only keeps a place that others could have."""
_KEY: Final = "fedirec.body"


@dataclass(slots=True)
class Body:
    """What we accept of one request."""

    limit: int = MAX_BODY
    received: int = 0
    cleanups: list[Callable[[], None]] = field(default_factory=list)


def body_of(connection: HTTPConnection) -> Body:
    """The body of this request; without `BodyGuard` in front (as in a test of one function) it is a loose one."""
    body: Body = connection.scope.setdefault(_KEY, Body())
    return body


def allow_body(connection: HTTPConnection, size: int) -> None:
    """Up to `size` bytes of this request are read. Call it before reading."""
    body = body_of(connection)
    body.limit = max(body.limit, size)


def after_response(connection: HTTPConnection, cleanup: Callable[[], None]) -> None:
    """`cleanup` runs when the request has been answered, however that went."""
    body_of(connection).cleanups.append(cleanup)


class BodyGuard:
    """ASGI middleware: refuses what is larger or slower than this request may be, and runs its cleanups at the end."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body = scope[_KEY] = Body()
        announced, began = _content_length(scope), monotonic()

        async def guarded() -> Message:
            if announced > body.limit:
                raise TooLarge
            with anyio.move_on_after(MAX_PAUSE) as waiting:
                message = await receive()
            if waiting.cancelled_caught:
                raise Invalid("the rest of the request did not arrive in time")
            if message["type"] == "http.request":
                body.received += len(message.get("body", b""))
                if body.received > body.limit:
                    raise TooLarge
                if message.get("more_body") and monotonic() - began > GRACE + body.received / LEAST_SPEED:
                    raise Invalid("the rest of the request did not arrive in time")
            return message

        try:
            await self.app(scope, guarded, send)
        finally:
            for cleanup in reversed(body.cleanups):
                cleanup()


def _content_length(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit() and len(value) < 20:
            return int(value)
    return 0
