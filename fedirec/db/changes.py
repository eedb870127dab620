"""Which tables were written to, as this process saw it: so that what was read before is known to be old."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Final

_WRITING: Final = re.compile(
    r"\b(INSERT\s+INTO|INSERT\s+OR\s+IGNORE\s+INTO|INSERT\s+OR\s+REPLACE\s+INTO|REPLACE\s+INTO|UPDATE|DELETE\s+FROM)"
    r'\s+"?(\w+)"?',
    re.IGNORECASE,
)
_UPSERT: Final = re.compile(r"\bDO\s+UPDATE\b", re.IGNORECASE)
_KNOWN: Final = 4096
"""Statements of which we remember what they write."""


class Changes:
    """Counts the statements that wrote to each table. Only ever rises."""

    def __init__(self) -> None:
        self._added: Counter[str] = Counter()
        self._changed: Counter[str] = Counter()
        self._everything = 0
        self._known: dict[str, tuple[frozenset[str], frozenset[str]]] = {}

    def note(self, sql: str) -> None:
        """`sql` is being run."""
        known = self._known.get(sql)
        if known is None:
            if len(self._known) >= _KNOWN:
                self._known.clear()
            known = self._known[sql] = _written_by(sql)
        added, changed = known
        for table in added:
            self._added[table] += 1
        for table in changed:
            self._changed[table] += 1

    def note_everything(self) -> None:
        """What was read may never have been so: a transaction was rolled back, or nobody knows what was run."""
        self._everything += 1

    def version(self, *, changed: Iterable[str], added: Iterable[str]) -> int:
        """A number that is another one as soon as a row of `changed` was changed, or one of `added` was added."""
        return (
            self._everything
            + sum(self._changed[table] for table in changed)
            + sum(self._added[table] for table in added)
        )


def _written_by(sql: str) -> tuple[frozenset[str], frozenset[str]]:
    """The tables to which `sql` adds rows, and those whose rows it changes or deletes."""
    added, changed = set[str](), set[str]()
    for verb, table in _WRITING.findall(sql):
        kind = verb.upper()
        if "INTO" in kind:
            added.add(table.lower())
        if "INTO" not in kind or "REPLACE" in kind:
            changed.add(table.lower())
    if _UPSERT.search(sql):
        changed |= added
    return frozenset(added), frozenset(changed)
