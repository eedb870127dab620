"""Files from outside are opened in a child process that has nothing but the descriptors of this one job.

What the child says is checked like anything else from outside: it has read what a stranger wrote.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import structlog
from anyio import CapacityLimiter, EndOfStream, move_on_after, open_process, to_thread
from anyio.abc import Process
from anyio.lowlevel import RunVar

from fedirec.errors import Misconfigured
from fedirec.media.decoder.kinds import FORMS, HEAD, Form, Kind, Refused, family_of
from fedirec.media.names import clean_name
from fedirec.media.refusals import REASONS, refusal_of

log = structlog.stdlib.get_logger(__name__)

AT_ONCE: Final = 2
"""Children of one process that may be at work together."""
_MAX_ANSWER: Final = 4096
_MAX_SIDE: Final = 100_000
_ROOT: Final = str(Path(__file__).resolve().parents[2])
_START: Final = (
    "import runpy, sys; sys.path.append(sys.argv.pop(1)); "
    "runpy.run_module('fedirec.media.decoder', run_name='__main__')"
)
_TOO_SLOW: Final = frozenset({-signal.SIGXCPU, -signal.SIGALRM, -signal.SIGKILL})
_places: RunVar[CapacityLimiter] = RunVar("fedirec_media_decoders")


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What one child may use: bytes of memory and of each file that it writes, seconds of work and of waiting."""

    memory: int = 1 << 30
    output: int = 200_000_000
    cpu: int = 240
    wall: int = 300

    @property
    def arguments(self) -> list[str]:
        return [str(self.memory), str(self.cpu), str(self.wall), str(self.output)]


@dataclass(frozen=True, kw_only=True, slots=True)
class Decoded:
    """A file that is what it says it is, cleaned, still in the folder where it was made."""

    media_type: str
    width: int | None
    height: int | None
    duration_ms: int | None
    master: Path
    poster: Path | None
    blurhash: str | None = None
    colour: str | None = None

    @property
    def form(self) -> Form:
        return FORMS[self.media_type]

    @property
    def kind(self) -> Kind:
        return self.form.kind


@dataclass(frozen=True, kw_only=True, slots=True)
class Confinement:
    """What holds the children back on this machine."""

    landlock: bool
    seccomp: bool
    reads_files: bool
    opens_sockets: bool

    @property
    def complete(self) -> bool:
        return self.landlock and self.seccomp and not self.reads_files and not self.opens_sockets

    @property
    def note(self) -> str | None:
        """One sentence for whoever starts the server, or None where all is well."""
        if self.complete:
            return None
        missing = [name for name, there in (("Landlock", self.landlock), ("seccomp", self.seccomp)) if not there]
        able = [
            what
            for what, can in (("read this machine's files", self.reads_files), ("open connections", self.opens_sockets))
            if can
        ]
        lack = f"this kernel has no {' and no '.join(missing)}" if missing else "something here keeps it open"
        could = f"a media file with an exploit could {' and '.join(able)}" if able else "one of two walls is missing"
        return f"Media files are opened in a child process with limits, but {lack}: {could}."


def confinement() -> Confinement:
    """What a child on this machine can still do once it is locked down: one starts and tries.

    Raises Misconfigured when no child can be started at all.
    """
    try:
        tried = subprocess.run(  # noqa: S603  (our own interpreter and our own words)
            _command([]), env={}, cwd="/", stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=True
        )
        found = json.loads(tried.stdout)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise Misconfigured("media files cannot be opened: the decoder does not start") from error
    return Confinement(**{name: bool(found[name]) for name in Confinement.__dataclass_fields__})


async def decode(source: Path, *, folder: Path, file_name: str, limits: Limits | None = None) -> Decoded:
    """What `clean` says, for a file that somebody calls `file_name`.

    Raises Invalid, WrongType or TooLarge with a sentence that names the file.
    """
    try:
        return await clean(source, folder=folder, limits=limits)
    except Refused as refused:
        raise refusal_of(refused, name=clean_name(file_name)) from refused


async def clean(source: Path, *, folder: Path, limits: Limits | None = None) -> Decoded:
    """What the file at `source` is, with its cleaned copy and its poster as new files in `folder`. Raises Refused."""
    limits = limits or Limits()
    master, poster = folder / "master", folder / "poster"
    async with _place():
        answer, ended = await _ask(source, master=master, poster=poster, limits=limits)
    if ended != 0:
        log.warning("the decoder ended on a file", status=ended)
        raise Refused("slow" if ended in _TOO_SLOW else "broken")
    return await to_thread.run_sync(_believe, answer, master, poster)


def _place() -> CapacityLimiter:
    try:
        return _places.get()
    except LookupError:
        limiter = CapacityLimiter(AT_ONCE)
        _places.set(limiter)
        return limiter


async def _ask(source: Path, *, master: Path, poster: Path, limits: Limits) -> tuple[bytes, int]:
    """What the child said, and how it ended."""
    with ExitStack() as stack:
        sheets = []
        for path, flags in (
            (source, os.O_RDONLY),
            (master, os.O_RDWR | os.O_CREAT | os.O_EXCL),
            (poster, os.O_RDWR | os.O_CREAT | os.O_EXCL),
        ):
            sheets.append(os.open(path, flags, 0o600))
            stack.callback(os.close, sheets[-1])
        process = await open_process(
            _command([str(sheet) for sheet in sheets[1:]], limits),
            stdin=sheets[0],
            stderr=subprocess.DEVNULL,
            pass_fds=sheets[1:],
            env={},
            cwd="/",
            start_new_session=True,
        )
    async with process:
        with move_on_after(limits.wall + 10):
            return await _listen(process), await process.wait()
        process.kill()
        return b"", -signal.SIGKILL


async def _listen(process: Process) -> bytes:
    if process.stdout is None:
        return b""
    said = b""
    while len(said) <= _MAX_ANSWER:
        try:
            said += await process.stdout.receive()
        except EndOfStream:
            return said
    process.kill()
    return b""


def _command(sheets: list[str], limits: Limits | None = None) -> list[str]:
    return [sys.executable, "-I", "-c", _START, _ROOT, *sheets, *(limits or Limits()).arguments]


def _believe(answer: bytes, master: Path, poster: Path) -> Decoded:
    """The child's answer, as far as it is true."""
    try:
        said = json.loads(answer)
        if "refused" in said:
            raise Refused(said["refused"] if said["refused"] in REASONS else "broken")
        decoded = Decoded(
            media_type=said["media_type"],
            width=_whole(said["width"], most=_MAX_SIDE),
            height=_whole(said["height"], most=_MAX_SIDE),
            duration_ms=_whole(said["duration_ms"], most=24 * 3_600_000),
            master=master,
            poster=poster if poster.stat().st_size else None,
        )
        if family_of(_head(master)) not in decoded.form.families:
            raise Refused("broken")
        if decoded.poster and family_of(_head(poster)) != "JPEG":
            raise Refused("broken")
    except (ValueError, KeyError, TypeError) as error:
        log.warning("the decoder said something strange", answer=answer[:200])
        raise Refused("broken") from error
    return decoded


def _whole(value: Any, *, most: int) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or not 0 <= value <= most:
        raise ValueError(value)
    return value


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD)
