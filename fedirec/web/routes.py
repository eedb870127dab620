"""The addresses that every site has: static files, icons, the manifest, robots."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from fedirec.web import statics
from fedirec.web.render import site_of
from fedirec.web.statics import static_response, static_url


async def show_favicon(request: Request) -> Response:
    return static_response("icons/favicon.svg", cache_control="public, max-age=86400")


async def show_touch_icon(request: Request) -> Response:
    return static_response("icons/icon-180.png", cache_control="public, max-age=86400")


async def show_robots(request: Request) -> Response:
    """Search engines may read what is public; forms and settings are no reading matter."""
    lines = ["User-agent: *", "Disallow: /settings", "Disallow: /admin", "Disallow: /sign-in", "Disallow: /proxy", ""]
    return PlainTextResponse("\n".join(lines), headers={"Cache-Control": "public, max-age=3600"})


async def show_manifest(request: Request) -> Response:
    """So that a phone can keep this instance among its apps."""
    name = site_of(request).name
    return JSONResponse(
        {
            "name": name,
            "short_name": name[:12],
            "start_url": "/",
            "scope": "/",
            "display": "standalone",
            "background_color": "#faf5ee",
            "theme_color": "#faf5ee",
            "icons": [
                {"src": static_url("icons/icon-192.png"), "sizes": "192x192", "type": "image/png"},
                {"src": static_url("icons/icon-512.png"), "sizes": "512x512", "type": "image/png"},
                {"src": static_url("icons/favicon.svg"), "sizes": "any", "type": "image/svg+xml"},
            ],
        },
        media_type="application/manifest+json",
        headers={"Cache-Control": "public, max-age=3600"},
    )


routes = [
    *statics.routes,
    Route("/favicon.ico", show_favicon),
    Route("/apple-touch-icon.png", show_touch_icon),
    Route("/robots.txt", show_robots),
    Route("/manifest.webmanifest", show_manifest),
]
