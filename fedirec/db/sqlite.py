"""Tortoise's SQLite engine, with write transactions that queue up instead of failing.

The stock engine begins transactions as DEFERRED: two processes that read and then write meet "database is locked" at
once, however long the busy timeout is. BEGIN IMMEDIATE takes the write lock first, and waits for it.
Loaded by name as a Tortoise engine. It leans on private names of tortoise-orm 1.1; tests/test_db.py holds it to them.
"""

from __future__ import annotations

import sqlite3

from tortoise.backends.base.client import TransactionalDBClient, TransactionContext
from tortoise.backends.sqlite.client import SqliteClient, SqliteTransactionContext, SqliteTransactionWrapper
from tortoise.connection import get_connections
from tortoise.exceptions import OperationalError


class ImmediateTransaction(SqliteTransactionWrapper):
    """A transaction that holds the write lock from its first moment."""

    async def begin(self) -> None:
        try:
            await self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise OperationalError(error) from error


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


class ImmediateClient(SqliteClient):
    """One SQLite connection whose transactions begin IMMEDIATE."""

    def _in_transaction(self) -> TransactionContext:
        return ImmediateContext(ImmediateTransaction(self), self._lock)


client_class = ImmediateClient
