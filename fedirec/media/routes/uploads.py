"""Files that arrive piece by piece: tus 1.0.0 (tus.io/protocols/resumable-upload), and what became of them, in JSON.

Core, creation, termination and expiration are spoken.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC
from email.utils import format_datetime
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fedirec.activitypub.models import Actor
from fedirec.errors import FedirecError, Invalid, NotFound, WrongType
from fedirec.media.actions import append_to_upload, begin_upload, drop_upload, settle_upload
from fedirec.media.decoder.kinds import Kind
from fedirec.media.limits import most_bytes, most_of_all
from fedirec.media.models import Upload
from fedirec.media.queries import bytes_of, dress
from fedirec.media.refusals import bytes_in_words, in_words
from fedirec.settings import Settings
from fedirec.web.bodies import allow_body
from fedirec.web.errors import error_page
from fedirec.web.language import gettext as _

VERSION: Final = "1.0.0"
_EXTENSIONS: Final = "creation,termination,expiration"
_PIECES: Final = "application/offset+octet-stream"
_SPEAKS: Final = {"Tus-Resumable": VERSION, "Cache-Control": "no-store"}
_LONGEST_NUMBER: Final = 15
_MAX_METADATA: Final = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploader:
    """Somebody who sends files; `quota` is how many bytes all of them may have, 0 for any number."""

    actor: Actor
    quota: int = 0
    reason: str = ""
    """Why the quota is what it is, in a sentence."""


Whose = Callable[[Request[Any]], Awaitable[Uploader]]
"""Who makes a request, and may. Raises Unauthenticated or Forbidden."""
_Answer = Callable[[Request[Any]], Awaitable[Response]]


def upload_routes(whose: Whose) -> list[Route]:
    """The addresses at which files arrive; `whose` knows who sends them."""
    door = _Uploads(whose)
    return [
        Route("/api/uploads", _spoken(door.answer_all), methods=["POST", "OPTIONS"]),
        Route("/api/uploads/limits", _spoken(door.show_limits)),
        Route("/api/uploads/{key}", _spoken(door.answer_one), methods=["GET", "HEAD", "PATCH", "DELETE", "POST"]),
    ]


def _spoken(answer: _Answer) -> _Answer:
    """`answer` with the words of the protocol, also for what goes wrong."""

    async def endpoint(request: Request[Any]) -> Response:
        try:
            response = await answer(request)
        except FedirecError as error:
            response = error_page(request, error)
        for name, value in _SPEAKS.items():
            response.headers[name] = value
        return response

    return endpoint


class _Uploads:
    def __init__(self, whose: Whose) -> None:
        self._whose = whose

    async def answer_all(self, request: Request[Any]) -> Response:
        if request.method == "OPTIONS":
            most = most_of_all(request.state["settings"])
            headers = {"Tus-Version": VERSION, "Tus-Extension": _EXTENSIONS, "Tus-Max-Size": str(most)}
            return Response(status_code=204, headers=headers)
        if (refused := _refuse_other_versions(request)) is not None:
            return refused
        uploader = await self._whose(request)
        notes = _notes(request)
        upload = await begin_upload(
            uploader.actor,
            file_name=notes.get("filename", notes.get("name", "")),
            media_type=notes.get("filetype", notes.get("type", "")),
            size=_number(request, "upload-length"),
            quota=uploader.quota,
            settings=request.state["settings"],
        )
        headers = {"Location": f"/api/uploads/{upload.key}", **_expiry(upload)}
        return Response(status_code=201, headers=headers)

    async def answer_one(self, request: Request[Any]) -> Response:
        # Some networks let only GET and POST through; the protocol has a header for them.
        method = request.headers.get("x-http-method-override", "").upper() if request.method == "POST" else ""
        answer = {
            "GET": self.show_upload,
            "HEAD": self.tell_offset,
            "PATCH": self.take_piece,
            "DELETE": self.end_upload,
        }.get(method or request.method)
        if answer is None:
            return Response(status_code=405, headers={"Allow": "GET, HEAD, PATCH, DELETE"})
        if answer != self.show_upload and (refused := _refuse_other_versions(request)) is not None:
            return refused
        return await answer(request)

    async def tell_offset(self, request: Request[Any]) -> Response:
        upload = await self._find(request)
        if upload.state == "refused":
            raise NotFound
        offset = upload.received if upload.state == "receiving" else upload.size
        return Response(headers={"Upload-Offset": str(offset), "Upload-Length": str(upload.size), **_expiry(upload)})

    async def take_piece(self, request: Request[Any]) -> Response:
        upload = await self._find(request)
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _PIECES:
            raise WrongType(_("A piece of a file has the type %(type)s.") % {"type": _PIECES})
        offset = _number(request, "upload-offset")
        # One byte more than is missing, so that the sentence about too many is the one of uploads.
        allow_body(request, upload.size + 1)
        received = await append_to_upload(
            request.state["store"],
            upload,
            offset=offset,
            chunks=request.stream(),
            settings=request.state["settings"],
        )
        return Response(status_code=204, headers={"Upload-Offset": str(received), **_expiry(upload)})

    async def end_upload(self, request: Request[Any]) -> Response:
        await drop_upload(request.state["store"], await self._find(request))
        return Response(status_code=204)

    async def show_upload(self, request: Request[Any]) -> Response:
        """What became of a file, for the page or the program that sends it."""
        upload = await self._find(request)
        dressed = (await dress([upload.media_id])).get(upload.media_id) if upload.media_id is not None else None
        if upload.state == "kept" and dressed is None:
            raise NotFound
        problem = in_words(upload.problem, name=upload.file_name) if upload.problem else None
        progress: int | None = None
        media: dict[str, Any] | None = None
        state = {"receiving": "receiving", "refused": "refused"}.get(upload.state, "processing")
        if dressed is not None and upload.media_id is not None:
            state = "processing" if dressed.state == "processing" else "ready"
            problem = dressed.problem
            known = request.state["workshop"].progress_of(upload.media_id)
            progress = max(known, dressed.progress or 0) if dressed.state == "processing" else 100
            media = {
                "key": dressed.key,
                "kind": dressed.kind,
                "media_type": dressed.original.media_type,
                "width": dressed.width,
                "height": dressed.height,
                "duration_ms": dressed.duration_ms,
                "preview_url": dressed.preview_url,
                "peaks": dressed.peaks,
            }
        document = {
            "key": upload.key,
            "state": state,
            "file_name": upload.file_name,
            "offset": upload.received if upload.state == "receiving" else upload.size,
            "size": upload.size,
            "progress": progress,
            "problem": problem,
            "media": media,
        }
        return JSONResponse(document)

    async def show_limits(self, request: Request[Any]) -> Response:
        """What the viewer may send, and why no more."""
        uploader = await self._whose(request)
        settings: Settings = request.state["settings"]
        kinds = {kind.value: most_bytes(settings, kind) for kind in Kind}
        used = await bytes_of(uploader.actor.id)
        room = max(0, uploader.quota - used) if uploader.quota else None
        said = [
            _("An image may have %(image)s, a sound %(audio)s and a film %(video)s.")
            % {name: bytes_in_words(size) for name, size in kinds.items()}
        ]
        if room is not None:
            said += [uploader.reason] if uploader.reason else []
            said.append(_("There is room for %(room)s more.") % {"room": bytes_in_words(room)})
        document = {
            "bytes": kinds,
            "open_uploads": settings.max_open_uploads,
            "quota": uploader.quota or None,
            "used": used,
            "room": room,
            "explanation": " ".join(said),
        }
        return JSONResponse(document)

    async def _find(self, request: Request[Any]) -> Upload:
        uploader = await self._whose(request)
        return await settle_upload(request.state["store"], uploader.actor, key=request.path_params["key"])


def _refuse_other_versions(request: Request[Any]) -> Response | None:
    if request.headers.get("tus-resumable") == VERSION:
        return None
    return Response(status_code=412, headers={"Tus-Version": VERSION})


def _number(request: Request[Any], name: str) -> int:
    text = request.headers.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER):
        raise Invalid(_("The header %(name)s has to be a number of bytes.") % {"name": name.title()})
    return int(text)


def _notes(request: Request[Any]) -> dict[str, str]:
    """What `Upload-Metadata` says: names, each with a value in base64, with commas between them."""
    header = request.headers.get("upload-metadata", "")
    if len(header) > _MAX_METADATA:
        raise Invalid(_("That is more than a file needs to say of itself."))
    notes = {}
    for pair in header.split(","):
        name, _space, value = pair.strip().partition(" ")
        try:
            notes[name] = b64decode(value, validate=True).decode()
        except ValueError as error:
            raise Invalid(_("The header Upload-Metadata cannot be read.")) from error
    return notes


def _expiry(upload: Upload) -> dict[str, str]:
    return {"Upload-Expires": format_datetime(upload.expires_at.astimezone(UTC), usegmt=True)}
