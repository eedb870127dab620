"""Small disks of their own, which can be filled to the last byte."""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import skip_or_fail

PIECE = 64 * 1024


@contextmanager
def small_disk(folder: Path, *, megabytes: int) -> Generator[Path]:
    """Within it `folder` is a disk of that size, in memory, in which everybody may write."""
    folder.mkdir(parents=True, exist_ok=True)
    size = f"size={megabytes}m,mode=777"
    mounting = subprocess.run(["mount", "-t", "tmpfs", "-o", size, "fedirec", folder], capture_output=True, text=True)
    if mounting.returncode:
        skip_or_fail(f"nothing can be mounted here, which takes root: {mounting.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@contextmanager
def filled(disk: Path) -> Iterator[None]:
    """Within it there is no room left on `disk`."""
    ballast = disk / "ballast"
    try:
        with ballast.open("wb", buffering=0) as file:
            try:
                while file.write(b"\0" * PIECE):
                    pass
            except OSError:
                pass
        yield
    finally:
        ballast.unlink()


def give_to_postgres(folder: Path) -> Path:
    """A folder in `folder` that belongs to whom PostgreSQL runs as, all the way down to it."""
    made = folder / "tablespace"
    made.mkdir()
    if os.geteuid() == 0:
        account = pwd.getpwnam("postgres")
        os.chown(made, account.pw_uid, account.pw_gid)
    return made
