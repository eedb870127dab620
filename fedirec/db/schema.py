"""Which migrations a database has had, and bringing it up to date when others might do so at the same moment."""

from __future__ import annotations

import logging
import pkgutil
from typing import Final

from tortoise.connection import get_connection

from fedirec import migrations
from fedirec.db import complete_schema, fetch_rows, find_missing_triggers, migrate, on_postgres, open_database
from fedirec.errors import Misconfigured

log = logging.getLogger(__name__)
LOCK: Final = 7_233_150_404_173_925_491
"""The advisory lock that a migration of PostgreSQL holds; any number that nobody else uses."""


def known_migrations() -> list[str]:
    """The names of the migrations that this version of fedirec has, in order."""
    return sorted(module.name for module in pkgutil.iter_modules(migrations.__path__) if module.name[0].isdigit())


async def applied_migrations() -> list[str]:
    """The names of the migrations that the open database has had, in order; none when it is empty."""
    there = await fetch_rows(
        "SELECT 1 AS one FROM information_schema.tables WHERE table_name = 'tortoise_migrations' "
        "AND table_schema = current_schema()"
        if on_postgres()
        else "SELECT 1 AS one FROM sqlite_master WHERE type = 'table' AND name = 'tortoise_migrations'"
    )
    if not there:
        return []
    rows = await fetch_rows("SELECT name FROM tortoise_migrations WHERE app = 'fedirec' ORDER BY name")
    return [str(row["name"]) for row in rows]


async def missing_migrations() -> list[str]:
    """The names of the migrations that the open database has not had yet.

    Raises Misconfigured when it has had some that this version does not know: it belongs to a newer one.
    """
    applied = await applied_migrations()
    known = known_migrations()
    if strangers := sorted(set(applied) - set(known)):
        raise Misconfigured(
            f"this database belongs to a newer version of fedirec (it has had {strangers[-1]}, which this version does "
            "not know); install that version, or restore a backup made with this one"
        )
    return [name for name in known if name not in applied]


async def upgrade(database: str) -> list[str]:
    """The database has the schema of this version; the migrations that it needed for that.

    On PostgreSQL one process at a time does this, and the others wait and find it done.
    """
    async with open_database(database):
        if not on_postgres():
            return await _upgrade(database)
        async with get_connection("default").acquire_connection() as held:
            await held.execute("SELECT pg_advisory_lock($1)", LOCK)
            try:
                return await _upgrade(database)
            finally:
                await held.execute("SELECT pg_advisory_unlock($1)", LOCK)


async def _upgrade(database: str) -> list[str]:
    missing = await missing_migrations()
    if missing:
        await migrate(database)
        return missing
    lost = sorted(await find_missing_triggers())
    await complete_schema()
    if lost:
        log.warning(
            "rows that are never changed were not protected: %s; they are again. Unless this is a new version of "
            "fedirec, somebody was at the database: fedirec audit verify says whether the books are as they were",
            ", ".join(lost),
        )
    return missing
