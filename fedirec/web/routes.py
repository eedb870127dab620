"""The addresses that every site has: static files, icons, what makes it an app, robots."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from fedirec.web import installed, statics
from fedirec.web.statics import static_response


async def show_favicon(request: Request) -> Response:
    return static_response("icons/favicon.svg", cache_control="public, max-age=86400")


async def show_touch_icon(request: Request) -> Response:
    return static_response("icons/icon-180.png", cache_control="public, max-age=86400")


async def show_robots(request: Request) -> Response:
    """Search engines may read what is public; forms and settings are no reading matter."""
    lines = ["User-agent: *", "Disallow: /settings", "Disallow: /admin", "Disallow: /sign-in", "Disallow: /proxy", ""]
    return PlainTextResponse("\n".join(lines), headers={"Cache-Control": "public, max-age=3600"})


routes = [
    *statics.routes,
    *installed.routes,
    Route("/favicon.ico", show_favicon),
    Route("/apple-touch-icon.png", show_touch_icon),
    Route("/robots.txt", show_robots),
]
