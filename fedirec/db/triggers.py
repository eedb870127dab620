"""Tables whose rows, once written, stay as they are.

Disputes are decided by what was true then: evidence, key histories, terms, the audit log. The database itself refuses
to change them, whoever asks. One change it lets through: what somebody said, or their name, is taken out of a row
(BLANKS), for people may leave and be forgotten; nothing can be put in its place. Tortoise drops triggers when it
rebuilds a table on SQLite, so they are made again after every migration and then looked for. A trigger that lets
blanks through lists the columns of its table, so it is named after that list: when a table has further columns, or
other ones may be emptied, the one that knows all of them is missing, and takes the place of the one before.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

APPEND_ONLY: Final = (
    "actor_key",
    "evidence",
    "snapshot",
    "challenge_terms",
    "record_revision",
    "audit_event",
    "log_entry",
    "agreement",
    "manifest",
    "journal_entry",
    "posting",
    "chain_link",
    "chain_head",
    "proposal_revision",
    "share",
    "locked_share",
    "stance",
    "proposal_decision",
    "monetization_grant",
    "payee_event",
)

BLANKS: Final[Mapping[str, Mapping[str, str]]] = {
    "record_revision": {"document": "{}", "envelope": "{}", "editor_uri": ""},
    "snapshot": {"document": "{}", "envelope": "{}", "author_name": "", "author_handle": ""},
    "evidence": {"body": "", "signed_headers": "[]"},
    "log_entry": {"reason": "", "details": "{}"},
    "agreement": {"words": ""},
    "manifest": {"document": "{}"},
    "chain_link": {"document": ""},
    "proposal_revision": {"document": "{}", "note": ""},
    "stance": {"reason": ""},
    "proposal_decision": {"reason": ""},
    "monetization_grant": {"words": ""},
}
"""The columns that may be emptied, by table, and what they hold then."""

_Fetch = Callable[..., Awaitable[Sequence[dict[str, Any]]]]
_Script = Callable[[str], Awaitable[None]]

_POSTGRES_FUNCTION: Final = """
CREATE OR REPLACE FUNCTION fedirec_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME USING ERRCODE = '23000'; END $$;
"""


async def install_triggers(
    fetch: _Fetch, script: _Script, *, sqlite: bool, tables: Sequence[str] = APPEND_ONLY
) -> None:
    """From here on `tables` refuse UPDATE and DELETE (and TRUNCATE on PostgreSQL)."""
    present = await _present(fetch, sqlite=sqlite)
    wanted = await _wanted(fetch, tables, sqlite=sqlite)
    if wanted.keys() <= present:
        return
    if not sqlite:
        await script(_POSTGRES_FUNCTION)
    for name, (table, verb, when) in wanted.items():
        if name in present:
            continue
        if sqlite:
            await script(
                f"CREATE TRIGGER {name} BEFORE {verb.upper()} ON {table} {when}"
                f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are never changed'); END;"
            )
        else:
            each = "STATEMENT" if verb == "truncate" else "ROW"
            await script(
                f"CREATE TRIGGER {name} BEFORE {verb.upper()} ON {table} "
                f"FOR EACH {each} {when}EXECUTE FUNCTION fedirec_append_only();"
            )
    for table in BLANKS.keys() & set(tables):  # what was made for other columns, or before anything could be blanked
        for name in present - wanted.keys():
            if name.startswith((f"{table}_no_update", f"{table}_no_rewrite")):
                await script(f"DROP TRIGGER IF EXISTS {name}" + ("" if sqlite else f" ON {table}"))


async def missing_triggers(fetch: _Fetch, *, sqlite: bool) -> set[str]:
    """The names of protecting triggers that the database does not have, or has turned off."""
    wanted, present = await _wanted(fetch, APPEND_ONLY, sqlite=sqlite), await _present(fetch, sqlite=sqlite)
    off = [] if sqlite else await fetch("SELECT tgname AS name FROM pg_trigger WHERE tgenabled NOT IN ('O', 'A')")
    return wanted.keys() - present | wanted.keys() & {str(row["name"]) for row in off}


async def _present(fetch: _Fetch, *, sqlite: bool) -> set[str]:
    rows = await fetch(
        "SELECT name FROM sqlite_master WHERE type = 'trigger'" if sqlite else "SELECT tgname AS name FROM pg_trigger"
    )
    return {str(row["name"]) for row in rows}


async def _wanted(fetch: _Fetch, tables: Sequence[str], *, sqlite: bool) -> dict[str, tuple[str, str, str]]:
    """The table, the verb and the WHEN of each protecting trigger, by its name."""
    wanted = {}
    for table in tables:
        for verb in ("update", "delete") if sqlite else ("update", "delete", "truncate"):
            name, when = f"{table}_no_{verb}", ""
            if verb == "update" and table in BLANKS:
                when = await _when_rewritten(fetch, table, sqlite=sqlite)
                name = f"{table}_no_rewrite_{sha256(when.encode()).hexdigest()[:12]}"
            wanted[name] = table, verb, when
    return wanted


async def _when_rewritten(fetch: _Fetch, table: str, *, sqlite: bool) -> str:
    """The WHEN of a trigger for changes that do more than to empty columns in BLANKS."""
    rows = await fetch(
        "SELECT name FROM pragma_table_info(?)"
        if sqlite
        else "SELECT column_name AS name FROM information_schema.columns "
        "WHERE table_name = ? AND table_schema = current_schema()",
        table,
    )
    same = "IS" if sqlite else "IS NOT DISTINCT FROM"
    parts = []
    for column in sorted(str(row["name"]) for row in rows):
        kept = f"NEW.{column} {same} OLD.{column}"
        blank = BLANKS[table].get(column)
        parts.append(kept if blank is None else f"({kept} OR NEW.{column} = {_blank(column, blank, sqlite=sqlite)})")
    return f"WHEN (NOT ({' AND '.join(parts)})) "


def _blank(column: str, value: str, *, sqlite: bool) -> str:
    if column == "body":
        return "x''" if sqlite else "''::bytea"
    return f"'{value}'" if sqlite or value == "" else f"'{value}'::jsonb"
