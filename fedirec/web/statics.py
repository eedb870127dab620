"""The files of `static/`: style sheets, scripts, icons, fonts.

Their addresses hold a digest of all of them, so that browsers may keep each file for a year and never see an old one.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from fedirec.errors import NotFound

_PACKAGE: Final = Path(__file__).parent.parent
_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
    ".md": "text/plain; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
}
_YEAR: Final = "public, max-age=31536000, immutable"
_SHORTLY: Final = "public, max-age=300"


def static_folder() -> Path:
    """Where the files are: inside the package when it was installed, beside it in a checkout."""
    installed = _PACKAGE / "_static"
    return installed if installed.is_dir() else _PACKAGE.parent / "static"


@cache
def static_files() -> Mapping[str, Path]:
    """Every file that is served, by its name relative to the folder. No other path is ever opened."""
    folder = static_folder()
    return {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix in _TYPES
    }


@cache
def static_version() -> str:
    """A short digest of all names and contents."""
    digest = sha256()
    for name, path in static_files().items():
        digest.update(name.encode() + b"\0" + sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]


def static_url(name: str) -> str:
    """The address of a file, which changes whenever any file does. Raises KeyError for a file that is not there."""
    if name not in static_files():
        raise KeyError(name)
    return f"/static/{static_version()}/{name}"


def static_response(name: str, *, cache_control: str = _SHORTLY) -> Response:
    path = static_files().get(name)
    if path is None:
        raise NotFound
    return FileResponse(path, media_type=_TYPES[path.suffix], headers={"Cache-Control": cache_control})


async def show_static(request: Request) -> Response:
    fresh = request.path_params["version"] == static_version()
    return static_response(request.path_params["name"], cache_control=_YEAR if fresh else _SHORTLY)


routes = [Route("/static/{version}/{name:path}", show_static)]
