"""From a request to the member who makes it: the session cookie of a browser, or the bearer token of a program.

`Door` stands in front of all pages and looks once; everybody behind it asks `viewer_of` or `require_viewer`.
"""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from fedirec.accounts.actions.sessions import NOTED_EVERY, keep_session
from fedirec.accounts.actions.tokens import note_token_use
from fedirec.accounts.home import home_of
from fedirec.accounts.oauth import vouching
from fedirec.accounts.permissions import Permission, require
from fedirec.accounts.queries import ACTIVE, find_session_viewer, find_token_viewer, has_unread
from fedirec.accounts.viewer import Viewer
from fedirec.activitypub.remote import Remote
from fedirec.clock import now
from fedirec.errors import Unauthenticated
from fedirec.media.cache import MediaCache
from fedirec.uris import origin_of
from fedirec.web.cookies import drop_cookie, read_cookie, set_cookie
from fedirec.web.errors import is_for_programs
from fedirec.web.language import reading
from fedirec.web.ratelimit import RateLimit
from fedirec.web.render import reader_of
from fedirec.web.security import is_inbox
from fedirec.web.views import MemberView

COOKIE: Final = "session"
KEPT_FOR: Final = 400 * 24 * 3600
"""Seconds that a browser keeps the cookie, the most that they allow. How long it is good for is decided here."""
_OPEN_TO_ALL: Final = ("/static/", "/.well-known/", "/nodeinfo/")
_LOOKING: Final = ("GET", "HEAD")
_MEMBER: Final = "member"
_SHOWN: Final = "viewer"
_HOME: Final = "home"


def new_attempts() -> RateLimit:
    """How often a password or a code may be tried, for `request.state["attempts"]`: ten at once, then one a minute."""
    return RateLimit(per_minute=1, burst=10)


class Door:
    """ASGI middleware: `request.state` says who is asking, as `member` for code and as `viewer` for templates;
    `home` is their handle on another server, as far as it is known.

    Behind it everything is said in the language of whoever asks.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            state: dict[str, Any] = scope.setdefault("state", {})
            viewer = await _find_viewer(HTTPConnection(scope))
            if viewer is not None and _is_blind(viewer, scope):
                viewer = None
            state[_MEMBER] = viewer
            state[_SHOWN] = await _shown(viewer, state.get("media_cache")) if viewer else None
            state[_HOME] = home_of(HTTPConnection(scope), viewer)
            with reading(reader_of(Request(scope))):
                await self.app(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def _is_blind(viewer: Viewer, scope: Scope) -> bool:
    """Whether a program looks at a page or a file with a token that is not for reading: it sees what strangers see.

    What is below /api says so itself.
    """
    is_looking = scope["method"] in _LOOKING and not is_for_programs(scope["path"])
    return is_looking and not viewer.can(Permission.READ_OWN)


def viewer_of(connection: HTTPConnection) -> Viewer | None:
    """Who is asking, if we know."""
    viewer: Viewer | None = (connection.scope.get("state") or {}).get(_MEMBER)
    return viewer


def require_viewer(connection: HTTPConnection, permission: Permission = Permission.READ_OWN) -> Viewer:
    """Who is asking, and may do that. Raises Unauthenticated or Forbidden."""
    viewer = viewer_of(connection)
    require(viewer, permission)
    assert viewer is not None
    return viewer


def let_in(response: Response, connection: HTTPConnection, secret: str) -> None:
    """The browser that gets `response` is signed in with the session `secret`."""
    set_cookie(response, connection, COOKIE, secret, max_age=KEPT_FOR)


def let_out(response: Response, connection: HTTPConnection) -> None:
    """The browser that gets `response` forgets its session."""
    drop_cookie(response, connection, COOKIE)


def session_secret(connection: HTTPConnection) -> str | None:
    """The secret in the session cookie, good or not."""
    return read_cookie(connection, COOKIE)


async def _find_viewer(connection: HTTPConnection) -> Viewer | None:
    path = connection.url.path
    if is_inbox(path) or path.startswith(_OPEN_TO_ALL) or path in (vouching.TOKEN, vouching.WHO):
        return None
    kind, _, token = connection.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        viewer = await find_token_viewer(token.strip())
        if viewer is None:
            raise Unauthenticated("This token is not good, or not any more.")
        if viewer.token_id is not None and viewer.seen_at < now() - NOTED_EVERY:
            await note_token_use(viewer.token_id)
        return viewer
    secret = session_secret(connection)
    if not secret:
        return None
    viewer = await find_session_viewer(secret)
    if viewer is None or not await _is_welcome(viewer, connection):
        return None
    if viewer.session_id is not None and viewer.seen_at < now() - NOTED_EVERY:
        await keep_session(viewer.session_id, is_guest=not viewer.actor.is_local)
    return viewer


async def _is_welcome(viewer: Viewer, connection: HTTPConnection) -> bool:
    """Whether a guest may still be here: what is decided about their server or about them counts at once."""
    actor = viewer.actor
    if actor.is_local:
        return True
    remote: Remote = connection.scope["state"]["remote"]
    return (
        actor.state == ACTIVE and not actor.is_quiet and not await remote.acquaintances.is_blocked(origin_of(actor.uri))
    )


async def _shown(viewer: Viewer, cache: MediaCache | None) -> MemberView:
    """What pages show of whoever looks at them; the picture of a guest comes through `cache` or not at all."""
    actor, picture = viewer.actor, viewer.actor.icon_url
    if picture and not actor.is_local:
        picture = cache.path_for(picture) if cache else None
    return MemberView(
        name=actor.name or actor.handle,
        handle=f"@{actor.handle}@{actor.host}",
        url=(actor.url or actor.uri) if actor.is_local else f"/people/remote/{actor.id}",
        icon_url=picture,
        locale=viewer.account.locale,
        zone=viewer.account.timezone,
        has_news=await has_unread(viewer.account),
        may_publish=viewer.can(Permission.PUBLISH),
        may_administer=viewer.can(Permission.SEE_AUDIT),
        may_pick=viewer.can(Permission.PICK),
        is_guest=not actor.is_local,
    )
