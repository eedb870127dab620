"""What a file is by its content: its hash, where that puts it in the store, and the bytes from which it can be told."""

from __future__ import annotations

import hashlib
from pathlib import Path

from fedirec.media.decoder.kinds import HEAD


def path_of(sha256: bytes, extension: str, *, cached: bool = False) -> str:
    """Where a file of this content is in the store."""
    name = sha256.hex()
    return f"{'cache/' if cached else ''}{name[:2]}/{name[2:4]}/{name}.{extension}"


def digest_of(path: Path) -> bytes:
    """The SHA-256 of the file at `path`."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def head_of(path: Path) -> bytes:
    """The bytes from which a file can be told."""
    with path.open("rb") as file:
        return file.read(HEAD)
