"""Tables whose rows, once written, stay as they are.

Disputes are decided by what was true then: evidence, key histories, terms, the audit log. The database itself refuses
to change them, whoever asks. One change it lets through: what somebody said, or their name, is taken out of a row
(BLANKS), for people may leave and be forgotten; nothing can be put in its place. Tortoise drops triggers when it
rebuilds a table on SQLite, so they are made again after every migration and then looked for. A trigger that lets
blanks through lists the columns of its table, so it is named after that list: when a table has further columns, or
other ones may be emptied, the one that knows all of them is missing, and takes the place of the one before. A trigger
of that name which does something else is no protection either: what is compared is what the database says it does.
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

_BODY: Final = "\nBEGIN RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME USING ERRCODE = '23000'; END "
_POSTGRES_FUNCTION: Final = (
    f"CREATE OR REPLACE FUNCTION fedirec_append_only() RETURNS trigger LANGUAGE plpgsql AS $${_BODY}$$;"
)


async def install_triggers(
    fetch: _Fetch, script: _Script, *, sqlite: bool, tables: Sequence[str] = APPEND_ONLY
) -> None:
    """From here on `tables` refuse UPDATE and DELETE (and TRUNCATE on PostgreSQL)."""
    present = await _present(fetch, sqlite=sqlite)
    wanted = await _wanted(fetch, tables, sqlite=sqlite)
    lacking = _lacking(wanted, present)
    if not lacking:
        return
    if not sqlite:
        await script(_POSTGRES_FUNCTION)
    for name in lacking:
        table, definition = wanted[name]
        await script(_dropping(name, table, sqlite=sqlite))
        await script(f"{definition};")
    for table in BLANKS.keys() & set(tables):  # what was made for other columns, or before anything could be blanked
        for name in present.keys() - wanted.keys():
            if name.startswith((f"{table}_no_update", f"{table}_no_rewrite")):
                await script(_dropping(name, table, sqlite=sqlite))


async def missing_triggers(fetch: _Fetch, *, sqlite: bool) -> set[str]:
    """The names of protecting triggers that the database does not have, has turned off, or that do something else."""
    wanted = await _wanted(fetch, APPEND_ONLY, sqlite=sqlite)
    return set(_lacking(wanted, await _present(fetch, sqlite=sqlite)))


def _lacking(wanted: Mapping[str, tuple[str, str]], present: Mapping[str, str]) -> list[str]:
    return [name for name, (_, definition) in wanted.items() if present.get(name) != definition]


def _dropping(name: str, table: str, *, sqlite: bool) -> str:
    return f"DROP TRIGGER IF EXISTS {name}{'' if sqlite else f' ON {table}'};"


async def _present(fetch: _Fetch, *, sqlite: bool) -> dict[str, str]:
    """How the database tells each trigger, by name: empty for one that is turned off or whose function is another."""
    if sqlite:
        rows = await fetch("SELECT name, sql AS definition FROM sqlite_master WHERE type = 'trigger'")
    else:
        rows = await fetch(
            "SELECT t.tgname AS name, CASE WHEN t.tgenabled IN ('O', 'A') AND f.prosrc = ? AND l.lanname = 'plpgsql' "
            "THEN pg_get_triggerdef(t.oid) ELSE '' END AS definition FROM pg_trigger AS t "
            "JOIN pg_class AS c ON c.oid = t.tgrelid AND c.relnamespace = current_schema()::regnamespace "
            "JOIN pg_proc AS f ON f.oid = t.tgfoid JOIN pg_language AS l ON l.oid = f.prolang WHERE NOT t.tgisinternal",
            _BODY,
        )
    return {str(row["name"]): str(row["definition"]) for row in rows}


async def _wanted(fetch: _Fetch, tables: Sequence[str], *, sqlite: bool) -> dict[str, tuple[str, str]]:
    """The table and the definition of each protecting trigger by its name, spelled as the database tells them."""
    schema = "" if sqlite else f"{(await fetch('SELECT quote_ident(current_schema()) AS name'))[0]['name']}."
    wanted = {}
    for table in tables:
        for verb in ("update", "delete") if sqlite else ("update", "delete", "truncate"):
            name, when = f"{table}_no_{verb}", ""
            if verb == "update" and table in BLANKS:
                when = f"WHEN ({await _rewritten(fetch, table, sqlite=sqlite)}) "
                name = f"{table}_no_rewrite_{sha256(when.encode()).hexdigest()[:12]}"
            start = f"CREATE TRIGGER {name} BEFORE {verb.upper()} ON {schema}{table} "
            if sqlite:
                end = f"{when}BEGIN SELECT RAISE(ABORT, 'rows of {table} are never changed'); END"
            else:
                each = "STATEMENT" if verb == "truncate" else "ROW"
                end = f"FOR EACH {each} {when}EXECUTE FUNCTION fedirec_append_only()"
            wanted[name] = table, start + end
    return wanted


async def _rewritten(fetch: _Fetch, table: str, *, sqlite: bool) -> str:
    """The condition under which a change does more than to empty columns in BLANKS.

    For PostgreSQL it has each bracket and each type with which pg_get_triggerdef tells it.
    """
    parts = []
    if sqlite:
        for row in sorted(await fetch("SELECT name FROM pragma_table_info(?)", table), key=lambda row: row["name"]):
            column = row["name"]
            kept, blank = f"NEW.{column} IS OLD.{column}", BLANKS[table].get(column)
            emptied = "x''" if column == "body" else f"'{blank}'"
            parts.append(kept if blank is None else f"({kept} OR NEW.{column} = {emptied})")
        return f"NOT ({' AND '.join(parts)})"
    for row in await fetch(
        "SELECT column_name AS name, quote_ident(column_name) AS quoted, data_type AS type FROM "
        "information_schema.columns WHERE table_name = ? AND table_schema = current_schema() ORDER BY column_name",
        table,
    ):
        kind = "text" if row["type"] == "character varying" else str(row["type"])
        new, old = (
            f"({side}.{row['quoted']})::text" if row["type"] == "character varying" else f"{side}.{row['quoted']}"
            for side in ("new", "old")
        )
        kept, blank = f"(NOT ({new} IS DISTINCT FROM {old}))", BLANKS[table].get(str(row["name"]))
        left = "\\x" if kind == "bytea" else blank
        parts.append(kept if blank is None else f"({kept} OR ({new} = '{left}'::{kind}))")
    return f"(NOT ({' AND '.join(parts)}))"
