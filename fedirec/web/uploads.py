"""Reading a form that carries files: each file goes straight to disk, nothing is ever kept whole in memory."""

from __future__ import annotations

import errno
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import unquote_to_bytes

from anyio import to_thread
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, QuerystringParser, parse_options_header
from starlette.requests import Request

from fedirec.errors import Busy, Invalid, TooLarge, WrongType
from fedirec.uris import new_key
from fedirec.web.bodies import after_response, allow_body

MAX_FIELDS: Final = 2_500
MAX_FIELD_BYTES: Final = 300_000
MAX_TEXT_BYTES: Final = 2_000_000
"""All fields of a form together; files go to the disk, and do not count."""
READ_ANYWAY: Final = 250_000_000
"""Bytes of files that are read by a form that takes any, even when they are too large to be kept: whoever chose the
wrong file gets the form back with everything else that they typed."""
_MAX_NAME: Final = 100
_FLUSH_AT: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that somebody sent. It is deleted when the request has been answered, unless it was moved away."""

    filename: str
    """What they call it, without any folder. Never a path."""
    media_type: str
    """What they say it is. Not believed."""
    size: int
    path: Path

    @property
    def is_empty(self) -> bool:
        """Whether the browser sent an empty file field, as it does when nothing was chosen."""
        return self.size == 0 and not self.filename


@dataclass(slots=True, kw_only=True)
class Parts:
    """What a request carried, in the order in which it came."""

    texts: list[tuple[str, str]] = field(default_factory=list)
    files: list[tuple[str, Upload]] = field(default_factory=list)
    too_large: list[tuple[str, str]] = field(default_factory=list)
    """The field and the name of files that were larger than this form takes; they were read and thrown away."""
    too_many: list[tuple[str, str]] = field(default_factory=list)
    """The same for files that came after as many as this form takes."""
    text_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one form may carry."""

    files: int = 0
    file_bytes: int = 0
    folder: Path | None = None
    """Where files go; needed when `files` is not 0."""

    @property
    def body(self) -> int:
        least = READ_ANYWAY if self.files else 0
        return MAX_FIELDS * 1_000 + 1_000_000 + max(least, self.files * (self.file_bytes + 2_000))


async def read_parts(request: Request, limits: Limits) -> Parts:
    """The fields and files of the form that `request` carries.

    Files beyond `limits` are not kept, and named. Raises WrongType for a body that is no form, TooLarge for one that
    is larger than any form here could be, Invalid for a broken one, Busy when the disk is full.
    """
    content_type, options = parse_options_header(request.headers.get("content-type"))
    parts = Parts()
    if content_type == b"application/x-www-form-urlencoded":
        reader: _Reader = _Fields(parts)
        parser: _Parser = QuerystringParser(reader.callbacks)  # type: ignore[arg-type]
    elif content_type == b"multipart/form-data":
        if not options.get(b"boundary"):
            raise Invalid("the form has no boundary")
        allow_body(request, limits.body)
        reader = _Multipart(parts, limits, request)
        try:
            parser = MultipartParser(options[b"boundary"], reader.callbacks)  # type: ignore[arg-type]
        except FormParserError as error:
            raise Invalid("the form could not be read") from error
    else:
        raise WrongType("that is not a form")
    try:
        async with aclosing(request.stream()) as stream:
            async for chunk in stream:
                parser.write(chunk)
                if reader.pending_bytes > _FLUSH_AT:
                    await to_thread.run_sync(reader.flush)
        parser.finalize()
        if reader.pending_bytes:
            await to_thread.run_sync(reader.flush)
        reader.finish()
    except FormParserError as error:
        raise Invalid("the form could not be read") from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise Busy("there is no room for this file just now") from error
        raise
    return parts


class _Parser(Protocol):
    def write(self, data: bytes) -> int: ...
    def finalize(self) -> None: ...


class _Reader(Protocol):
    callbacks: dict[str, Callable[..., None]]
    pending_bytes: int

    def flush(self) -> None: ...
    def finish(self) -> None: ...


class _Fields:
    """Plain fields, as a form without files sends them."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.name = bytearray()
        self.value = bytearray()
        self.pending_bytes = 0
        self.callbacks: dict[str, Callable[..., None]] = {
            "on_field_start": self._start,
            "on_field_name": self._add_name,
            "on_field_data": self._add_value,
            "on_field_end": self._end,
        }

    def _start(self) -> None:
        self.name, self.value = bytearray(), bytearray()

    def _add_name(self, data: bytes, start: int, end: int) -> None:
        _extend(self.name, data[start:end], _MAX_NAME * 3)

    def _add_value(self, data: bytes, start: int, end: int) -> None:
        _extend(self.value, data[start:end], MAX_FIELD_BYTES * 3)

    def _end(self) -> None:
        name, value = _unquote(self.name), _unquote(self.value)
        _add_text(self.parts, name, value)

    def flush(self) -> None:
        return

    def finish(self) -> None:
        return


class _Multipart:
    """Fields and files. Pieces of files wait in `pending` until `flush`, which runs in a thread, writes them."""

    def __init__(self, parts: Parts, limits: Limits, request: Request) -> None:
        self.parts = parts
        self.limits = limits
        self.request = request
        self.pending: list[tuple[Path, bytes]] = []
        self.pending_bytes = 0
        self.header_name = bytearray()
        self.header_value = bytearray()
        self.headers: dict[bytes, bytes] = {}
        self.name = ""
        self.value = bytearray()
        self.filename: str | None = None
        self.media_type = ""
        self.path: Path | None = None
        self.size = 0
        self.is_kept = True
        self.callbacks: dict[str, Callable[..., None]] = {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, start, end: _extend(self.header_name, data[start:end], 200),
            "on_header_value": lambda data, start, end: _extend(self.header_value, data[start:end], 4_000),
            "on_header_end": self._end_header,
            "on_headers_finished": self._start_part,
            "on_part_data": self._add,
            "on_part_end": self._end,
        }
        self.is_complete = False
        self.callbacks["on_end"] = self._complete

    def _begin(self) -> None:
        self.headers, self.value, self.size, self.path, self.filename = {}, bytearray(), 0, None, None
        self.is_kept = True
        self.header_name, self.header_value = bytearray(), bytearray()

    def _end_header(self) -> None:
        self.headers[bytes(self.header_name).lower()] = bytes(self.header_value)
        self.header_name, self.header_value = bytearray(), bytearray()

    def _start_part(self) -> None:
        kind, options = parse_options_header(self.headers.get(b"content-disposition", b""))
        if kind != b"form-data" or b"name" not in options:
            raise Invalid("a part of the form has no name")
        self.name = _text(options[b"name"])
        if b"filename" not in options:
            return
        if self.limits.folder is None or len(self.parts.too_many) >= MAX_FIELDS:
            raise TooLarge("that is more files than this form takes")
        self.filename = file_name(_text(options[b"filename"]))
        if len(self.parts.files) >= self.limits.files:
            self.is_kept = False
            self.parts.too_many.append((self.name, self.filename))
            return
        self.media_type = _text(self.headers.get(b"content-type", b""))[:100].lower()
        self.limits.folder.mkdir(parents=True, exist_ok=True)
        self.path = path = self.limits.folder / f"{new_key()}.part"
        after_response(self.request, lambda: path.unlink(missing_ok=True))
        path.touch(mode=0o600)

    def _add(self, data: bytes, start: int, end: int) -> None:
        if not self.is_kept:
            return
        if self.path is None:
            _extend(self.value, data[start:end], MAX_FIELD_BYTES)
            return
        self.size += end - start
        if self.size > self.limits.file_bytes:
            self.is_kept = False
            self.parts.too_large.append((self.name, self.filename or ""))
            return
        self.pending.append((self.path, data[start:end]))
        self.pending_bytes += end - start

    def _end(self) -> None:
        if not self.is_kept:
            return
        if self.path is None or self.filename is None:
            _add_text(self.parts, self.name, _text(self.value))
        else:
            upload = Upload(filename=self.filename, media_type=self.media_type, size=self.size, path=self.path)
            if not upload.is_empty:
                self.parts.files.append((self.name, upload))

    def _complete(self) -> None:
        self.is_complete = True

    def flush(self) -> None:
        pieces: dict[Path, list[bytes]] = {}
        for path, piece in self.pending:
            pieces.setdefault(path, []).append(piece)
        for path, data in pieces.items():
            with path.open("ab") as file:
                file.writelines(data)
        self.pending, self.pending_bytes = [], 0

    def finish(self) -> None:
        if not self.is_complete:
            raise Invalid("the form broke off before its end")


def file_name(name: str) -> str:
    """The last part of what somebody calls a file, in at most 150 characters, without what steers a terminal."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(char for char in last if char.isprintable()).strip()[-150:].lstrip(".")


def _extend(buffer: bytearray, data: bytes, limit: int) -> None:
    if len(buffer) + len(data) > limit:
        raise TooLarge("one of the fields is too long")
    buffer.extend(data)


def _add_text(parts: Parts, name: str, value: str) -> None:
    if len(parts.texts) >= MAX_FIELDS:
        raise TooLarge("that is more fields than any form here has")
    parts.text_bytes += len(value)
    if parts.text_bytes > MAX_TEXT_BYTES:
        raise TooLarge("that is more text than any form here takes")
    if len(name) > _MAX_NAME:
        raise Invalid("a part of the form has no name that we know")
    parts.texts.append((name, value))


def _text(data: bytes | bytearray) -> str:
    return bytes(data).decode("utf-8", "replace").replace("\0", "")


def _unquote(data: bytearray) -> str:
    return unquote_to_bytes(bytes(data).replace(b"+", b" ")).decode("utf-8", "replace").replace("\0", "")
