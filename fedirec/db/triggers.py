"""Tables whose rows, once written, stay as they are.

Disputes are decided by what was true then: evidence, key histories, terms, the audit log. The database itself refuses
to change them, whoever asks. Tortoise drops triggers when it rebuilds a table on SQLite, so they are made again after
every migration and then looked for.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

APPEND_ONLY: Final = ("actor_key", "evidence", "snapshot", "challenge_terms", "record_revision", "audit_event")

_Fetch = Callable[..., Awaitable[Sequence[dict[str, Any]]]]
_Script = Callable[[str], Awaitable[None]]

_POSTGRES_FUNCTION: Final = """
CREATE OR REPLACE FUNCTION fedirec_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME USING ERRCODE = '23000'; END $$;
"""


async def install_triggers(fetch: _Fetch, script: _Script, *, sqlite: bool) -> None:
    """From here on the append-only tables refuse UPDATE and DELETE (and TRUNCATE on PostgreSQL)."""
    missing = await missing_triggers(fetch, sqlite=sqlite)
    if missing and not sqlite:
        await script(_POSTGRES_FUNCTION)
    for table in APPEND_ONLY:
        for verb in ("update", "delete") if sqlite else ("update", "delete", "truncate"):
            name = f"{table}_no_{verb}"
            if name not in missing:
                continue
            if sqlite:
                await script(
                    f"CREATE TRIGGER {name} BEFORE {verb.upper()} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are never changed'); END;"
                )
            else:
                each = "STATEMENT" if verb == "truncate" else "ROW"
                await script(
                    f"CREATE TRIGGER {name} BEFORE {verb.upper()} ON {table} "
                    f"FOR EACH {each} EXECUTE FUNCTION fedirec_append_only();"
                )


async def missing_triggers(fetch: _Fetch, *, sqlite: bool) -> set[str]:
    """The names of protecting triggers that the database does not have."""
    rows = await fetch(
        "SELECT name FROM sqlite_master WHERE type = 'trigger'" if sqlite else "SELECT tgname AS name FROM pg_trigger"
    )
    verbs = ("update", "delete") if sqlite else ("update", "delete", "truncate")
    return {f"{table}_no_{verb}" for table in APPEND_ONLY for verb in verbs} - {row["name"] for row in rows}
