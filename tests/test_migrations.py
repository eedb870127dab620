"""A database of an earlier version, with rows in it, is brought up to date and loses nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import pytest
from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.context import TortoiseContext
from tortoise.exceptions import IntegrityError, OperationalError
from tortoise.migrations.api import migrate as apply_migrations

from fedirec.accounts.models import Account
from fedirec.activitypub.actors.vouching import changed_since, history_of
from fedirec.db import configuration, execute, execute_script, fetch_rows, migrate, open_database
from fedirec.db.triggers import APPEND_ONLY, install_triggers, missing_triggers
from fedirec.media.models import Media
from fedirec.remix.models import Attachment, ChallengeTerms, Record, Source, Submission
from fedirec.remix.queries.trails import trail_of
from tests.databases import Databases

FIRST: Final = "fedirec.0001_initial"
MOMENT: Final = "2026-11-20 12:00:00+00:00"
ROWS: Final[list[tuple[str, Mapping[str, Any]]]] = [
    (
        "actor",
        {
            "id": 1,
            "uri": "https://here.test/u/ana",
            "type": "Person",
            "is_local": True,
            "local_handle": "ana",
            "handle": "ana",
            "host": "here.test",
            "also_known_as": [],
            "created_at": MOMENT,
        },
    ),
    (
        "account",
        {"id": 1, "actor_id": 1, "password_hash": "x", "role": "owner", "state": "active", "created_at": MOMENT},
    ),
    (
        "media",
        {
            "id": 1,
            "key": "01jd0000000000000000000000",
            "owner_id": 1,
            "kind": "image",
            "media_type": "image/png",
            "size": 10,
            "sha256": "0" * 64,
            "digest": "z",
            "path": f"00/00/{'0' * 64}.png",
            "file_name": "stars.png",
            "attached_at": MOMENT,
            "created_at": MOMENT,
        },
    ),
    *(
        (
            "record",
            {
                "id": number,
                "uri": f"https://here.test/records/{number}",
                "author_id": 1,
                "kind": "image",
                "title": title,
                "licence": "CC-BY-4.0",
                "visibility": "public",
                "published_at": MOMENT,
            },
        )
        for number, title in ((1, "First stars"), (2, "Second stars"))
    ),
    (
        "attachment",
        {
            "id": 1,
            "record_id": 1,
            "media_id": 1,
            "position": 0,
            "kind": "image",
            "media_type": "image/png",
            "url": f"https://here.test/media/00/00/{'0' * 64}.png",
            "description": "Lights",
        },
    ),
    *(
        (
            "source",
            {
                "id": number,
                "record_id": 2,
                "uri": f"https://{host}/records/1",
                "relation": "adapts",
                "position": number,
                "created_at": MOMENT,
            },
        )
        for number, host in ((1, "here.test"), (2, "there.test"))
    ),
    (
        "audit_event",
        {
            "id": 1,
            "actor_uri": "https://here.test/u/ana",
            "action": "set_up",
            "subject_uri": "x",
            "details": {},
            "created_at": MOMENT,
        },
    ),
]


async def test_rows_of_the_first_version_are_all_there_after_every_migration(
    databases: Databases, database_kind: str
) -> None:
    address = databases.empty(database_kind)
    await _make_first_version(address, on_sqlite=database_kind == "sqlite")

    await migrate(address)

    async with open_database(address):
        for table, row in ROWS:
            columns = ", ".join(name for name in row if not name.endswith("_at"))
            [found] = await fetch_rows(f"SELECT {columns} FROM {table} WHERE id = {row['id']}")  # noqa: S608
            assert {name: _plain(value) for name, value in found.items()} == {
                name: _plain(value) for name, value in row.items() if not name.endswith("_at")
            }
        record = await Record.get(id=2).select_related("author__account")
        assert (record.title, record.author.account.role) == ("Second stars", "owner")  # type: ignore[attr-defined]
        known, unknown = await Source.all().order_by("id")
        assert (known.uri, known.parent_id) == ("https://here.test/records/1", 1)
        assert (unknown.uri, unknown.parent_id) == ("https://there.test/records/1", None)
        trail = await trail_of("https://here.test/records/2")
        assert set(trail.up) == {known.uri, unknown.uri}
        assert set((await trail_of(known.uri)).down) == {"https://here.test/records/2"}
        assert (await Attachment.get().select_related("media")).description == "Lights"
        # What is new has a value that is true of what is old.
        assert (await Media.get()).state == "processing"  # a chore makes what pages show of it
        assert (await Account.get()).visibility == "public"
    databases.drop(address)


NINTH: Final = "fedirec.0009_waiting"
PROTECTED: Final[dict[str, dict[str, Any]]] = {
    "record_revision": {
        "id": 1,
        "record_id": 1,
        "number": 1,
        "document": {"name": "First stars"},
        "digest": "zQm",
        "created_at": MOMENT,
    },
    "snapshot": {
        "id": 1,
        "uri": "https://there.test/records/1",
        "author_uri": "https://there.test/u/bo",
        "author_handle": "bo@there.test",
        "author_name": "Bo",
        "kind": "image",
        "title": "Old stars",
        "licence": "CC-BY-4.0",
        "licence_url": None,
        "media_digests": [],
        "record_digest": None,
        "published_at": MOMENT,
        "document": {"name": "Old stars"},
        "document_digest": "zQm",
        "fetched_at": MOMENT,
    },
}
"""Rows of append-only tables as the release before knew them; its triggers named these columns."""


async def test_what_a_later_version_adds_to_a_row_that_is_never_changed_is_protected_too(
    databases: Databases, database_kind: str
) -> None:
    address, on_sqlite = databases.empty(database_kind), database_kind == "sqlite"
    await _make_first_version(address, on_sqlite=on_sqlite)
    EXECUTOR_CACHE.clear()
    async with TortoiseContext():
        await apply_migrations(config=configuration(address, foreign_keys=False), target=NINTH)
        for table, row in PROTECTED.items():
            await _insert(table, row, on_sqlite=on_sqlite)
            await _protect_as_before(table, row, on_sqlite=on_sqlite)
    EXECUTOR_CACHE.clear()

    await migrate(address)

    async with open_database(address):
        for refused in (
            "UPDATE snapshot SET envelope = '{\"id\": 1}'",
            "UPDATE snapshot SET updated_at = fetched_at",
            "UPDATE snapshot SET title = 'Mine'",
            "UPDATE record_revision SET envelope = '{\"id\": 1}'",
            "UPDATE record_revision SET editor_uri = 'https://there.test/u/eve'",
            "DELETE FROM snapshot",
            "DELETE FROM record_revision",
        ):
            with pytest.raises((IntegrityError, OperationalError), match="never changed"):
                await execute(refused)
        for blanked in (
            "UPDATE snapshot SET document = '{}', envelope = '{}', author_name = ''",
            "UPDATE record_revision SET document = '{}', envelope = '{}', editor_uri = ''",
        ):
            await execute(blanked)
        assert await missing_triggers(fetch_rows, sqlite=on_sqlite) == set()
        rows = await fetch_rows(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            if on_sqlite
            else "SELECT tgname AS name FROM pg_trigger WHERE NOT tgisinternal"
        )
        names = {row["name"] for row in rows}
        for table in PROTECTED:
            assert len([name for name in names if name.startswith(f"{table}_no_rewrite")]) == 1
    databases.drop(address)


async def test_keys_from_before_are_vouched_for_and_nobody_changes_that(
    databases: Databases, database_kind: str
) -> None:
    address, on_sqlite = databases.empty(database_kind), database_kind == "sqlite"
    await _make_first_version(address, on_sqlite=on_sqlite)
    key = {"actor_id": 1, "key_id": "https://there.test/u/bo#main-key", "kind": "rsa", "public": "x"}
    EXECUTOR_CACHE.clear()
    async with TortoiseContext():
        await apply_migrations(config=configuration(address, foreign_keys=False), target=NINTH)
        for number, fingerprint in enumerate(("zQmFirst", "zQmSecond"), 1):
            row = {"id": number, **key, "fingerprint": fingerprint, "seen_at": MOMENT}
            await _insert("actor_key", row, on_sqlite=on_sqlite)
    EXECUTOR_CACHE.clear()

    await migrate(address)

    async with open_database(address):
        history = await history_of(1)
        assert [(seen.fingerprint, seen.is_vouched) for seen in history] == [("zQmFirst", True), ("zQmSecond", True)]
        assert changed_since(history) is None
        with pytest.raises((IntegrityError, OperationalError), match="never changed"):
            await execute("UPDATE actor_key SET is_vouched = (1 = 0)")
    databases.drop(address)


TENTH: Final = "fedirec.0010_consent"


async def test_challenges_and_submissions_from_before_stand_as_they_stood(
    databases: Databases, database_kind: str
) -> None:
    address, on_sqlite = databases.empty(database_kind), database_kind == "sqlite"
    await _make_first_version(address, on_sqlite=on_sqlite)
    EXECUTOR_CACHE.clear()
    async with TortoiseContext():
        await apply_migrations(config=configuration(address, foreign_keys=False), target=TENTH)
        challenge = {"id": 1, "actor_id": 1, "title": "First stars", "kinds": [], "state": "open", "opened_at": MOMENT}
        await _insert("challenge", challenge, on_sqlite=on_sqlite)
        terms = {"id": 1, "challenge_id": 1, "version": 1, "licence": "CC-BY-4.0", "pays": "nothing"}
        decided = {"decided_by": "leaders", "digest": "zQmTerms", "created_at": MOMENT}
        await _insert("challenge_terms", terms | decided, on_sqlite=on_sqlite)
        offer = {"id": 1, "challenge_id": 1, "record_id": 1, "via": "local", "terms_version": 1, "created_at": MOMENT}
        await _insert("submission", offer, on_sqlite=on_sqlite)
    EXECUTOR_CACHE.clear()

    await migrate(address)

    async with open_database(address):
        submission = await Submission.get().select_related("challenge")
        assert (submission.state, submission.outcome, submission.is_late) == ("pending", "", False)
        assert (submission.challenge.state, submission.challenge.grace_minutes) == ("open", 60)
        terms_row = await ChallengeTerms.get()
        assert (terms_row.digest, terms_row.rule, terms_row.method) == ("zQmTerms", "", "")
        with pytest.raises((IntegrityError, OperationalError), match="never changed"):
            await execute("UPDATE challenge_terms SET rule = 'by need'")
    databases.drop(address)


async def _protect_as_before(table: str, row: Mapping[str, Any], *, on_sqlite: bool) -> None:
    """The trigger stands that the release before made: it knows the columns of that time."""
    same = "IS" if on_sqlite else "IS NOT DISTINCT FROM"
    columns = " AND ".join(f"NEW.{name} {same} OLD.{name}" for name in row)
    for name in (f"{table}_no_update", f"{table}_no_rewrite"):
        await execute_script(f"DROP TRIGGER IF EXISTS {name}" + ("" if on_sqlite else f" ON {table}"))
    end = (
        f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are never changed'); END;"
        if on_sqlite
        else "EXECUTE FUNCTION fedirec_append_only();"
    )
    each = "" if on_sqlite else "FOR EACH ROW "
    await execute_script(
        f"CREATE TRIGGER {table}_no_rewrite BEFORE UPDATE ON {table} {each}WHEN (NOT ({columns})) {end}"
    )


async def _make_first_version(address: str, *, on_sqlite: bool) -> None:
    EXECUTOR_CACHE.clear()
    async with TortoiseContext():
        await apply_migrations(config=configuration(address, foreign_keys=False), target=FIRST)
        for table, row in ROWS:
            await _insert(table, row, on_sqlite=on_sqlite)
        await install_triggers(fetch_rows, execute_script, sqlite=on_sqlite, tables=APPEND_ONLY[:6])
    EXECUTOR_CACHE.clear()


async def _insert(table: str, row: Mapping[str, Any], *, on_sqlite: bool) -> None:
    values = [_stored(value, on_sqlite=on_sqlite) for value in row.values()]
    places = ", ".join("?" if on_sqlite or not name.endswith("_at") else f"'{value}'" for name, value in row.items())
    given = [value for name, value in zip(row, values, strict=True) if on_sqlite or not name.endswith("_at")]
    await execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", *given)  # noqa: S608


def _stored(value: Any, *, on_sqlite: bool) -> Any:
    if isinstance(value, list | dict):
        return json.dumps(value)
    return int(value) if on_sqlite and isinstance(value, bool) else value


def _plain(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in ("[", "{"):
        return json.loads(value)
    return int(value) if isinstance(value, bool) else value
