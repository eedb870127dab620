"""Telling a database that is away or in which others went first, and a disk that is full, from a wrong statement."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from traceback import walk_tb
from typing import Final

from tortoise.exceptions import OperationalError

_CLASSES: Final = ("08", "40", "53", "57")
"""Of PostgreSQL's error codes: connections, transactions that gave way to others, resources, the operator's doing."""
_FULL: Final = (errno.ENOSPC, errno.EDQUOT)
_NOT_TAKING_CONNECTIONS: Final = "55000"
_CUT: Final = ("InterfaceError", "InternalClientError")
"""What asyncpg says of a connection that was closed under us, the second in the middle of a statement."""
_SQLITE: Final = ("database is locked", "database or disk is full", "disk i/o error", "unable to open database file")


def is_outage(error: BaseException) -> bool:
    """Whether `error` says that the database cannot be reached just now, that a disk has no room, or that somebody else
    went first: the same may work later.
    """
    return any(_says_so(each) for each in _causes(error))


def _causes(error: BaseException) -> Iterator[BaseException]:
    """`error`, and what it came from."""
    seen: dict[int, BaseException] = {}
    left: list[BaseException | None] = [error]
    while left:
        found = left.pop()
        if found is not None and id(found) not in seen:
            seen[id(found)] = found
            left += [found.__context__, found.__cause__]
            yield found


def _says_so(error: BaseException) -> bool:
    code = getattr(error, "sqlstate", None)  # asyncpg may not be installed
    if isinstance(code, str):
        return code.startswith(_CLASSES) or code == _NOT_TAKING_CONNECTIONS
    if isinstance(error, OSError) and error.errno in _FULL:
        return True
    if isinstance(error, OperationalError):
        return any(_says_so(each) for each in error.args if isinstance(each, sqlite3.OperationalError))
    origin = type(error).__module__.partition(".")[0]
    if origin == "asyncpg":
        return type(error).__name__ in _CUT
    if origin == "sqlite3":
        return str(error).lower().startswith(_SQLITE)
    return isinstance(error, ConnectionError) and _came_from(error, "asyncpg")


def _came_from(error: BaseException, package: str) -> bool:
    """Whether `error` was raised below something of `package`."""
    frames = (str(frame.f_globals.get("__name__", "")) for frame, _ in walk_tb(error.__traceback__))
    return any(name.partition(".")[0] == package for name in frames)
