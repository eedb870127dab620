"""Tortoise's SQLite engine, with write transactions that queue up instead of failing, and without a thread in between
where that only costs.

The stock engine begins transactions as DEFERRED: two processes that read and then write meet "database is locked" at
once, however long the busy timeout is. BEGIN IMMEDIATE takes the write lock first, and waits for it.

It also hands every statement to a thread, which costs several times what most statements take. Here statements that
are known to be quick run at once; what may wait (for the disk, or for another process) or takes long still runs in the
thread. Savepoints have few names, so that their statements are prepared once. Loaded by name as a Tortoise engine. It
leans on private names of tortoise-orm 1.1 and aiosqlite 0.22; tests/test_db.py holds it to them.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Sequence
from functools import partial
from time import perf_counter, thread_time
from typing import Any, Final

import aiosqlite
from tortoise.backends.base.client import TransactionalDBClient, TransactionContext
from tortoise.backends.sqlite.client import SqliteClient, SqliteTransactionContext, SqliteTransactionWrapper
from tortoise.connection import get_connections
from tortoise.exceptions import IntegrityError, OperationalError, TransactionManagementError

from fedirec.db.changes import Changes

QUICK: Final = 0.0005
"""Seconds of work: what takes longer, requests that have nothing to do with it should not wait for."""
STUCK: Final = 0.02
"""Seconds: a statement that took so long once is left to the thread for the next dozen times."""
LEARNING: Final = 0.2
"""How much the last time counts in the time that a statement is taken to need."""
KNOWN: Final = 4096
"""Statements whose time we remember."""
PREPARED: Final = 512
"""Statements that the connection keeps prepared."""
_SAVEPOINTS: Final = ("SAVEPOINT ", "RELEASE ", "ROLLBACK TO ")


class QuickConnection(aiosqlite.Connection):
    """A connection that does at once what is known to be quick, and the rest in its thread, in the order of asking."""

    def __init__(self, connector: Callable[[], sqlite3.Connection], *, patience_ms: int) -> None:
        super().__init__(connector, iter_chunk_size=64)
        self.changes = Changes()
        self._patience_ms = patience_ms
        """How long the thread waits for another process to finish its transaction."""
        self._seconds: dict[str, float] = {}
        self._under_way = 0

    def fetch_at_once(self, sql: str, values: Sequence[Any]) -> tuple[list[sqlite3.Row], int | None] | None:
        """The rows of a statement that is known to be quick, and the id of the row that it added if it did; None when
        it has to wait, or is not known to be.

        For whoever holds the lock of the connection, or knows that nobody does.
        """
        connection = self._connection
        if connection is None or not self._running or not self._is_quick(sql):
            return None
        if not sql.startswith("SELECT"):
            self.changes.note(sql)
        began = perf_counter()
        cursor = connection.execute(sql, values)
        rows = cursor.fetchall()
        self._learn(sql, perf_counter() - began)
        return rows, cursor.lastrowid

    def begin_at_once(self) -> bool:
        """Begins a transaction; False when something is under way, or another process is writing."""
        connection = self._connection
        if connection is None or not self._running or self._under_way or connection.in_transaction:
            return False
        connection.execute("PRAGMA busy_timeout = 0")
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        finally:
            connection.execute(f"PRAGMA busy_timeout = {self._patience_ms}")
        return True

    def change_at_once(self, sql: str) -> bool:
        """Begins, ends or takes back a savepoint; False when something is under way that has to end before."""
        connection = self._connection
        if connection is None or not self._running or self._under_way or not connection.in_transaction:
            return False
        if sql.startswith("ROLLBACK"):
            self.changes.note_everything()
        connection.execute(sql)
        return True

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        sql = args[0] if args and isinstance(args[0], str) else ""
        if sql:
            self._note(sql, fn)
        elif fn.__name__ == "rollback":
            self.changes.note_everything()
        if self._connection is not None and self._running and sql and self._is_quick(sql):
            began = perf_counter()
            try:
                return fn(*args, **kwargs)
            finally:
                self._learn(sql, perf_counter() - began)
        self._under_way += 1
        try:
            return await super()._execute(partial(self._timed, sql, fn, *args, **kwargs))  # type: ignore[no-untyped-call]
        finally:
            self._under_way -= 1

    def _timed(self, sql: str, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Runs in the thread. Only work counts there, for much of the time is spent waiting for the interpreter."""
        if not sql or sql.startswith("BEGIN"):
            return fn(*args, **kwargs)
        began = thread_time()
        try:
            return fn(*args, **kwargs)
        finally:
            self._learn(sql, thread_time() - began)

    def _is_quick(self, sql: str) -> bool:
        if self._under_way:
            return False  # somebody who asked earlier was cancelled, and what they asked still runs
        inside = self._conn.in_transaction
        if sql.startswith(_SAVEPOINTS):
            return inside
        # Only inside a transaction is it certain that a write waits for nobody and for no disk.
        return (inside or sql.lstrip().startswith("SELECT")) and self._seconds.get(sql, QUICK) < QUICK

    def _learn(self, sql: str, seconds: float) -> None:
        if sql.startswith(_SAVEPOINTS):
            return
        if len(self._seconds) >= KNOWN:
            self._seconds.clear()
        before = self._seconds.get(sql, seconds)
        self._seconds[sql] = seconds if seconds > STUCK else before + (seconds - before) * LEARNING

    def _note(self, sql: str, fn: Callable[..., Any]) -> None:
        if sql.startswith("ROLLBACK") or fn.__name__ == "executescript":
            self.changes.note_everything()
        elif not sql.startswith(("SELECT", "SAVEPOINT ", "RELEASE ")):
            self.changes.note(sql)


class _AtOnce(SqliteClient):
    """Runs what is known to be quick without the detour through locks and tasks, where nobody is in the way."""

    def _fetch_at_once(self, query: str, values: Sequence[Any]) -> tuple[list[sqlite3.Row], int | None] | None:
        raw = self._connection
        if self._lock.locked() or not isinstance(raw, QuickConnection) or self.log.isEnabledFor(logging.DEBUG):
            return None
        try:
            return raw.fetch_at_once(query, values)
        except sqlite3.OperationalError as error:
            raise OperationalError(error) from error
        except sqlite3.IntegrityError as error:
            raise IntegrityError(error) from error

    async def execute_query(self, query: str, values: list[Any] | None = None) -> tuple[int, Sequence[dict[str, Any]]]:
        before = self._connection.total_changes if self._connection else 0
        answer = self._fetch_at_once(query, values or ())
        if answer is None or self._connection is None:
            return await super().execute_query(query, values)  # type: ignore[no-any-return]
        rows, _added = answer
        return (self._connection.total_changes - before) or len(rows), rows  # type: ignore[return-value]

    async def execute_insert(self, query: str, values: list[Any]) -> int:
        answer = self._fetch_at_once(query, values)
        if answer is None:
            return await super().execute_insert(query, values)  # type: ignore[no-any-return]
        _rows, added = answer
        return added or 0

    async def execute_query_dict(self, query: str, values: list[Any] | None = None) -> list[dict[str, Any]]:
        answer = self._fetch_at_once(query, values or ())
        if answer is None:
            return await super().execute_query_dict(query, values)  # type: ignore[no-any-return]
        rows, _added = answer
        return list(map(dict, rows))


class Savepoint(TransactionContext):
    """A transaction within one: what happens inside can be taken back alone."""

    __slots__ = ("_depth", "client", "connection_name")

    def __init__(self, client: ImmediateTransaction) -> None:
        self.client: ImmediateTransaction = client
        self.connection_name = client.connection_name

    async def __aenter__(self) -> TransactionalDBClient:
        self.client.refuse_when_over()
        self.client.depth += 1
        try:
            await self._run("SAVEPOINT")
        except BaseException:
            self.client.depth -= 1
            raise
        return self.client

    async def __aexit__(self, kind: Any, error: Any, trace: Any) -> None:
        try:
            if self.client._finalized or (kind is not None and self.client.is_over):
                return
            if kind is None:
                await self._run("RELEASE")
            elif kind is not TransactionManagementError:
                await self._run("ROLLBACK TO")
                await self._run("RELEASE")
        finally:
            self.client.depth -= 1

    async def _run(self, verb: str) -> None:
        sql = f"{verb} level_{self.client.depth}"
        raw = self.client._connection
        try:
            if not (isinstance(raw, QuickConnection) and raw.change_at_once(sql)):
                await raw.execute(sql)
        except sqlite3.OperationalError as problem:
            raise OperationalError(problem) from problem


class ImmediateTransaction(_AtOnce, SqliteTransactionWrapper):
    """A transaction that holds the write lock from its first moment."""

    depth = 0
    """Savepoints that are open in it."""

    @property
    def is_over(self) -> bool:
        """Whether SQLite has taken all of it back by itself, as it does when the disk is full."""
        return not self._connection.in_transaction

    def refuse_when_over(self) -> None:
        """Raise OperationalError when nothing more can be part of it: what was written now would stay by itself."""
        if self.is_over:
            raise OperationalError(sqlite3.OperationalError("database or disk is full: all of this was taken back"))

    def _fetch_at_once(self, query: str, values: Sequence[Any]) -> tuple[list[sqlite3.Row], int | None] | None:
        self.refuse_when_over()
        return super()._fetch_at_once(query, values)

    async def commit(self) -> None:
        self.refuse_when_over()
        await super().commit()

    async def begin(self) -> None:
        raw = self._connection
        if isinstance(raw, QuickConnection) and raw.begin_at_once():
            return
        try:
            await raw.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise OperationalError(error) from error

    def _in_transaction(self) -> TransactionContext:
        return Savepoint(self)


class ImmediateContext(SqliteTransactionContext):
    """Enters an `ImmediateTransaction`, and gives the connection back even when it could not begin."""

    async def __aenter__(self) -> TransactionalDBClient:
        await self._trxlock.acquire()
        try:
            await self.ensure_connection()
            await self.connection.begin()
        except BaseException:
            self._trxlock.release()
            raise
        self.token = get_connections().set(self.connection_name, self.connection)
        return self.connection  # type: ignore[no-any-return]


class ImmediateClient(_AtOnce):
    """One SQLite connection whose transactions begin IMMEDIATE."""

    async def create_connection(self, with_db: bool) -> None:
        if self._connection:
            return
        # Never used by two threads at once: the thread works only while somebody awaits it, who holds the lock.
        connector = partial(
            sqlite3.connect, self.filename, isolation_level=None, check_same_thread=False, cached_statements=PREPARED
        )
        self._connection = await QuickConnection(connector, patience_ms=int(self.pragmas.get("busy_timeout", 0)))
        self._connection._conn.row_factory = sqlite3.Row
        for pragma, value in self.pragmas.items():
            cursor = await self._connection.execute(f"PRAGMA {pragma}={value}")
            await cursor.close()
        await self._post_connect()

    def _in_transaction(self) -> TransactionContext:
        return ImmediateContext(ImmediateTransaction(self), self._lock)


client_class = ImmediateClient
