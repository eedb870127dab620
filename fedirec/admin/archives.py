"""The file that a backup is: a tar.gz whose last member says what the others are.

`manifest.json` holds the SHA-256 of every other member. Nothing in an archive is believed: names are compared with the
few that there can be, only plain files are read, and nothing is written before everything was checked.
"""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import json
import os
import re
import tarfile
import zlib
from collections.abc import Collection, Generator, Iterable, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import IO, Any, Final, Literal, cast

from fedirec.errors import Conflict, Invalid, NotFound

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
MASTER_KEY: Final = "master.key"
CONFIG: Final = "fedirec.toml"
DATABASES: Final[Mapping[str, str]] = {"sqlite": "database.sqlite3", "postgres": "database.dump"}
MAX_MANIFEST: Final = 512 * 1024 * 1024
"""Bytes: some millions of files."""
_PIECE: Final = 1024 * 1024
_MEDIA: Final = re.compile(r"media/[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{64}(?:\.[a-z0-9]{2,8}){1,2}")
_NAMES: Final = frozenset({MASTER_KEY, CONFIG, *DATABASES.values()})
_BROKEN: Final = (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError, ValueError)

Kind = Literal["sqlite", "postgres"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """What the manifest says of one file."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup is of."""

    version: str
    """Of fedirec."""
    database: Kind
    migration: str
    """The last one that the database has had."""
    origin: str | None
    """None when the instance was not set up yet."""
    made_at: datetime
    members: Mapping[str, Member] = field(default_factory=dict)

    def write(self) -> bytes:
        said = {"format": FORMAT, **asdict(self), "made_at": self.made_at.isoformat()}
        return json.dumps(said, indent=1, sort_keys=True).encode() + b"\n"

    @classmethod
    def read(cls, text: bytes) -> Manifest:
        """Raises ValueError, KeyError or TypeError when it makes no sense."""
        said: dict[str, Any] = json.loads(text)
        if said["format"] != FORMAT:
            raise ValueError(f"format {said['format']}")
        if said["database"] not in DATABASES:
            raise ValueError(said["database"])
        return cls(
            version=str(said["version"]),
            database=cast("Kind", said["database"]),
            migration=str(said["migration"]),
            origin=None if said["origin"] is None else str(said["origin"]),
            made_at=datetime.fromisoformat(said["made_at"]),
            members={
                name: Member(sha256=str(member["sha256"]), size=int(member["size"]))
                for name, member in said["members"].items()
            },
        )


def write_archive(target: Path, files: Iterable[tuple[str, Path]], *, about: Manifest) -> Manifest:
    """There is a new file `target` with `files` under their names and a manifest: whole, on the disk, or not at all.

    Only its owner can read it, for it holds keys. Raises Conflict when there is such a file, or one is being written.
    """
    if target.exists():
        raise Conflict(f"{target} is there already; choose another name")
    partial = target.with_name(f".{target.name}.partial")
    with _held(partial) as descriptor:
        try:
            manifest = _write(descriptor, files, about=about)
            partial.replace(target)
        except BaseException:
            with suppress(OSError):
                partial.unlink()
            raise
    _settle(target.absolute().parent)
    return manifest


def check_archive(source: Path) -> Manifest:
    """`source` is a whole and undamaged backup, and this is its manifest. Raises Invalid or NotFound."""
    found, manifest = _walk(source, folder=None)
    _compare(found, manifest, source)
    return manifest


def unpack_archive(source: Path, folder: Path, *, manifest: Manifest, only: Collection[str] = ()) -> None:
    """The members that `manifest` names, or `only` some, are files in `folder`.

    Raises Invalid when `source` changed in between.
    """
    found, _ = _walk(source, folder=folder, only=only)
    _compare(found, manifest, source)
    os.sync()


def _write(descriptor: int, files: Iterable[tuple[str, Path]], *, about: Manifest) -> Manifest:
    members: dict[str, Member] = {}
    moment = int(about.made_at.timestamp())
    with os.fdopen(os.dup(descriptor), "wb") as raw:
        # Level 1: nearly all of it is media, which are as small as they get.
        with (
            gzip.GzipFile(fileobj=raw, filename="", mode="wb", compresslevel=1, mtime=moment) as packed,
            tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive,
        ):
            for name, path in files:
                with path.open("rb") as file:
                    size = os.fstat(file.fileno()).st_size
                    hashing = _Hashing(file)
                    archive.addfile(_entry(name, size, moment), cast("IO[bytes]", hashing))
                members[name] = Member(sha256=hashing.digest.hexdigest(), size=size)
            manifest = replace(about, members=members)
            text = manifest.write()
            archive.addfile(_entry(MANIFEST, len(text), moment), BytesIO(text))
        raw.flush()
        os.fsync(raw.fileno())
    return manifest


def _walk(source: Path, *, folder: Path | None, only: Collection[str] = ()) -> tuple[dict[str, Member], Manifest]:
    """What the members are and what the manifest says; written to `folder` on the way, if there is one."""
    found: dict[str, Member] = {}
    manifest: Manifest | None = None
    try:
        with (
            _opened(source) as raw,
            gzip.GzipFile(fileobj=raw, mode="rb") as packed,
            tarfile.open(fileobj=packed, mode="r|") as archive,
        ):
            for entry in archive:
                if manifest is not None:
                    raise Invalid(f"{source} is no backup of fedirec: something follows its manifest")
                _refuse_name(entry, found, source)
                content = archive.extractfile(entry)
                if content is None:
                    raise Invalid(f"{source} is damaged: {entry.name!r} cannot be read")
                if entry.name == MANIFEST:
                    manifest = Manifest.read(content.read(MAX_MANIFEST))
                else:
                    wanted = folder is not None and (not only or entry.name in only)
                    found[entry.name] = _read(content, folder / entry.name if folder and wanted else None)
            while packed.read(_PIECE):
                pass  # the checksum of the whole stands at its end
    except (*_BROKEN, KeyError, TypeError, AttributeError) as error:
        raise Invalid(f"{source} is damaged, or no backup of fedirec") from error
    if manifest is None:
        raise Invalid(f"{source} is cut off: its manifest is missing")
    return found, manifest


def _refuse_name(entry: tarfile.TarInfo, found: Mapping[str, Member], source: Path) -> None:
    if not entry.isreg() or entry.issparse():
        raise Invalid(f"{source} is no backup of fedirec: {entry.name!r} is not a plain file")
    if entry.name != MANIFEST and entry.name not in _NAMES and not _MEDIA.fullmatch(entry.name):
        raise Invalid(f"{source} is no backup of fedirec: it holds {entry.name!r}")
    if entry.name in found:
        raise Invalid(f"{source} is no backup of fedirec: it holds {entry.name!r} twice")


def _read(content: IO[bytes], target: Path | None) -> Member:
    digest, size = hashlib.sha256(), 0
    writing: IO[bytes] | None = None
    if target is not None:
        target.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        writing = os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    try:
        while piece := content.read(_PIECE):
            digest.update(piece)
            size += len(piece)
            if writing:
                writing.write(piece)
    finally:
        if writing:
            writing.close()
    return Member(sha256=digest.hexdigest(), size=size)


def _compare(found: Mapping[str, Member], manifest: Manifest, source: Path) -> None:
    for name, member in manifest.members.items():
        if found.get(name) != member:
            raise Invalid(f"{source} is damaged: {name!r} is {'not what it was' if name in found else 'missing'}")
    if strangers := sorted(set(found) - set(manifest.members)):
        raise Invalid(f"{source} is no backup of fedirec: its manifest does not name {strangers[0]!r}")
    for name in (MASTER_KEY, DATABASES[manifest.database]):
        if name not in found:
            raise Invalid(f"{source} is no backup of fedirec: {name} is missing")


def _opened(source: Path) -> IO[bytes]:
    try:
        return source.open("rb")
    except OSError as error:
        raise NotFound(f"the file {source} cannot be opened: {(error.strerror or '').lower()}") from error


@contextmanager
def _held(partial: Path) -> Generator[int]:
    """Within it nobody else writes `partial`; what a killed process left of it is gone."""
    descriptor = os.open(partial, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Conflict("another backup is being written to that file") from error
        os.ftruncate(descriptor, 0)
        yield descriptor
    finally:
        os.close(descriptor)


class _Hashing:
    """A file that is hashed while it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(size)
        self.digest.update(piece)
        return piece


def _entry(name: str, size: int, moment: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mtime, entry.mode = size, moment, 0o600
    return entry


def _settle(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
