"""What stands in front of every page: who may send forms, what a browser may load, what each answer carries.

A change is accepted from our own pages only. Browsers say where a request comes from (`Sec-Fetch-Site`, `Origin`), so
forms need no tokens. What carries no cookie authority (inboxes, programs with a bearer token) is exempt, and loses its
cookies to make sure of it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fedirec.db.outages import is_outage
from fedirec.errors import Busy, FedirecError, Forbidden, Invalid, NotFound
from fedirec.settings import Settings
from fedirec.uris import new_key, origin_of
from fedirec.web.bodies import BodyGuard
from fedirec.web.errors import error_page
from fedirec.web.proxies import TrustedProxies
from fedirec.web.ready import ReadyAnswers

log = structlog.stdlib.get_logger(__name__)

MAX_PATH: Final = 4_000
AWAY_SECONDS: Final = 30
"""Characters: the signed address of a copy of a file with the longest address has 2,800."""
_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_POLICY: Final = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "media-src": "'self' blob:",
    "connect-src": "'self'",
    "font-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "manifest-src": "'self'",
}
_DEVICES: Final = (
    "accelerometer",
    "browsing-topics",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "serial",
    "usb",
)


def content_security_policy(**changes: str) -> str:
    """The policy of our pages; `form_action="'self' https://b.example"` and the like change one rule of it.

    A browser applies `form-action` to the redirect after a form as well: a page whose form leads to another server
    says so here, or answers with a link.
    """
    rules = _POLICY | {name.replace("_", "-"): value for name, value in changes.items()}
    return "; ".join(f"{name} {value}" for name, value in rules.items())


CONTENT_SECURITY_POLICY: Final = content_security_policy()


def permissions_policy(*allowed: str) -> str:
    """What a page of ours may ask the browser for: nothing but `allowed`, such as "camera"."""
    return ", ".join(f"{device}=({'self' if device in allowed else ''})" for device in _DEVICES)


_PERMISSIONS: Final = permissions_policy()


def is_inbox(path: str) -> bool:
    """Whether other servers post there, who prove themselves by signature."""
    return path == "/inbox" or path.endswith("/inbox")


async def _everybody(scope: Scope) -> bool:
    return True


def guards(
    settings: Settings,
    *,
    is_cookieless: Callable[[str], bool] = is_inbox,
    may_have: Callable[[Scope], Awaitable[bool]] = _everybody,
) -> list[Middleware]:
    """Everything that stands in front of the application, the outermost first.

    `may_have` says who may be given an answer that is ready.
    """
    return [
        Middleware(TrustedProxies, networks=settings.trusted_proxies),
        Middleware(ReadyAnswers, may_have=may_have),
        Middleware(RequestScope),
        Middleware(BodyGuard),
        Middleware(SameOrigin, is_cookieless=is_cookieless),
    ]


class RequestScope:
    """ASGI middleware: each request has its own state, an id that its log lines carry, and an answer with our headers.

    An error that nobody expected becomes a page without details and with that id, and goes on to the server's log.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = new_key()
        scope["state"] = dict(scope.get("state") or {})
        scope["state"]["request_id"] = request_id
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                _add_headers(message, request_id=request_id, secure=scope["scheme"] == "https")
            await send(message)

        with structlog.contextvars.bound_contextvars(
            request_id=request_id, method=scope["method"], path=scope["path"][:300]
        ):
            try:
                _refuse_unreadable(scope)
                await self.app(scope, receive, send_with_headers)
            except ClientDisconnect:
                log.info("the visitor left before the request was read")
            except FedirecError as error:
                if started:
                    raise
                await error_page(Request(scope, receive), error)(scope, receive, send_with_headers)
            except Exception as error:
                if is_outage(error) and not started:
                    log.error("the database does not answer", error=repr(error)[:500])  # noqa: TRY400
                    away = Busy("the database does not answer just now", retry_after=AWAY_SECONDS)
                    await error_page(Request(scope, receive), away)(scope, receive, send_with_headers)
                    return
                log.error("a request failed", error=repr(error)[:500])  # noqa: TRY400  (the server logs the rest)
                if not started:
                    await _last_page(Request(scope, receive), error)(scope, receive, send_with_headers)
                raise


def _refuse_unreadable(scope: Scope) -> None:
    """Raise NotFound for addresses that nothing of ours has: very long ones, and those with a NUL character in them."""
    if len(scope["path"]) > MAX_PATH or "\0" in scope["path"] or b"%00" in scope.get("query_string", b""):
        raise NotFound


def _last_page(request: Request, error: Exception) -> Response:
    """The page for an unexpected error, or one sentence when even that page cannot be made."""
    try:
        return error_page(request, error)
    except Exception:
        log.exception("the error page failed")
        return PlainTextResponse("Something broke on our side.", status_code=500)


class SameOrigin:
    """ASGI middleware: refuses changes that other sites try to make with a visitor's cookies."""

    def __init__(self, app: ASGIApp, is_cookieless: Callable[[str], bool] = is_inbox) -> None:
        self.app = app
        self.is_cookieless = is_cookieless

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            if self.is_cookieless(scope["path"]) or headers.get("authorization", "").lower().startswith("bearer "):
                scope = {**scope, "headers": [pair for pair in scope["headers"] if pair[0] != b"cookie"]}
            elif scope["method"] not in _SAFE_METHODS and not comes_from_us(scope):
                await error_page(Request(scope, receive), Forbidden(_ELSEWHERE))(scope, receive, send)
                return
        await self.app(scope, receive, send)


_ELSEWHERE: Final = "that form was sent from another site; please open the page here and send it again"


def comes_from_us(scope: Scope) -> bool:
    """Whether the browser says that one of our own pages, or the visitor directly, made this request."""
    headers = Headers(scope=scope)
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    try:
        origin = origin_of(headers.get("origin", ""))
    except Invalid:
        return False
    return origin in _own_origins(scope, headers)


def _own_origins(scope: Scope, headers: Headers) -> set[str]:
    """The origin that setup fixed, or as long as there is none the one that was asked."""
    site: Any = (scope.get("state") or {}).get("site")
    fixed = getattr(site, "origin", None)
    try:
        return {origin_of(str(fixed))} if fixed else {origin_of(f"{scope['scheme']}://{headers.get('host', '')}")}
    except Invalid:
        return set()


def _add_headers(message: MutableMapping[str, Any], *, request_id: str, secure: bool) -> None:
    """Our headers stand in the answer; what a page set itself stays."""
    headers = MutableHeaders(scope=message)
    headers["X-Request-Id"] = request_id
    headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", _PERMISSIONS)
    if "frame-ancestors 'none'" in headers["Content-Security-Policy"]:
        headers.setdefault("X-Frame-Options", "DENY")  # for browsers that do not know the policy
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    if secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
