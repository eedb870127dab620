"""Who may ask from a page of another site: everybody, since only the token in the request opens anything.

Cookies count for nothing below /api but at /api/uploads, where our own composer sends files with them; so a foreign
page can do no more with a visitor's browser than with any other program.
"""

from __future__ import annotations

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fedirec.web.errors import is_for_programs
from fedirec.web.security import is_inbox

_METHODS: Final = "GET, HEAD, POST, PUT, PATCH, DELETE"
_ASKED_WITH: Final = "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Accept-Language"
_SHOWN: Final = "ETag, Idempotent-Replayed, Link, Location, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id"


def is_api(path: str) -> bool:
    """Whether only a bearer token says who asks there."""
    return is_for_programs(path) and not is_upload(path)


def is_upload(path: str) -> bool:
    """Whether files arrive there, which the composer sends with the visitor's session."""
    return path == "/api/uploads" or path.startswith("/api/uploads/")


def is_cookieless(path: str) -> bool:
    """Whether cookies are dropped from requests to that address."""
    return is_inbox(path) or is_api(path)


class Crossing:
    """ASGI middleware: answers of the API may be read from everywhere, and browsers that ask first are told so."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not is_api(scope["path"]):
            await self.app(scope, receive, send)
            return
        if scope["method"] == "OPTIONS":
            headers = {
                "Access-Control-Allow-Origin": "*",
                "Access-Control-Allow-Methods": _METHODS,
                "Access-Control-Allow-Headers": _ASKED_WITH,
                "Access-Control-Max-Age": "86400",
                "Allow": f"{_METHODS}, OPTIONS",
            }
            await Response(status_code=204, headers=headers)(scope, receive, send)
            return

        async def send_open(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Access-Control-Allow-Origin"] = "*"
                headers["Access-Control-Expose-Headers"] = _SHOWN
                headers["Cross-Origin-Resource-Policy"] = "cross-origin"
            await send(message)

        await self.app(scope, receive, send_open)
