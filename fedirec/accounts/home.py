"""The handle that a visitor has on their own server, kept by their browser so that they type it once.

It is a cookie that only this instance can read. Nothing of it is written down here, and they can have it forgotten.
"""

from __future__ import annotations

from typing import Final

from starlette.requests import HTTPConnection
from starlette.responses import Response

from fedirec.accounts.viewer import Viewer
from fedirec.activitypub.remote import HANDLE
from fedirec.web.cookies import drop_cookie, read_cookie, set_cookie

COOKIE: Final = "home"
KEPT_FOR: Final = 400 * 24 * 3600
"""Seconds."""


def home_of(connection: HTTPConnection, viewer: Viewer | None) -> str:
    """The handle of whoever is looking, on their own server: a guest's, or the one that their browser kept."""
    if viewer is not None and not viewer.actor.is_local:
        return f"@{viewer.actor.handle}@{viewer.actor.host}"
    kept = read_cookie(connection, COOKIE) or ""
    return kept if HANDLE.fullmatch(kept) else ""


def remember_home(response: Response, connection: HTTPConnection, handle: str) -> None:
    """The browser keeps `handle`."""
    if HANDLE.fullmatch(handle):
        set_cookie(response, connection, COOKIE, handle, max_age=KEPT_FOR)


def forget_home(response: Response, connection: HTTPConnection) -> None:
    """The browser keeps no handle any more."""
    drop_cookie(response, connection, COOKIE)
