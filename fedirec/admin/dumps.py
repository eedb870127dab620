"""A PostgreSQL database as one file, with PostgreSQL's own programs."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from subprocess import DEVNULL, PIPE
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from anyio import run_process

from fedirec.errors import Misconfigured

_ENCRYPTED: Final = {"true": "require", "1": "require", "false": "disable", "0": "disable"}


async def dump_postgres(database: str, *, to: Path) -> None:
    """The file `to` holds the database as it was at one moment, in the custom format of pg_dump.

    Raises Misconfigured when pg_dump is not installed or does not manage it.
    """
    await _run("pg_dump", database, ["--format=custom", "--no-owner", "--no-privileges", f"--file={to}"])


async def load_postgres(database: str, *, dump: Path) -> None:
    """The empty database holds what `dump` does: all of it or, when this raises Misconfigured, nothing."""
    flags = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
    await _run("pg_restore", database, flags, [str(dump)])


async def _run(program: str, database: str, flags: Sequence[str], files: Sequence[str] = ()) -> None:
    path = shutil.which(program)
    if path is None:
        raise Misconfigured(
            f"{program} is not installed on this machine; it comes with PostgreSQL's client programs "
            "(Debian: apt install postgresql-client)"
        )
    where, secrets = _address(database)
    # The password goes through the environment: every user of the machine can read the words of a command.
    done = await run_process(
        [path, *where, "--no-password", *flags, *files],
        stdin=DEVNULL,
        stdout=DEVNULL,
        stderr=PIPE,
        check=False,
        env={"PATH": os.defpath, "LC_ALL": "C.UTF-8", **secrets},
    )
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise Misconfigured(
            f"{program} failed: {said[0].removeprefix(f'{program}: ') if said else 'it did not say why'}"
        )


def _address(database: str) -> tuple[list[str], Mapping[str, str]]:
    """The flags that name the database, and the environment that opens it."""
    parts = urlsplit(database)
    asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    flags = [f"--dbname={unquote(parts.path.lstrip('/'))}"]
    if host := parts.hostname or asked.get("host"):
        flags.append(f"--host={host}")
    if parts.port:
        flags.append(f"--port={parts.port}")
    if parts.username:
        flags.append(f"--username={unquote(parts.username)}")
    secrets = {}
    if parts.password:
        secrets["PGPASSWORD"] = unquote(parts.password)
    if encrypted := asked.get("sslmode") or asked.get("ssl"):
        secrets["PGSSLMODE"] = _ENCRYPTED.get(encrypted.lower(), encrypted)
    return flags, secrets
