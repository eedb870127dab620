"""What makes an instance an app on somebody's phone: the manifest, the service worker, the page without a connection.

The service worker keeps files that everybody gets alike and one page. That page knows nobody: it is made without
looking at who asks.
"""

from __future__ import annotations

import json
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fedirec.errors import NotFound
from fedirec.web.language import gettext as _
from fedirec.web.render import reader_of, render, site_of
from fedirec.web.statics import static_files, static_url, static_version

LIGHT: Final = "#faf5ee"
KEPT: Final = (
    "app.css",
    "remix.css",
    "browse.css",
    "icons.svg",
    "icons/favicon.svg",
    "vendor/fonts/figtree-5.3.0-latin.woff2",
    "vendor/fonts/fraunces-5.3.0-latin.woff2",
)
"""Files that every page needs."""
_WORKER: Final = "service-worker.js"
_ICONS: Final = (
    ("icons/icon-192.png", "192x192", "image/png", "any"),
    ("icons/icon-512.png", "512x512", "image/png", "any"),
    ("icons/icon-maskable-512.png", "512x512", "image/png", "maskable"),
    ("icons/favicon.svg", "any", "image/svg+xml", "any"),
)
_VARY: Final = "Accept-Language, Cookie"


async def show_manifest(request: Request) -> Response:
    """So that a phone can keep this instance among its apps."""
    name = site_of(request).name
    shortcuts = (
        (_("New record"), "/records/new"),
        (_("Challenges"), "/challenges"),
        (_("Notifications"), "/notifications"),
    )
    return JSONResponse(
        {
            "id": "/",
            "name": name,
            "short_name": name if len(name) <= 12 else name.split()[0][:12],
            "lang": reader_of(request).locale,
            "start_url": "/",
            "scope": "/",
            "display": "standalone",
            "background_color": LIGHT,
            "theme_color": LIGHT,
            "icons": [
                {"src": static_url(file), "sizes": sizes, "type": kind, "purpose": purpose}
                for file, sizes, kind, purpose in _ICONS
            ],
            "shortcuts": [{"name": words, "url": url} for words, url in shortcuts],
        },
        media_type="application/manifest+json",
        headers={"Cache-Control": "private, max-age=3600", "Vary": _VARY},
    )


async def show_service_worker(request: Request) -> Response:
    """The script that stands between the browser and us; it is new whenever any of its files is."""
    script = static_files().get(_WORKER)
    if script is None:
        raise NotFound
    files = [static_url(name) for name in KEPT]
    head = f"const VERSION = {json.dumps(static_version())};\nconst FILES = {json.dumps(files)};\n"
    return Response(
        head + script.read_text(),
        media_type="text/javascript; charset=utf-8",
        headers={"Cache-Control": "no-cache"},
    )


async def show_offline(request: Request) -> Response:
    return render(request, "web/offline.html")


routes = [
    Route("/manifest.webmanifest", show_manifest),
    Route("/service-worker.js", show_service_worker),
    Route("/offline", show_offline),
]
