"""Files from outside are opened in a child process that has nothing but the descriptors of this one job.

What the child says is checked in `answers`.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import structlog
from anyio import CapacityLimiter, EndOfStream, move_on_after, open_process, to_thread
from anyio.abc import Process
from anyio.lowlevel import RunVar

from fedirec.errors import Misconfigured
from fedirec.media.answers import Decoded, Prints, Rendered, believe, believe_prints, believe_renditions
from fedirec.media.decoder.kinds import SIZES, Refused
from fedirec.media.names import clean_name
from fedirec.media.refusals import REASONS, refusal_of

log = structlog.stdlib.get_logger(__name__)

AT_ONCE: Final = 2
"""Children of one process that may be at work together; as many again make renditions, which nobody waits for."""
_MAX_ANSWER: Final = 16_384
"""Bytes, and the most that one line may have."""
_ROOT: Final = str(Path(__file__).resolve().parents[2])
_START: Final = (
    "import runpy, sys; sys.path.append(sys.argv.pop(1)); "
    "runpy.run_module('fedirec.media.decoder', run_name='__main__')"
)
_TOO_SLOW: Final = frozenset({-signal.SIGXCPU, -signal.SIGALRM, -signal.SIGKILL})
_places: RunVar[CapacityLimiter] = RunVar("fedirec_media_decoders")
_benches: RunVar[CapacityLimiter] = RunVar("fedirec_media_renderers")


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


RENDERING: Final = Limits(memory=3 << 29, output=2_000_000_000, cpu=9_000, wall=4_500)
"""What a child may use that makes renditions: nobody waits for it."""


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
            _command("try", [], Limits()),
            env={},
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
            check=True,
        )
        found = json.loads(tried.stdout)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise Misconfigured("media files cannot be opened: the decoder does not start") from error
    return Confinement(**{name: bool(found[name]) for name in Confinement.__dataclass_fields__})


async def decode(source: Path, *, folder: Path, file_name: str, limits: Limits | None = None) -> Decoded:
    """The file at `source`, which somebody calls `file_name`, made so that browsers play it, however long that takes.

    Raises Invalid, WrongType or TooLarge with a sentence that names the file.
    """
    try:
        return await clean(source, folder=folder, limits=limits, plays=True)
    except Refused as refused:
        raise refusal_of(refused, name=clean_name(file_name)) from refused


async def clean(source: Path, *, folder: Path, limits: Limits | None = None, plays: bool = False) -> Decoded:
    """What the file at `source` is, with its cleaned copy and its poster as new files in `folder`. Raises Refused.

    With `plays`, browsers play the copy; without, it has the pictures that were sent.
    """
    limits = limits or Limits()
    master, poster = folder / "master", folder / "poster"
    task = "play" if plays else "keep"
    async with _place(_places):
        answer = await _ask(_Task(task, source, makes=(master, poster)), limits=limits)
    return await to_thread.run_sync(believe, answer, master, poster)


async def render(
    source: Path,
    *,
    poster: Path | None,
    folder: Path,
    limits: Limits | None = None,
    progress: Callable[[int], Awaitable[None]] | None = None,
    is_urgent: bool = False,
) -> Rendered:
    """What pages show of the kept file `source` and its `poster`, as new files in `folder`. Raises Refused.

    `progress` hears how far that is, in percent. What `is_urgent` does not wait for films that are being made.
    """
    sizes = [folder / name for name in SIZES]
    play = folder / "play"
    task = _Task("render", source, reads=poster or Path(os.devnull), makes=(*sizes, play))
    async with _place(_places if is_urgent else _benches):
        answer = await _ask(task, limits=limits or RENDERING, progress=progress)
    return await to_thread.run_sync(believe_renditions, answer, folder)


async def fingerprint(source: Path, *, limits: Limits | None = None) -> Prints:
    """What is left of the kept file `source` when it is made small or written anew. Raises Refused."""
    async with _place(_benches):
        return believe_prints(await _ask(_Task("print", source, makes=()), limits=limits or Limits()))


@dataclass(frozen=True)
class _Task:
    """What a child is to do: with the file `source`, perhaps another that it `reads`, and those that it `makes`."""

    name: str
    source: Path
    makes: Sequence[Path]
    reads: Path | None = None


def _place(places: RunVar[CapacityLimiter]) -> CapacityLimiter:
    try:
        return places.get()
    except LookupError:
        limiter = CapacityLimiter(AT_ONCE)
        places.set(limiter)
        return limiter


async def _ask(
    task: _Task, *, limits: Limits, progress: Callable[[int], Awaitable[None]] | None = None
) -> dict[str, Any]:
    """What the child answered. Raises Refused with its reason, or with ours when it ended before it could say any."""
    answer, ended = await _run(task, limits=limits, progress=progress)
    if ended != 0:
        log.warning("the decoder ended on a file", status=ended)
        raise Refused("slow" if ended in _TOO_SLOW else "broken")
    try:
        said = json.loads(answer)
        if "refused" in said:
            raise Refused(said["refused"] if said["refused"] in REASONS else "broken")
        return dict(said)
    except (ValueError, TypeError) as error:
        log.warning("the decoder said something strange", answer=answer[:200])
        raise Refused("broken") from error


async def _run(task: _Task, *, limits: Limits, progress: Callable[[int], Awaitable[None]] | None) -> tuple[bytes, int]:
    """The last line that the child said, and how it ended."""
    new = os.O_RDWR | os.O_CREAT | os.O_EXCL
    wanted = [(task.source, os.O_RDONLY), *((path, new) for path in task.makes)]
    if task.reads is not None:
        wanted.insert(1, (task.reads, os.O_RDONLY))
    with ExitStack() as stack:
        sheets = []
        for path, flags in wanted:
            sheets.append(os.open(path, flags | os.O_CLOEXEC, 0o600))
            stack.callback(os.close, sheets[-1])
        process = await open_process(
            _command(task.name, sheets[1:], limits),
            stdin=sheets[0],
            stderr=subprocess.DEVNULL,
            pass_fds=sheets[1:],
            env={},
            cwd="/",
            start_new_session=True,
        )
    async with process:
        try:
            with move_on_after(limits.wall + 10):
                return await _listen(process, progress), await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
        return b"", -signal.SIGKILL


async def _listen(process: Process, progress: Callable[[int], Awaitable[None]] | None) -> bytes:
    """The last line of `process`; those before it say how far it is."""
    if process.stdout is None:
        return b""
    said = b""
    while len(said) <= _MAX_ANSWER:
        try:
            said += await process.stdout.receive()
        except EndOfStream:
            return said.strip()
        *lines, said = said.split(b"\n")
        if lines and not said:
            said = lines.pop() + b"\n"
        if lines and progress is not None:
            await progress(_percent(lines[-1]))
    process.kill()
    return b""


def _percent(line: bytes) -> int:
    try:
        return min(99, max(0, int(json.loads(line)["progress"])))
    except (ValueError, KeyError, TypeError):
        return 0


def _command(task: str, sheets: Sequence[int], limits: Limits) -> list[str]:
    return [sys.executable, "-I", "-c", _START, _ROOT, task, *map(str, sheets), *limits.arguments]
