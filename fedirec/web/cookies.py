"""Cookies that only this instance can read.

On https every name starts with `__Host-`, so that no neighbour on the same domain can set one. On http the name holds
the port, because browsers share the cookies of all ports of a host and a developer's instances sit side by side.
"""

from __future__ import annotations

from starlette.datastructures import URL
from starlette.requests import HTTPConnection
from starlette.responses import Response


def cookie_name(connection: HTTPConnection, name: str) -> str:
    """The full name of our cookie `name` on this instance."""
    origin = _origin_of(connection)
    if origin.scheme == "https":
        return f"__Host-fedirec-{name}"
    return f"fedirec-{origin.port or 80}-{name}"


def read_cookie(connection: HTTPConnection, name: str) -> str | None:
    return connection.cookies.get(cookie_name(connection, name))


def set_cookie(
    response: Response, connection: HTTPConnection, name: str, value: str, *, max_age: int | None = None
) -> None:
    """The browser keeps `value` for `max_age` seconds, or until it is closed, out of reach of scripts."""
    response.set_cookie(
        cookie_name(connection, name),
        value,
        max_age=max_age,
        path="/",
        secure=_origin_of(connection).scheme == "https",
        httponly=True,
        samesite="lax",
    )


def drop_cookie(response: Response, connection: HTTPConnection, name: str) -> None:
    set_cookie(response, connection, name, "", max_age=0)


def _origin_of(connection: HTTPConnection) -> URL:
    """The origin that setup fixed, or the one that was asked as long as there is none."""
    site = (connection.scope.get("state") or {}).get("site")
    return URL(str(getattr(site, "origin", None) or connection.url))
