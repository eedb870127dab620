"""The bytes themselves: files of this instance and copies of remote ones, never as anything but media.

Whatever a file holds, a browser gets it with the type that the decoder found, may not guess another, and runs nothing
in it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any, Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from fedirec.errors import NotFound
from fedirec.media.cache import MediaCache
from fedirec.media.decoder.kinds import FORMS
from fedirec.media.marking import HEAD, Marks, length_of, mark
from fedirec.media.marking.pieces import cut
from fedirec.media.models import Media
from fedirec.media.queries import media_at
from fedirec.media.store import Store

_LONGEST_ENDING: Final = 8
_RANGE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_SAFE: Final = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Accept-Ranges": "bytes",
}


class Audience(StrEnum):
    """Who may see a file, as far as this request goes."""

    EVERYBODY = "everybody"
    ASKER = "asker"
    NOBODY = "nobody"


Visible = Callable[[Request[Any], Sequence[Media]], Awaitable[Audience]]
"""Decides who may see the bytes that these rows share."""


def media_routes(visible: Visible) -> list[Route]:
    """The addresses of files; `visible` knows the records that they belong to."""

    async def show_media(request: Request[Any]) -> Response:
        path = request.path_params["path"]
        rows, media_type = await media_at(path)
        audience = await visible(request, rows) if rows else Audience.NOBODY
        if audience is Audience.NOBODY:
            raise NotFound
        return await _serve(
            request,
            path=path,
            media_type=media_type,
            public=audience is Audience.EVERYBODY,
            saved_as=_name_of(rows, path=path, key=request.query_params.get("download")),
        )

    return [
        Route("/media/remote/{signed}", show_remote_media),
        Route("/media/{path:path}", show_media),
    ]


async def show_remote_media(request: Request[Any]) -> Response:
    """A copy of a remote file, fetched now if need be."""
    cache: MediaCache = request.state["media_cache"]
    copy = await cache.cache_remote(cache.url_of(request.path_params["signed"]))
    if copy.path is None or copy.media_type is None:
        raise NotFound
    size = request.query_params.get("size")
    if size and (smaller := await cache.find_size(copy, size)):
        return await _serve(request, path=smaller, media_type="image/webp", public=True)
    return await _serve(request, path=copy.path, media_type=copy.media_type, public=True)


def _name_of(rows: Sequence[Media], *, path: str, key: str | None) -> str | None:
    """Under which name the file at `path` is saved, if it is to be: as it was given, with the ending that it has now.

    Whoever knows the key of a file knows its name; others who gave the same file keep theirs to themselves.
    """
    if key is None:
        return None
    media = next((row for row in rows if row.key == key and row.path == path), None)
    if media is None:
        return path.rpartition("/")[2]
    stem, dot, ending = media.file_name.rpartition(".")
    return f"{stem if dot and len(ending) <= _LONGEST_ENDING else media.file_name}.{FORMS[media.media_type].extension}"


async def _serve(
    request: Request[Any], *, path: str, media_type: str, public: bool, saved_as: str | None = None
) -> Response:
    store: Store = request.state["store"]
    size = await store.size(path)
    headers = _SAFE | {"ETag": f'"{path.rpartition("/")[2][:48]}"', "Content-Type": media_type}
    if saved_as is not None:
        headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(saved_as, safe='')}"
    if public:
        headers["Cache-Control"] = "public, max-age=31536000, immutable"
    else:
        headers |= {"Cache-Control": "private, no-cache", "Vary": "Cookie, Authorization, Signature"}
    if _is_known(request.headers, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    if (part := _part_of(request.headers, size=size, etag=headers["ETag"])) is None:
        return Response(status_code=416, headers=headers | {"Content-Range": f"bytes */{size}"})
    start, stop = part
    headers["Content-Length"] = str(stop - start)
    whole = (start, stop) == (0, size)
    if not whole:
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    status = 200 if whole else 206
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers)
    return StreamingResponse(store.read(path, start=start, stop=stop), status_code=status, headers=headers)


async def send_marked(request: Request[Any], media: Media, marks: Marks) -> Response:
    """The file `media` under its name, with `marks` written into it where its format has room; any part of it alone.

    Whoever asks decides first who may have it. What was kept is read and not changed.
    """
    store: Store = request.state["store"]
    head = b"".join([piece async for piece in store.read(media.path, stop=HEAD)])
    pieces = mark(media.media_type, head, await store.size(media.path), marks)
    written = hashlib.sha256(media.path.encode())
    for piece in pieces:
        written.update(piece if isinstance(piece, bytes) else repr(piece).encode())
    name = _name_of([media], path=media.path, key=media.key) or media.file_name
    headers = _SAFE | {
        "ETag": f'"{written.hexdigest()[:48]}"',
        "Content-Type": media.media_type,
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "Cache-Control": "private, no-cache",
        "Vary": "Accept-Language, Cookie, Authorization",
    }
    if _is_known(request.headers, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    size = length_of(pieces)
    if (part := _part_of(request.headers, size=size, etag=headers["ETag"])) is None:
        return Response(status_code=416, headers=headers | {"Content-Range": f"bytes */{size}"})
    start, stop = part
    headers["Content-Length"] = str(stop - start)
    whole = (start, stop) == (0, size)
    if not whole:
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    status = 200 if whole else 206
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers)

    async def body() -> AsyncIterator[bytes]:
        for piece in cut(pieces, start, stop):
            if isinstance(piece, bytes):
                yield piece
            else:
                async for chunk in store.read(media.path, start=piece.start, stop=piece.stop):
                    yield chunk

    return StreamingResponse(body(), status_code=status, headers=headers)


def _is_known(headers: Mapping[str, str], etag: str) -> bool:
    known = [each.strip().removeprefix("W/") for each in headers.get("if-none-match", "").split(",")]
    return etag in known or known == ["*"]


def _part_of(headers: Mapping[str, str], *, size: int, etag: str) -> tuple[int, int] | None:
    """Which bytes are asked for, first and one past the last; None if there are no such (RFC 9110, section 14).

    Several ranges at once are answered with the whole, which is allowed and costs nobody more than one file.
    """
    match = _RANGE.fullmatch(headers.get("range", "").replace(" ", ""))
    if match is None or headers.get("if-range", etag) != etag or match.group(0) == "bytes=-":
        return 0, size
    first, last = match.groups()
    if not first:
        start, stop = max(0, size - int(last)), size
    else:
        start, stop = int(first), min(size, int(last) + 1) if last else size
        if last and int(last) < int(first):
            return 0, size
    return (start, stop) if start < stop else None
