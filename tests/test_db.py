"""The database is what the models say it is, and refuses what must never happen."""

from __future__ import annotations

import asyncio
import multiprocessing
from pathlib import Path

import pytest
from tortoise.context import TortoiseContext
from tortoise.exceptions import IntegrityError, OperationalError
from tortoise.migrations.autodetector import MigrationAutodetector

from fedirec.accounts.models import AuditEvent
from fedirec.activitypub.models import Actor, ActorKey
from fedirec.clock import now
from fedirec.db import configuration, execute, fetch_rows, migrate, open_database, transaction
from fedirec.db.triggers import APPEND_ONLY
from fedirec.errors import Misconfigured
from fedirec.lanes.models import Lane

INDEXES = """
    SELECT m.name AS "table", group_concat(c.name) AS columns, i."unique"
      FROM sqlite_master m, pragma_index_list(m.name) i, pragma_index_info(i.name) c
     WHERE m.type = 'table' AND m.name <> 'tortoise_migrations' AND m.name NOT LIKE '%_words_%'
     GROUP BY m.name, i.name ORDER BY 1, 2, 3
"""


async def test_no_migration_is_missing() -> None:
    config = configuration("sqlite://:memory:")
    async with TortoiseContext() as context:
        await context.init(config)
        assert context.apps is not None
        apps = {name: app.to_dict() for name, app in config.apps.items()}
        assert await MigrationAutodetector(context.apps, apps).changes() == []


async def test_migrating_gives_the_indexes_that_the_models_declare(tmp_path: Path) -> None:
    migrated = f"sqlite://{tmp_path}/migrated.sqlite3"
    await migrate(migrated)
    async with open_database(migrated):
        found = await fetch_rows(INDEXES)

    async with open_database(f"sqlite://{tmp_path}/fresh.sqlite3") as context:
        await context.generate_schemas()
        declared = await fetch_rows(INDEXES)

    assert found == declared


async def test_migrating_again_changes_nothing_and_keeps_the_rows(database_url: str) -> None:
    async with open_database(database_url):
        actor = await _actor()
        await ActorKey.create(actor=actor, key_id="k", kind="rsa", public="p", fingerprint="f")

    await migrate(database_url)

    async with open_database(database_url):
        assert await ActorKey.filter(actor_id=actor.id).count() == 1


@pytest.mark.parametrize("verb", ["UPDATE audit_event SET action = 'other'", "DELETE FROM audit_event"])
async def test_the_audit_log_cannot_be_rewritten(database: str, verb: str) -> None:
    await AuditEvent.create(actor_uri="a", action="suspend", subject_uri="b")

    with pytest.raises((IntegrityError, OperationalError), match="never changed"):
        await execute(verb)

    assert (await AuditEvent.get()).action == "suspend"


async def test_replacing_a_row_of_an_append_only_table_is_refused_too(database: str, database_kind: str) -> None:
    event = await AuditEvent.create(actor_uri="a", action="suspend", subject_uri="b")
    replace = (
        "INSERT OR REPLACE INTO audit_event (id, actor_uri, action, subject_uri, details, created_at) "
        "VALUES (?, 'x', 'x', 'x', '{}', '2026-01-01')"
        if database_kind == "sqlite"
        else "INSERT INTO audit_event (id, actor_uri, action, subject_uri, details, created_at) "
        "VALUES (?, 'x', 'x', 'x', '{}', '2026-01-01') ON CONFLICT (id) DO UPDATE SET action = 'x'"
    )
    with pytest.raises((IntegrityError, OperationalError), match="never changed"):
        await execute(replace, event.id)


async def test_truncating_an_append_only_table_is_refused(database: str, database_kind: str) -> None:
    if database_kind == "sqlite":
        return  # there is no TRUNCATE in SQLite; its DELETE is refused above
    for table in APPEND_ONLY:
        with pytest.raises(OperationalError, match="never changed"):
            await execute(f"TRUNCATE {table} CASCADE")


async def test_a_transaction_that_fails_leaves_nothing(database: str) -> None:
    async def fail() -> None:
        async with transaction():
            await _actor()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await Actor.exists() is False


async def test_a_nested_transaction_can_fail_alone(database: str) -> None:
    async with transaction():
        actor = await _actor()
        with pytest.raises(IntegrityError):
            async with transaction():
                await _actor()
    assert (await Actor.get()).id == actor.id


async def test_question_marks_are_placeholders_on_both_databases(database: str) -> None:
    rows = await fetch_rows("SELECT CAST(? AS INTEGER) + CAST(? AS INTEGER) AS total", 1, 2)
    assert [dict(row) for row in rows] == [{"total": 3}]


async def test_a_database_that_cannot_be_opened_is_named_without_its_password() -> None:
    with pytest.raises(Misconfigured, match="cannot be opened") as caught:
        async with open_database("postgres://me:secret@127.0.0.1:1/none"):
            pass
    assert "secret" not in str(caught.value)


async def test_a_database_in_a_missing_folder_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="cannot be opened"):
        async with open_database(f"sqlite://{tmp_path}/nowhere/x.sqlite3"):
            pass


def _read_then_write(database: str, times: int) -> None:
    async def work() -> None:
        async with open_database(database):
            for _ in range(times):
                async with transaction():
                    lane = await Lane.get(key="shared")
                    await Lane.filter(key="shared").update(failures=lane.failures + 1)

    asyncio.run(work())


async def test_two_processes_that_read_and_then_write_wait_for_each_other(tmp_path: Path) -> None:
    database = f"sqlite://{tmp_path}/shared.sqlite3"
    await migrate(database)
    async with open_database(database):
        await Lane.create(key="shared", kind="test")

    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=_read_then_write, args=(database, 60)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        await asyncio.to_thread(process.join, 60)

    assert [process.exitcode for process in processes] == [0, 0]
    async with open_database(database):
        assert (await Lane.get(key="shared")).failures == 120


async def _actor() -> Actor:
    return await Actor.create(
        uri="https://a.test/u/ana", type="Person", handle="ana", host="a.test", created_at=now(), inbox=None
    )
