"""The one place that knows how the database is opened, migrated and queried by hand.

SQLite means one process that serves and works, with the command line beside it; PostgreSQL means any number.
Nothing but the database is awaited inside a transaction: on SQLite one transaction stops every other query.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Final, TypeVar

from tortoise.backends.base.client import (
    BaseDBAsyncClient,
    TransactionalDBClient,
    TransactionContext,
    TransactionContextPooled,
)
from tortoise.backends.base.config_generator import expand_db_url
from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.config import AppConfig, ConnectionConfig, TortoiseConfig
from tortoise.connection import get_connection, get_connections
from tortoise.context import TortoiseContext, set_global_context
from tortoise.exceptions import DBConnectionError, OperationalError
from tortoise.migrations.api import migrate as apply_migrations
from tortoise.models import Model
from tortoise.transactions import in_transaction

from fedirec.db.sqlite import QuickConnection
from fedirec.db.triggers import install_triggers, missing_triggers
from fedirec.db.words import install_search
from fedirec.errors import Misconfigured

MODELS: Final = (
    "fedirec.lanes.models",
    "fedirec.ledger.models",
    "fedirec.activitypub.models",
    "fedirec.media.models",
    "fedirec.accounts.models",
    "fedirec.remix.models",
    "fedirec.projects.models",
    "fedirec.credits.models",
    "fedirec.payouts.models",
    "fedirec.admin.models",
    "fedirec.api.models",
)
M = TypeVar("M", bound=Model)

BUSY_MS: Final = 10_000
"""How long a writer waits for another process to finish its transaction, in milliseconds."""

CONNECTIONS: Final = 20
"""Connections to PostgreSQL that one process opens at most, unless the address says `maxsize=` itself."""


class transaction:  # noqa: N801  (read as a statement: `async with transaction():`)
    """`async with transaction():` nests as savepoints. Never around anything that waits for more than the database.

    Tortoise leaves its connection in the task when a transaction cannot even begin, or its connection breaks on the way
    back to the pool: because PostgreSQL went away, or the task is cancelled just then. Whatever that task asks later
    would go the same dead way.
    """

    __slots__ = ("_context",)

    def __init__(self) -> None:
        self._context = in_transaction()

    async def __aenter__(self) -> None:
        try:
            await self._context.__aenter__()
        except BaseException:
            if _forget(self._context):
                await self._context.client._parent._pool.release(self._context.client._connection)
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            await self._context.__aexit__(kind, error, traceback)
        finally:
            _forget(self._context)


def _forget(context: TransactionContext) -> bool:
    """The task has the connection of that transaction no more; whether it still had it."""
    if not isinstance(context, TransactionContextPooled) or not hasattr(context, "token") or context.token._used:
        return False
    get_connections().reset(context.token)
    return True


def within_transaction() -> AbstractAsyncContextManager[object]:
    """What happens inside is part of the caller's transaction, without a savepoint, or of one of its own."""
    return nullcontext() if isinstance(get_connection("default"), TransactionalDBClient) else transaction()


def configuration(database: str, *, foreign_keys: bool = True) -> TortoiseConfig:
    """What Tortoise has to know about the database at the address `database`."""
    if database.startswith("sqlite"):
        connection = ConnectionConfig(
            engine="fedirec.db.sqlite",
            credentials={
                "file_path": database.partition("://")[2],
                "busy_timeout": BUSY_MS,
                # FULL: what we answered 202 to survives a power cut. Group commit pays for it.
                "synchronous": "FULL",
                "journal_size_limit": 67_108_864,
                "cache_size": -32_000,
                # Savepoints would write into files of their own otherwise.
                "temp_store": "MEMORY",
                # Pages that change again and again are written back once in a while, not every twenty activities.
                "wal_autocheckpoint": 4_000,
                # INSERT OR REPLACE fires the delete triggers of append-only tables only with this on.
                "recursive_triggers": "ON",
                "foreign_keys": "ON" if foreign_keys else "OFF",
            },
        )
    else:
        address = database.partition("://")[2]
        if "maxsize=" not in address:
            address += f"{'&' if '?' in address else '?'}maxsize={CONNECTIONS}"
        expanded = expand_db_url(f"asyncpg://{address}")
        connection = ConnectionConfig(
            engine=expanded["engine"],
            # It takes seconds to compile a query that is over in milliseconds, when the planner fears the worst of it.
            credentials={**expanded["credentials"], "server_settings": {"jit": "off"}},
        )
    return TortoiseConfig(
        connections={"default": connection},
        apps={"fedirec": AppConfig(models=list(MODELS), migrations="fedirec.migrations")},
        use_tz=True,
        timezone="UTC",
    )


@asynccontextmanager
async def open_database(database: str, *, everywhere: bool = False) -> AsyncGenerator[TortoiseContext]:
    """Within it the models of this process speak to `database`; with `everywhere`, in tasks begun elsewhere too.

    Raises Misconfigured when the database cannot be reached.
    """
    EXECUTOR_CACHE.clear()  # it remembers SQL by table name only, and so would mix two kinds of database
    _refuse_missing_folder(database)
    async with TortoiseContext() as context:
        await context.init(configuration(database))
        try:
            await fetch_rows("SELECT 1 AS one")
        except (OSError, DBConnectionError, OperationalError) as error:
            raise Misconfigured(f"the database at {_without_password(database)} cannot be opened: {error}") from error
        if everywhere:
            set_global_context(context)
        yield context


async def migrate(database: str) -> None:
    """Bring the schema up to date, with the triggers that keep append-only tables append-only and the search tables.

    To alter a table on SQLite, Tortoise copies it and drops the original. With foreign keys enforced, that drop
    deletes every row that refers to it; so they are off here, and checked after.
    """
    EXECUTOR_CACHE.clear()
    _refuse_missing_folder(database)
    on_sqlite = database.startswith("sqlite")
    try:
        async with TortoiseContext():
            await apply_migrations(config=configuration(database, foreign_keys=False))
            if on_sqlite and (broken := await fetch_rows("PRAGMA foreign_key_check")):
                raise Misconfigured(f"a migration left references to nothing: {broken[:5]}")
            await complete_schema()
    except (OSError, DBConnectionError) as error:
        raise Misconfigured(f"the database at {_without_password(database)} cannot be opened: {error}") from error
    finally:
        EXECUTOR_CACHE.clear()


async def complete_schema() -> None:
    """The open database has what no migration makes: the triggers of append-only tables, and the search tables."""
    sqlite = not on_postgres()
    await install_triggers(fetch_rows, execute_script, sqlite=sqlite)
    await install_search(execute_script, sqlite=sqlite)
    if missing := await find_missing_triggers():
        raise Misconfigured(f"the database lost the triggers that protect it: {', '.join(sorted(missing))}")


async def find_missing_triggers() -> set[str]:
    """The names of the triggers that protect append-only tables and that the database lacks, or has turned off."""
    return await missing_triggers(fetch_rows, sqlite=not on_postgres())


def on_postgres() -> bool:
    """Whether the database in use is PostgreSQL."""
    return _is_postgres(get_connection("default"))


async def fetch_rows(sql: str, *values: Any) -> Sequence[dict[str, Any]]:
    """Run hand-written SQL with `?` placeholders and return its rows, on any database."""
    connection = get_connection("default")
    return await connection.execute_query_dict(_placeholders(sql, connection), list(values))


async def fetch_objects(model: type[M], sql: str, *values: Any) -> list[M]:
    """The rows of `model` that hand-written SQL finds, with all their columns, as objects.

    Takes a fifth of the time of a queryset, whose text is made anew each time: for what happens at every turn.
    """
    return [object_of(model, row) for row in await fetch_rows(sql, *values)]


def object_of(model: type[M], row: Mapping[str, Any]) -> M:
    """The object of `model` that a row is, or part of one when the row has some of its columns only."""
    return model._init_from_db(**row)


async def add_object(model: type[M], **values: Any) -> M:
    """A row of `model` is added; the object that it is. Takes a third of the time that `Model.create` takes."""
    for name, field in model._meta.fields_map.items():
        if name in model._meta.fields_db_projection and name not in values:
            values[name] = field.default() if callable(field.default) else field.default
    values[model._meta.pk_attr] = await add_row(model, **values)
    return object_of(model, {model._meta.fields_db_projection[name]: value for name, value in values.items()})


async def execute(sql: str, *values: Any) -> int:
    """Run hand-written SQL with `?` placeholders and return how many rows it changed."""
    connection = get_connection("default")
    changed, _ = await connection.execute_query(_placeholders(sql, connection), list(values))
    return int(changed)


async def execute_many(sql: str, rows: Sequence[Sequence[Any]]) -> None:
    """Run hand-written SQL with `?` placeholders once for each of `rows`; part of the caller's transaction."""
    connection = get_connection("default")
    await connection.execute_many(_placeholders(sql, connection), list(rows))  # type: ignore[arg-type]


async def add_row(model: type[Model], **values: Any) -> int:
    """A row of `model` is added without an object being made of it, which would take three times as long; its id.

    What is not among `values` has its default. For rows that are written and not looked at. The answer is 0 where ids
    are not given by the database.
    """
    connection = get_connection("default")
    sql, columns = _insertion(model, _is_postgres(connection))
    row = [
        write(values[name] if name in values else default() if callable(default) else default, model)
        for name, default, write in columns
    ]
    added = await connection.execute_insert(sql, row)
    return int(added if isinstance(added, int) else added["id"] if added else 0)


@cache
def _insertion(model: type[Model], _postgres: bool) -> tuple[str, list[tuple[str, Any, Callable[[Any, Any], Any]]]]:
    """The statement that adds a row; of each column its name, its default, and what makes a value ready for it."""
    connection = get_connection("default")
    executor = connection.executor_class(model=model, db=connection)
    fields = model._meta.fields_map
    return executor.insert_query, [
        (name, fields[name].default, fields[name].to_db_value) for name in executor.regular_columns
    ]


def version_of(*, changed: Collection[str], added: Collection[str] = ()) -> int | None:
    """A number that is another one once a row of the tables `changed` was changed, or one of `added` was added.

    For keeping what was read: note it before reading, and compare it before using. What other processes write does not
    show in it, so nothing is kept for long; and None on PostgreSQL, where there are always others: keep nothing.
    """
    raw = getattr(get_connection("default"), "_connection", None)
    return raw.changes.version(changed=changed, added=added) if isinstance(raw, QuickConnection) else None


async def execute_script(sql: str) -> None:
    """Run statements without values, one after the other."""
    await get_connection("default").execute_script(sql)


def _is_postgres(connection: BaseDBAsyncClient) -> bool:
    return str(connection.capabilities.dialect) == "postgres"


def _placeholders(sql: str, connection: BaseDBAsyncClient) -> str:
    if not _is_postgres(connection):
        return sql
    head, *rest = sql.split("?")
    return head + "".join(f"${number}{part}" for number, part in enumerate(rest, 1))


def _refuse_missing_folder(database: str) -> None:
    if database.startswith("sqlite") and not Path(database.partition("://")[2]).parent.is_dir():
        raise Misconfigured(f"the database at {database} cannot be opened: its folder does not exist")


def _without_password(database: str) -> str:
    scheme, _, rest = database.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"
