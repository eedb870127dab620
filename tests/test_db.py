"""The database is what the models say it is, and refuses what must never happen."""

from __future__ import annotations

import ast
import asyncio
import errno
import multiprocessing
from pathlib import Path

import pytest
from tortoise.context import TortoiseContext
from tortoise.exceptions import IntegrityError, OperationalError
from tortoise.migrations.autodetector import MigrationAutodetector

from fedirec.accounts.models import AuditEvent
from fedirec.activitypub.models import Actor, ActorKey
from fedirec.clock import now
from fedirec.db import (
    add_row,
    configuration,
    execute,
    fetch_rows,
    migrate,
    open_database,
    transaction,
    version_of,
)
from fedirec.db.apart import each_apart
from fedirec.db.outages import is_outage
from fedirec.db.triggers import APPEND_ONLY
from fedirec.errors import Misconfigured
from fedirec.lanes.models import Lane
from tests.databases import Databases

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


async def test_a_row_with_which_something_fails_keeps_no_other_waiting_and_an_outage_ends_it(
    database: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def open_lane(name: str) -> str:
        async with transaction():
            await Lane.create(key=name, kind="deliver")
            if name == "broken":
                raise ValueError("what nobody thought of")
            if name == "away":
                raise OSError(errno.ENOSPC, "No space left on device")
        return name

    assert await each_apart(["first", "broken", "last"], open_lane) == ["first", "last"]
    assert "left as it was: str broken" in caplog.text
    assert "what nobody thought of" in caplog.text
    with pytest.raises(OSError, match="No space"):
        await each_apart(["away", "never"], open_lane)
    assert [lane.key for lane in await Lane.all().order_by("key")] == ["first", "last"]


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


async def test_a_long_query_keeps_nobody_waiting(tmp_path: Path) -> None:
    """Quick statements run in the event loop; what turned out to be long never does."""
    long = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT count(*) AS n FROM n"
    select = f"SELECT n FROM ({long})"  # noqa: S608
    async with open_database(f"sqlite://{tmp_path}/x.sqlite3"):
        for _ in range(3):
            beats = 0
            waiting = asyncio.create_task(fetch_rows(select, 1_000_000))
            while not waiting.done():
                beats += 1
                await asyncio.sleep(0.001)
            assert waiting.result()[0]["n"] == 1_000_000
            assert beats > 5


async def test_whoever_reads_after_somebody_was_cancelled_reads_the_truth(database: str) -> None:
    await _actor()
    asked = [asyncio.create_task(fetch_rows("SELECT count(*) AS n FROM actor WHERE id > ?", n)) for n in range(20)]
    await asyncio.sleep(0)
    for task in asked[::2]:
        task.cancel()
    await asyncio.gather(*asked, return_exceptions=True)

    assert (await fetch_rows("SELECT count(*) AS n FROM actor"))[0]["n"] == 1


WRITES = [
    ("INSERT INTO peer (origin, policy, created_at) VALUES ('https://a.example', 'allow', '2026-01-01')", "added"),
    ("UPDATE peer SET policy = 'block'", "changed"),
    ("DELETE FROM peer", "changed"),
    (
        "INSERT INTO peer (origin, policy, created_at) VALUES ('https://a.example', 'allow', '2026-01-01') "
        "ON CONFLICT (origin) DO UPDATE SET policy = 'block'",
        "both",
    ),
    ("WITH x AS (SELECT 1) UPDATE peer SET policy = 'block' WHERE 1 IN (SELECT * FROM x)", "changed"),
    ("SELECT * FROM peer", "neither"),
    ("UPDATE lane SET error = ''", "neither"),
]


@pytest.mark.parametrize(("sql", "what"), WRITES, ids=[f"{case[0][:20]} {case[1]}" for case in WRITES])
async def test_what_was_read_is_known_to_be_old_after_a_write(databases: Databases, sql: str, what: str) -> None:
    async with open_database(databases.new("sqlite")):
        added, changed = version_of(changed=(), added=("peer",)), version_of(changed=("peer",), added=())

        await execute(sql)

        assert (version_of(changed=(), added=("peer",)) != added) == (what in ("added", "both"))
        assert (version_of(changed=("peer",), added=()) != changed) == (what in ("changed", "both"))


async def test_what_was_read_in_a_transaction_that_is_rolled_back_is_old(databases: Databases) -> None:
    seen: list[int | None] = []

    async def fail() -> None:
        async with transaction():
            await execute("UPDATE peer SET policy = 'block'")
            seen.append(version_of(changed=("peer",)))
            raise ZeroDivisionError

    async with open_database(databases.new("sqlite")):
        with pytest.raises(ZeroDivisionError):
            await fail()
        assert version_of(changed=("peer",)) not in seen

        async with transaction():
            with pytest.raises(ZeroDivisionError):
                await fail()
            assert version_of(changed=("peer",)) not in seen


async def test_a_row_that_is_only_added_has_its_defaults(database: str) -> None:
    await add_row(Lane, key="a", kind="k")

    lane = await Lane.get(key="a")
    assert (lane.kind, lane.failures, lane.next_at) == ("k", 0, None)


@pytest.mark.parametrize("database_kind", ["postgres"], indirect=True)
async def test_a_connection_that_breaks_on_its_way_back_is_not_used_again(database: str) -> None:
    async def break_when_given_back() -> None:
        async with transaction():
            await execute(
                "CREATE FUNCTION public.pg_advisory_unlock_all() RETURNS void LANGUAGE sql AS "
                "'SELECT pg_terminate_backend(pg_backend_pid())'"
            )  # the pool asks for it by this name whenever it gets a connection back
            await execute("SET search_path = public, pg_catalog")

    with pytest.raises(Exception, match=r"terminating connection|closed") as caught:
        await break_when_given_back()
    assert is_outage(caught.value)

    async with transaction():
        await _actor()
    assert await Actor.all().count() == 1


@pytest.mark.parametrize("database_kind", ["postgres"], indirect=True)
async def test_who_gives_way_where_two_wait_for_each_other_may_try_again(database: str) -> None:
    holding = [asyncio.Event(), asyncio.Event()]

    async def hold_both(first: int) -> None:
        async with transaction():
            await execute("SELECT pg_advisory_xact_lock(?)", first)
            holding[first].set()
            await holding[1 - first].wait()
            await execute("SELECT pg_advisory_xact_lock(?)", 1 - first)

    ended = await asyncio.gather(hold_both(0), hold_both(1), return_exceptions=True)
    gave_way = [error for error in ended if isinstance(error, Exception)]
    assert [is_outage(error) for error in gave_way] == [True]


@pytest.mark.parametrize("database_kind", ["postgres"], indirect=True)
async def test_queries_are_not_compiled_for_longer_than_they_take(database: str) -> None:
    assert await fetch_rows("SHOW jit") == [{"jit": "off"}]


def test_nothing_is_left_out_by_two_conditions_at_once() -> None:
    """Tortoise denies each by itself: `exclude(a=1, b=2)` leaves out what is either, a `Q` in it what is both."""
    found = []
    for path in sorted((Path(__file__).parents[1] / "fedirec").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)) if ".exclude(" in text else ():
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "exclude":
                found += [f"{path.name}:{node.lineno}"] * (len(node.args) + len(node.keywords) > 1)
    assert found == []
