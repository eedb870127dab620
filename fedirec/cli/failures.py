"""What went wrong, in one sentence, for whoever typed the command."""

from __future__ import annotations

import errno
from typing import Final

from fedirec.errors import FedirecError

# A limit on the size of files (ulimit -f) looks like a full disk from here.
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_OF_DATABASES: Final = ("sqlite3", "tortoise.exceptions")
"""Where their errors come from: by name, for what goes wrong is told by commands that need no database, too."""
_NO_SPACE: Final = "There is no space left on the disk. Make room, and try again: nothing was lost."
_DATABASE: Final = (
    ("database is locked", "The database is busy: another process is writing to it. Please try again in a moment."),
    ("database table is locked", "The database is busy: another process is writing to it. Please try again."),
    ("disk is full", _NO_SPACE),
    ("readonly database", "The database cannot be written: its file or its folder is read-only for you."),
    ("disk i/o error", "The database cannot be read or written: the disk is full or failing."),
    ("malformed", "The database file is damaged. Put back a backup with: fedirec restore FILE"),
    ("not a database", "The database file is damaged. Put back a backup with: fedirec restore FILE"),
)


def sentence_of(error: BaseException) -> str:
    """`error` as one sentence that says what happened and, where that is known, what to do."""
    if isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        return sentence_of(error.exceptions[0])
    if (known := _of_the_database(error)) is not None:
        return known
    if isinstance(error, FedirecError):
        return _as_sentence(str(error))
    if isinstance(error, OSError):
        if error.errno in _FULL:
            return _NO_SPACE
        place = f"{error.filename}: " if error.filename else ""
        return _as_sentence(f"{place}{error.strerror or error}")
    if type(error).__module__.partition(".")[0] == "asyncpg":  # not installed beside SQLite, so it has no name here
        return _as_sentence(f"the database refused that: {_first_line(error)}")
    return (
        f"Something went wrong inside fedirec: {type(error).__name__}: {_first_line(error)}. "
        "Run it again with FEDIREC_LOG_LEVEL=debug to see where."
    )


def _of_the_database(error: BaseException) -> str | None:
    """The sentence for what a database says when a disk is full, a file is held or damaged, or None."""
    for told in (error, error.__cause__):
        if any(kind.__module__ in _OF_DATABASES for kind in type(told).__mro__):
            words = str(told).lower()
            return next((sentence for part, sentence in _DATABASE if part in words), None)
    return None


def _as_sentence(words: str) -> str:
    words = " ".join(words.split()) or "Something went wrong"
    first = words.partition(" ")[0]
    named = first == "fedirec" or not first.isalpha()  # a command, a setting, a file: spelled as it is typed
    return (words[0] if named else words[0].upper()) + words[1:] + ("" if words[-1] in ".!?" else ".")


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).splitlines()), "").rstrip(".")
