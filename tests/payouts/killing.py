"""Kills whoever works, with SIGKILL, at every point where it matters: each time a process of its own.

What somebody leaves who is killed changes only where something is written, so the points are: before every statement
that writes, before and after every commit, before every step on the disk, before every request to somebody else, and
after their answer. Of what is written to the queue alone only that something is done counts.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sqlite3
import traceback
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Coroutine
from enum import IntEnum, auto
from functools import wraps
from mmap import mmap
from typing import Any, Final, NoReturn

import asyncpg
import httpx

MOST: Final = 2_000
"""Processes after which one step does not end by itself."""
_WRITES: Final = re.compile(
    r'\s*(?:WITH\b.*?\)\s*)?(INSERT\s+INTO|DELETE\s+FROM|UPDATE)\s+"?(\w+)', re.IGNORECASE | re.DOTALL
)
_ON_DISK: Final = ("link", "rename", "replace", "unlink", "fsync")


class Point(IntEnum):
    """Where somebody is killed."""

    WRITE = auto()
    """Before a statement that writes, within its transaction."""
    COMMIT = auto()
    """Before a commit, after all that was written in it."""
    COMMITTED = auto()
    """After a commit, before anybody hears of it."""
    DISK = auto()
    """Before a step on the disk: from the second one on, after the one before it."""
    ASK = auto()
    """Before somebody else is told or asked."""
    ANSWERED = auto()
    """After they answered."""


class Killer:
    """Counts the points that a process reaches, and ends it at one of them."""

    def __init__(self, at: int, points: Collection[Point], notes: mmap) -> None:
        self._left = at
        self._points = frozenset(points)
        self._notes = notes
        self._lines: defaultdict[object, Line] = defaultdict(lambda: Line(self))

    def reach(self, point: Point) -> None:
        """The process is at `point`, and ends there if it is the one that was meant."""
        self._left -= point in self._points
        if not self._left:
            self._notes[0] = point
            die()

    def goes_on(self) -> None:
        """There is a row more, or less to do: whoever comes next begins somewhere else."""
        self._notes[1] = 1

    def watch(self) -> None:
        """All that this process does from now on is counted."""
        self._watch_sqlite()
        for name, only_alone in (("execute", True), ("_execute", False), ("_executemany", False)):
            original = getattr(asyncpg.Connection, name)
            setattr(asyncpg.Connection, name, self._heard(original, only_alone=only_alone))
        for name in _ON_DISK:
            setattr(os, name, self._before(getattr(os, name)))

    def end(self) -> None:
        """All is done that was to be done, and nobody has heard of it."""
        for line in self._lines.values():
            line.hear()

    def _watch_sqlite(self) -> None:
        connect = sqlite3.connect

        def watched(*args: Any, **named: Any) -> sqlite3.Connection:
            connection: sqlite3.Connection = connect(*args, **named)
            connection.set_trace_callback(self._lines[id(connection)].say)
            return connection

        sqlite3.connect = watched  # type: ignore[assignment]

    def _heard(self, original: Callable[..., Any], *, only_alone: bool) -> Callable[..., Any]:
        """With values `execute` leads to `_execute`, which is watched as well."""

        @wraps(original)
        async def watched(connection: asyncpg.Connection, sql: str, *args: Any, **named: Any) -> Any:
            if only_alone and args:
                return await original(connection, sql, *args, **named)
            line = self._lines[id(connection)]
            line.say(sql)
            answer = await original(connection, sql, *args, **named)
            line.hear()
            return answer

        return watched

    def _before(self, original: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(original)
        def watched(*args: Any, **named: Any) -> Any:
            self.reach(Point.DISK)
            return original(*args, **named)

        return watched


class Line:
    """What is said to the database on one connection."""

    def __init__(self, killer: Killer) -> None:
        self._killer = killer
        self._last = ""
        self._is_inside = self._wrote = self._is_kept = self._has_more = False

    def say(self, sql: str) -> None:
        """`sql` is about to be done, and all that was said before it is."""
        verb = sql.lstrip()[:8].rstrip("; ").upper()
        if verb == "ROLLBACK" and " TO " not in sql:
            self._wrote = self._is_kept = False
        self.hear()
        if verb.startswith("BEGIN"):
            self._is_inside, self._wrote, self._has_more = True, False, False
        elif verb == "COMMIT":
            if self._wrote:
                self._killer.reach(Point.COMMIT)
            self._is_kept, self._is_inside, self._wrote = self._wrote, False, False
        elif sql != self._last and (found := _WRITES.match(sql)) and _counts(found[1], found[2]):
            self._killer.reach(Point.WRITE)
            self._wrote, self._is_kept = self._is_inside, not self._is_inside
            self._has_more |= not found[1].upper().startswith("UPDATE")
        self._last = sql  # SQLite says a statement once more for each trigger that it fires

    def hear(self) -> None:
        """What was said last is done."""
        if self._is_kept:
            self._is_kept = False
            if self._has_more:
                self._killer.goes_on()
            self._killer.reach(Point.COMMITTED)


def _counts(verb: str, table: str) -> bool:
    return table not in ("job", "lane") or (table == "job" and verb.upper().startswith("DELETE"))


class DeadlyWire(httpx.AsyncBaseTransport):
    """The way to others: `killer` counts what is asked there. Who asks for a token has told nothing yet."""

    def __init__(self, way: httpx.AsyncBaseTransport, killer: Killer) -> None:
        self._way = way
        self._killer = killer

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        counts = not request.url.path.endswith("/token")
        if counts:
            self._killer.reach(Point.ASK)
        answer = await self._way.handle_async_request(request)
        if counts:
            self._killer.reach(Point.ANSWERED)
        return answer

    async def aclose(self) -> None:
        await self._way.aclose()


def die() -> NoReturn:
    """This process is killed, as `kill -9` does it."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def kill_at_every_point(
    work: Callable[[Killer, int, bool], Coroutine[Any, Any, None]], points: Collection[Point], *, turn: int = 0
) -> tuple[Counter[Point], int]:
    """`work` is begun again and again: killed at its first point, at its second, and so on, until it comes to its end;
    once rows were added, or work was done, whoever goes on is killed at their first point again. It is told which
    process it is, counted from `turn` on, and whether that is so since the one before began.

    How many were killed at each kind of point, and the next turn. Raises AssertionError for one that ended otherwise.
    """
    notes, killed, at, went_on = mmap(-1, 2), Counter[Point](), 1, False
    for number in range(turn, turn + MOST):
        notes[0] = notes[1] = 0
        child = os.fork()
        if not child:
            killer = Killer(at, points, notes)
            _live(work(killer, number, went_on), killer)
        _, status = os.waitpid(child, 0)
        if status == 0:
            return killed, number + 1
        was_killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL and notes[0]
        assert was_killed, f"the one for point {at} came to another end: {status}"
        killed[Point(notes[0])] += 1
        went_on = bool(notes[1])
        at = 1 if went_on else at + 1
    raise AssertionError("it never ends")


def _live(work: Coroutine[Any, Any, None], killer: Killer) -> NoReturn:
    status = 1
    try:
        killer.watch()
        asyncio.run(work)
        killer.end()
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)
