"""Who is not named, where, and who stands behind a stand-in."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from fedirec.db import fetch_rows
from fedirec.db.tables import json_of, table_of
from fedirec.remix.models import Pseudonym, Record

STAND_IN: Final = """(
    SELECT MIN(p.uri) FROM pseudonym p
     WHERE p.record_id = {record} AND p.actor_uri = {person} AND p.remix_uri IN ('', ?)
)"""
"""What stands for a person because of a record, in the remix at the address that fills the place: text, or NULL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Where the author of a record does not want to be named for it, as they said of this record."""

    everywhere: bool = False
    """In nothing that is made from it."""
    remixes: tuple[str, ...] = ()
    """In these, whatever else they want."""


async def wish_of(record: str) -> Wish:
    """What the author of the record at this address, which may be none yet, said of it."""
    known = await Record.filter(uri=record).select_related("author").first()
    if known is None:
        return Wish()
    rows = Pseudonym.filter(record_id=known.id, actor_uri=known.author.uri).exclude(remix_uri="")
    remixes = await rows.order_by("id").values_list("remix_uri", flat=True)
    return Wish(everywhere=known.without_name, remixes=tuple(str(uri) for uri in remixes))


async def stand_ins_of(records: Collection[str], *, remix: str = "") -> dict[str, str]:
    """What stands for the authors of those of `records` for which they do not want to be named: one query.

    `remix` is the record that names them; without one it is what holds for all.
    """
    if not records:
        return {}
    stand_in = STAND_IN.format(record="r.id", person="a.uri")
    rows = await fetch_rows(
        f"""
        SELECT f.record, f.stand_in FROM (
            SELECT r.uri AS record, {stand_in} AS stand_in
              FROM {table_of(uri="text")} AS w CROSS JOIN record r CROSS JOIN actor a
             WHERE r.uri = w.uri AND a.id = r.author_id
        ) f WHERE f.stand_in IS NOT NULL
        """,  # noqa: S608  (only constants are spliced in)
        remix,
        json_of({"uri": uri} for uri in set(records)),
    )
    return {str(row["record"]): str(row["stand_in"]) for row in rows}


async def stand_ins_in(record_id: int, people: Collection[str]) -> dict[str, str]:
    """What stands in the place of those of `people` who are not named in that record, by their addresses."""
    if not people:
        return {}
    found = Pseudonym.filter(record_id=record_id, actor_uri__in=list(people), remix_uri="")
    return {row.actor_uri: row.uri for row in await found.limit(2 * len(people))}


async def stand_ins_among(records: Collection[int], people: Collection[str]) -> dict[tuple[int, str], str]:
    """What stands in the place of those of `people` who are not named in the records in these rows, by both."""
    found = Pseudonym.filter(record_id__in=list(records), actor_uri__in=list(people), remix_uri="")
    return {(row.record_id, row.actor_uri): row.uri for row in await found}


async def people_behind(stand_ins: Iterable[str]) -> dict[str, str]:
    """The person for whom each of these stands: to reach them and to give them what is theirs, never to show to all."""
    wanted = list(stand_ins)
    if not wanted:
        return {}
    return {row.uri: row.actor_uri for row in await Pseudonym.filter(uri__in=wanted)}
