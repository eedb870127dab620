"""The addresses that every site has: static files, icons, what makes it an app, robots."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from fedirec.web import installed, statics
from fedirec.web.render import local_path
from fedirec.web.statics import static_response


async def show_favicon(request: Request) -> Response:
    return static_response("icons/favicon.svg", cache_control="public, max-age=86400")


async def show_touch_icon(request: Request) -> Response:
    return static_response("icons/icon-180.png", cache_control="public, max-age=86400")


async def show_robots(request: Request) -> Response:
    """Search engines may read what is public; forms and settings are no reading matter."""
    lines = ["User-agent: *", "Disallow: /settings", "Disallow: /admin", "Disallow: /sign-in", "Disallow: /proxy", ""]
    return PlainTextResponse("\n".join(lines), headers={"Cache-Control": "public, max-age=3600"})


async def leave_slash(request: Request) -> Response:
    """The same address without the slashes at its end, as a path: it stays here, whatever host the request names."""
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(local_path(request.url.path.rstrip("/") + query), status_code=308)


routes = [
    *statics.routes,
    *installed.routes,
    Route("/favicon.ico", show_favicon),
    Route("/apple-touch-icon.png", show_touch_icon),
    Route("/robots.txt", show_robots),
]

last_routes = [Route("/{path:path}/", leave_slash)]
"""For what no other route has."""
