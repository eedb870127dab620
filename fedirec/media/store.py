"""Where the files are: by content hash, whole or not at all.

A path is what the database keeps: `ab/cd/<sha256>.<extension>`, below `cache/` for copies from other instances. Files
of one content share one path, so whoever adds or removes one does it, rows and all, within `Store.holding`.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import shutil
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final, Protocol

from anyio import CancelScope, sleep, to_thread

from fedirec.errors import Busy, NotFound
from fedirec.uris import new_key

PIECE: Final = 256 * 1024
_PATH: Final = re.compile(r"(?:cache/)?[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{64}(?:\.[a-z0-9]{2,8}){1,2}")
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
_LOCK: Final = ".lock"
_ARRIVING: Final = "arriving"
_FRESH_SECONDS: Final = 60
_STALE_SECONDS: Final = 3600


class Store(Protocol):
    """A place for files."""

    @property
    def incoming(self) -> Path:
        """The folder on this machine where files wait until they are put; uploads may be written there."""

    @property
    def arriving(self) -> Path:
        """The folder in `incoming` for files that arrive piece by piece; `sweep` leaves it alone."""

    async def lend(self, path: str, *, to: Path) -> None:
        """The file `to` in `incoming` has the bytes at `path`, to be read and not written. Raises NotFound."""

    def workbench(self) -> AbstractAsyncContextManager[Path]:
        """Within it, an empty folder in `incoming`, gone afterwards."""

    def holding(self) -> AbstractAsyncContextManager[None]:
        """Within it, nobody else adds or removes files, in this process or another."""

    async def put(self, source: Path, *, path: str) -> None:
        """The file `source` from `incoming` is at `path` now, safe from a power cut. Raises Busy on a full disk."""

    def read(self, path: str, *, start: int = 0, stop: int | None = None) -> AsyncIterator[bytes]:
        """The bytes at `path` from `start` up to, not including, `stop`. Raises NotFound."""

    async def size(self, path: str) -> int:
        """How many bytes are at `path`. Raises NotFound."""

    async def delete(self, path: str) -> None:
        """Nothing is at `path`, if anything was."""

    def paths(self) -> AsyncIterator[str]:
        """Where something is, one after the other."""

    async def sweep(self) -> int:
        """What killed processes left in `incoming` is gone; how many things that were."""


class DiskStore:
    """Files in the folder `root` of this machine; `incoming` is another one on the same disk, or inside it."""

    def __init__(self, root: Path, *, incoming: Path | None = None) -> None:
        self._root = root.absolute()
        self._incoming = incoming.absolute() if incoming else self._root / "incoming"

    @property
    def incoming(self) -> Path:
        self._incoming.mkdir(parents=True, exist_ok=True)
        return self._incoming

    @property
    def arriving(self) -> Path:
        folder = self._incoming / _ARRIVING
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder

    async def lend(self, path: str, *, to: Path) -> None:
        try:
            await to_thread.run_sync(_link, self._file(path), to)
        except FileNotFoundError as error:
            raise NotFound from error

    @asynccontextmanager
    async def workbench(self) -> AsyncGenerator[Path]:
        folder, lock = await to_thread.run_sync(self._new_folder)
        try:
            with telling_full_disk():
                yield folder
        finally:
            with CancelScope(shield=True):
                await to_thread.run_sync(_clear, folder, lock)

    @asynccontextmanager
    async def holding(self) -> AsyncGenerator[None]:
        self._root.mkdir(parents=True, exist_ok=True)
        lock = os.open(self._root / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            while not _try_lock(lock):  # noqa: ASYNC110  (another process may hold it: no event tells)
                await sleep(0.01)
            yield
        finally:
            os.close(lock)

    async def put(self, source: Path, *, path: str) -> None:
        with telling_full_disk():
            await to_thread.run_sync(self._put, source, self._file(path))

    async def read(self, path: str, *, start: int = 0, stop: int | None = None) -> AsyncIterator[bytes]:
        try:
            file = await to_thread.run_sync(self._file(path).open, "rb")
        except FileNotFoundError as error:
            raise NotFound from error
        try:
            await to_thread.run_sync(file.seek, start)
            at = start
            while stop is None or at < stop:
                wanted = PIECE if stop is None else min(PIECE, stop - at)
                piece = await to_thread.run_sync(file.read, wanted)
                if not piece:
                    return
                at += len(piece)
                yield piece
        finally:
            file.close()

    async def size(self, path: str) -> int:
        try:
            return (await to_thread.run_sync(self._file(path).stat)).st_size
        except FileNotFoundError as error:
            raise NotFound from error

    async def delete(self, path: str) -> None:
        await to_thread.run_sync(_delete, self._file(path))

    async def paths(self) -> AsyncIterator[str]:
        for top in (self._root, self._root / "cache"):
            for folder in await to_thread.run_sync(_folders_in, top):
                for path in await to_thread.run_sync(_files_below, folder):
                    yield str(path.relative_to(self._root))

    async def sweep(self) -> int:
        return await to_thread.run_sync(self._sweep)

    def _file(self, path: str) -> Path:
        if not _PATH.fullmatch(path):
            raise NotFound
        return self._root / path

    def _new_folder(self) -> tuple[Path, int]:
        with telling_full_disk():
            folder = self.incoming / new_key()
            folder.mkdir(mode=0o700)
            lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        _try_lock(lock)
        return folder, lock

    def _put(self, source: Path, target: Path) -> None:
        if target.is_file() and target.stat().st_size == source.stat().st_size:
            source.unlink()
            return
        _make(target.parent)
        source.chmod(0o640)
        _settle(source)
        source.replace(target)
        _settle(target.parent)

    def _sweep(self) -> int:
        swept = 0
        mark = self.incoming / ".now"
        mark.touch()
        now = mark.stat().st_mtime  # the clock that the other files were stamped by
        for left in list(self.incoming.iterdir()):
            if left.name == _ARRIVING:
                continue
            try:
                age = now - left.stat().st_mtime
                if left.is_dir() and age > _FRESH_SECONDS and _is_abandoned(left):
                    shutil.rmtree(left, ignore_errors=True)
                    swept += 1
                elif left.is_file() and age > _STALE_SECONDS:
                    left.unlink(missing_ok=True)
                    swept += 1
            except FileNotFoundError:
                continue
        return swept


@contextmanager
def telling_full_disk() -> Iterator[None]:
    """A disk that is full within it becomes Busy, in words that help."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise Busy("There is no space left on this instance. Its admin has to make room first.") from error
        raise


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_abandoned(folder: Path) -> bool:
    """Whether the process that made `folder` is gone: the kernel has let go of its lock then."""
    try:
        lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return True
    try:
        return _try_lock(lock)
    finally:
        os.close(lock)


def _clear(folder: Path, lock: int) -> None:
    os.close(lock)
    shutil.rmtree(folder, ignore_errors=True)


def _link(file: Path, to: Path) -> None:
    try:
        to.hardlink_to(file)
    except FileNotFoundError:
        raise
    except OSError:  # some disks have no links
        shutil.copyfile(file, to)


def _delete(file: Path) -> None:
    file.unlink(missing_ok=True)
    for folder in file.parents[:2]:
        try:
            folder.rmdir()
        except OSError:
            return  # other files are in it


def _make(folder: Path) -> None:
    if not folder.is_dir():
        _make(folder.parent)
        folder.mkdir(exist_ok=True)
        _settle(folder.parent)


def _folders_in(top: Path) -> list[Path]:
    return sorted(top.glob("[0-9a-f][0-9a-f]"))


def _files_below(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _settle(path: Path) -> None:
    """What is at `path` survives a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
