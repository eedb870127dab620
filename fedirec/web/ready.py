"""Answers that are ready: public documents as bytes, kept while nothing that they show was changed.

Other servers ask for the same actors and records again and again. Whoever asks, and whether they sign, a public
document is the same; only such answers are kept, and only those of routes that say which tables they show. Whatever
may differ from one to the next (a session, a token, a query) goes the long way, and so does whoever may not have it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fedirec.clock import monotonic
from fedirec.db import version_of
from fedirec.web.negotiation import prefers_activity

KEPT_SECONDS: Final = 1.0
"""How long another process, which is the command line, may have to wait until what it did is seen."""
MAX_ANSWERS: Final = 2_000
MAX_BYTES: Final = 16_000_000
"""Of all of them."""
MAX_BODY: Final = 200_000
"""Bytes of one."""
_KEY: Final = "fedirec.ready"
_LEFT_OUT: Final = frozenset({b"x-request-id"})
"""It names lines of the log, and these answers leave none."""


@dataclass(slots=True)
class Recording:
    """An answer that is being made, and what it shows."""

    shows: tuple[str, ...] = ()
    grows: tuple[str, ...] = ()
    version: int | None = None
    start: Message | None = None
    pieces: list[bytes] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Answer:
    """One that was made."""

    shows: tuple[str, ...]
    grows: tuple[str, ...]
    version: int
    made_at: float
    start: Message
    body: Message
    size: int


def may_keep(scope: Scope, *, shows: Sequence[str], grows: Sequence[str] = ()) -> None:
    """The answer to this request shows nothing but rows of the tables `shows`, and all that one has in `grows`.

    Call it before they are read.
    """
    recording: Recording | None = scope.get(_KEY)
    if recording is not None:
        recording.shows, recording.grows = tuple(shows), tuple(grows)
        recording.version = version_of(changed=shows, added=grows)


def must_not_keep(scope: Scope) -> None:
    """The answer to this request depends on who asks, after all."""
    recording: Recording | None = scope.get(_KEY)
    if recording is not None:
        recording.version = None


class ReadyAnswers:
    """ASGI middleware: gives answers that were given before, as long as they are still true, to those who `may_have`
    them.
    """

    def __init__(self, app: ASGIApp, *, may_have: Callable[[Scope], Awaitable[bool]]) -> None:
        self.app = app
        self._may_have = may_have
        self._kept: OrderedDict[tuple[str, str], Answer] = OrderedDict()
        self._size = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or scope["query_string"] or not _is_plain(scope):
            await self.app(scope, receive, send)
            return
        key = scope["scheme"], scope["path"]
        kept = self._kept.get(key)
        if kept is not None:
            if (
                monotonic() - kept.made_at < KEPT_SECONDS
                and version_of(changed=kept.shows, added=kept.grows) == kept.version
            ):
                if not await self._may_have(scope):
                    await self.app(scope, receive, send)
                    return
                await send(kept.start)
                await send(kept.body)
                return
            self._drop(key)
        recording = scope[_KEY] = Recording()

        async def recorded(message: Message) -> None:
            await send(message)
            if recording.version is not None and _is_whole(recording, message):
                self._keep(key, recording)

        await self.app(scope, receive, recorded)

    def _keep(self, key: tuple[str, str], recording: Recording) -> None:
        body = b"".join(recording.pieces)
        start = recording.start
        if start is None or recording.version is None or len(body) > MAX_BODY:
            return
        kept: Message = {**start, "headers": [pair for pair in start["headers"] if pair[0] not in _LEFT_OUT]}
        self._drop(key)
        self._kept[key] = Answer(
            recording.shows,
            recording.grows,
            recording.version,
            monotonic(),
            kept,
            {"type": "http.response.body", "body": body},
            len(body) + len(key[1]) + 1_000,
        )
        self._size += self._kept[key].size
        while self._size > MAX_BYTES or len(self._kept) > MAX_ANSWERS:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: tuple[str, str]) -> None:
        dropped = self._kept.pop(key, None)
        if dropped is not None:
            self._size -= dropped.size


def _is_plain(scope: Scope) -> bool:
    """Whether a document is asked for, by nobody in particular."""
    accept = ""
    for name, value in scope["headers"]:
        if name == b"accept":
            accept = f"{accept},{value.decode('latin-1')}" if accept else value.decode("latin-1")
        elif name in (b"cookie", b"authorization", b"range"):
            return False
    return prefers_activity(accept)


def _is_whole(recording: Recording, message: Message) -> bool:
    """Whether `message` completes an answer that everybody may have."""
    if message["type"] == "http.response.start":
        headers: dict[bytes, Any] = dict(message["headers"])
        is_public = headers.get(b"cache-control", b"").startswith(b"public") and b"set-cookie" not in headers
        if message["status"] == 200 and is_public:
            recording.start = message
        return False
    if recording.start is None:
        return False
    recording.pieces.append(message.get("body", b""))
    return not message.get("more_body", False)
