"""Records that somebody looks for: by kind, words, tag, place, language, and what may be done with them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fedirec.accounts.boundaries import not_away
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db import fetch_rows, on_postgres
from fedirec.db.rows import json_numbers, numbers
from fedirec.db.search import Search, find_few, search_for
from fedirec.db.tables import marks
from fedirec.remix.kinds import KINDS
from fedirec.remix.models import Record
from fedirec.remix.queries.parts import records_in
from fedirec.remix.skills import openings
from fedirec.web.paging import Cursor

SPREAD: Final = 400
"""The newest records, whose instances and languages can be chosen among."""
MAX_CHOICES: Final = 24
_USED: Final = "s.in_graph AND s.withdrawn_at IS NULL"
_OF_HOST: Final = "SELECT o.id AS id FROM actor l CROSS JOIN record o WHERE l.host = ? AND o.author_id = l.id"
_OURS: Final = Search(
    sql="SELECT o.id AS id FROM actor l CROSS JOIN record o WHERE l.local_handle IS NOT NULL AND o.author_id = l.id",
    values=(),
)
"""Records of people of this instance: where others have many and we have few, nobody goes through theirs."""


_ASKING: Final = Search(sql="SELECT id FROM record WHERE feedback_wanted > ''", values=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Which records somebody would like to see."""

    kind: str = ""
    words: str = ""
    """Records that have them, and those by people whose names they are, as far as their authors want that."""
    tag: str = ""
    remixable: bool = False
    """Only those whose licence lets people remix them."""
    sellable: bool = False
    """Only those whose licence lets people earn money with them."""
    never_remixed: bool = False
    asks_for_feedback: bool = False
    """Only those whose authors would like to hear something about them."""
    is_local: bool = False
    """Only those of people of this instance."""
    host: str = ""
    language: str = ""
    skills: Sequence[str] = ()
    """Only those that wait for somebody who can do one of these: codes as in `fedirec.remix.skills`."""


async def explore(wish: Wish, *, viewer: Actor | None = None, after: Cursor | None, limit: int) -> list[Record]:
    """The newest records that fit `wish` and are not by somebody from whom `viewer` keeps away, with their parts."""
    parts, values = list[str](), list[Any]()

    def only(condition: str, *given: Any) -> None:
        parts.append(condition)
        values.extend(given)

    latest = now() if after is None else min(now(), after.at)
    only("r.visibility = 'public' AND r.deleted_at IS NULL AND r.published_at <= ?", latest)
    only("a.state IN ('active', 'deleted')")
    near = not_away(viewer)
    only(near.sql, *near.values)
    if wish.kind in KINDS:
        only("r.kind = ?", wish.kind)
    if wish.is_local:
        few = await find_few(_OURS)
        only(*(("a.is_local",) if few is None else _these(few)))
    if wish.host:
        few = await find_few(Search(sql=_OF_HOST, values=(wish.host,)))
        only(*(("a.host = ?", wish.host) if few is None else _these(few)))
    if wish.language:
        only("(r.language = ? OR r.language LIKE ?)", wish.language, f"{wish.language}-%")
    if wish.remixable or wish.skills:
        only("r.licence NOT LIKE '%-ND-%' AND r.licence NOT LIKE 'LicenseRef-%'")
    if wish.sellable:
        only("r.licence NOT LIKE '%-NC-%' AND r.licence NOT LIKE 'LicenseRef-%'")
    if wish.skills:
        only(*_waiting_for(wish.skills))
    if wish.never_remixed:
        only(f"NOT EXISTS (SELECT 1 FROM source s WHERE s.parent_id = r.id AND {_USED})")  # noqa: S608
    if wish.asks_for_feedback:
        only(*await _among(_ASKING))
    if wish.tag:
        only(*await _among(Search(sql="SELECT record_id AS id FROM record_tag WHERE name = ?", values=(wish.tag,))))
    if wish.words:
        found = search_records(wish.words)
        if found is None:
            return []
        only(*await _among(found))
        only("(a.is_indexable OR a.id = ?)", viewer.id if viewer else 0)
    if after is not None:
        only("(r.published_at < ? OR (r.published_at = ? AND r.id < ?))", after.at, after.at, after.id)
    rows = await fetch_rows(
        # CROSS: SQLite goes through an index that holds all that is asked of records, and looks up their authors then.
        f"SELECT r.id AS id FROM record r CROSS JOIN actor a WHERE a.id = r.author_id AND {' AND '.join(parts)} "  # noqa: S608
        "ORDER BY r.published_at DESC, r.id DESC LIMIT ?",
        *values,
        limit,
    )
    return await records_in([int(row["id"]) for row in rows])


def _waiting_for(skills: Collection[str]) -> tuple[Any, ...]:
    """The condition that a record is of a kind that one of `skills` builds on, and nobody made of it what they make."""
    open_to, values = list[str](), list[str]()
    for builds_on, makes in openings(skills):
        open_to.append(
            # Not NOT EXISTS: behind OR, PostgreSQL would gather what was made of any record before it looks at one.
            # And not IS NULL, which it takes for so rare that it would sort all that are left instead of the newest.
            f"(r.kind IN ({marks(builds_on)}) AND coalesce((SELECT 1 FROM source s CROSS JOIN record m "  # noqa: S608
            f"WHERE s.parent_id = r.id AND {_USED} AND m.id = s.record_id AND m.deleted_at IS NULL "
            f"AND m.kind IN ({marks(makes)}) LIMIT 1), 0) <> 1)"
        )
        values += [*builds_on, *makes]
    return (f"({' OR '.join(open_to)})" if open_to else "1 = 0", *values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Where the records that came last are from, and in which languages."""

    hosts: Sequence[str] = ()
    languages: Sequence[str] = ()


async def spread_of_records() -> Spread:
    """What can be chosen among the newest records: instances beside ours, and languages without their countries."""
    rows = await fetch_rows(
        "SELECT a.host AS host, a.is_local AS is_local, r.language AS language FROM record r "
        "JOIN actor a ON a.id = r.author_id WHERE r.visibility = 'public' AND r.deleted_at IS NULL "
        "AND r.published_at <= ? AND a.state IN ('active', 'deleted') AND NOT a.is_quiet "
        "ORDER BY r.published_at DESC LIMIT ?",
        now(),
        SPREAD,
    )
    hosts = dict.fromkeys(str(row["host"]) for row in rows if not row["is_local"])
    languages = dict.fromkeys(str(row["language"]).partition("-")[0].lower() for row in rows if row["language"])
    return Spread(hosts=sorted(list(hosts)[:MAX_CHOICES]), languages=sorted(list(languages)[:MAX_CHOICES]))


def search_records(words: str) -> Search | None:
    """What finds the records that have all of `words`, and those of the people who are called so."""
    in_records, in_people = search_for("record", words), search_for("actor", words)
    if in_records is None or in_people is None:
        return None
    return Search(
        sql=f"{in_records.sql} UNION ALL SELECT id FROM record WHERE author_id IN ({in_people.sql})",  # noqa: S608
        values=(*in_records.values, *in_people.values),
    )


async def _among(found: Search) -> tuple[Any, ...]:
    """The condition that a record was found, and its values.

    Few finds are looked up one by one; with many, records are gone through in the order of time until enough fit: on
    PostgreSQL each is looked up in what was found, on SQLite the list of that is made first, which is quicker. The
    plus sign keeps it from taking the first way where only we know that it is the long one.
    """
    if (few := await find_few(found)) is not None:
        return _these(few)
    if on_postgres():
        return f"(SELECT 1 FROM ({found.sql}) AS f WHERE f.id = r.id LIMIT 1) IS NOT NULL", *found.values  # noqa: S608
    return f"+r.id IN ({found.sql})", *found.values


def _these(keys: Collection[int]) -> tuple[Any, ...]:
    return f"r.id IN (SELECT n.id FROM {numbers()} AS n)", json_numbers(keys)  # noqa: S608
