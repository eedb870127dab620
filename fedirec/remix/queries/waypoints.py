"""Records as a trail shows them: as they are known here, else as they were when somebody built on them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final, NamedTuple

from fedirec.db.rows import fetch_columns, fetch_tuples, json_numbers, numbers
from fedirec.db.tables import json_of, table_of
from fedirec.remix.kinds import Kind
from fedirec.remix.lineage import MAX_RECORDS
from fedirec.remix.models import Snapshot
from fedirec.remix.pseudonyms import NOT_NAMED
from fedirec.web.language import gettext as _

_KNOWN: Final = """
    SELECT r.id, r.uri, r.url, r.title, r.kind, r.licence, r.visibility, r.deleted_at IS NOT NULL AS is_deleted,
           r.author_id
      FROM {wanted} AS w CROSS JOIN record r
     WHERE {found}
"""
_RECORD: Final = ["id", "uri", "url", "title", "kind", "licence", "visibility", "is_deleted", "author_id"]
_STAND_INS: Final = """
    SELECT p.record_id, MIN(p.uri) FROM {wanted} AS w CROSS JOIN pseudonym p CROSS JOIN record r CROSS JOIN actor a
     WHERE p.record_id = w.id AND p.remix_uri IN ('', ?) AND r.id = p.record_id AND a.id = r.author_id
       AND a.uri = p.actor_uri
     GROUP BY p.record_id
"""
_AUTHORS: Final = """
    SELECT a.id, a.uri, a.name, a.handle, a.host, a.url, a.is_local
      FROM {wanted} AS w CROSS JOIN actor a WHERE a.id = w.id
"""
_SHOWN: Final = ("public", "hidden")
_KINDS: Final = {kind.value: kind for kind in Kind}


class Waypoint(NamedTuple):
    """A record in a trail: as we know it, or as it was when somebody built on it. A page makes a thousand of them."""

    uri: str
    url: str
    title: str
    kind: Kind
    author_uri: str
    author_name: str
    author_handle: str
    """With its host: name@host."""
    author_url: str
    licence: str
    is_local: bool
    is_gone: bool
    """Deleted, or never reached: what is shown is remembered."""
    is_hidden: bool
    """Not public: only that there is something may be said."""
    key: int | None = None
    """Its row number, if it is known here."""
    stand_in: str = ""
    """What stands for its author where they do not want to be named for it."""


async def waypoints_of(uris: Collection[str], *, own: str = "") -> dict[str, Waypoint]:
    """What is known of each of `uris`: the record itself, else its newest snapshot. Unknown ones are left out.

    The author of `own` is named there, whatever they wish for what others make from it; others are named as they wish
    in `own`.
    """
    wanted = list(dict.fromkeys(uris))[:MAX_RECORDS]
    known = await _known("r.uri = w.uri", table_of(uri="text"), json_of({"uri": uri} for uri in wanted), own=own)
    return await with_remembered({waypoint.uri: waypoint for waypoint in known}, wanted)


async def waypoints_in(keys: Collection[int], *, own: str) -> list[Waypoint]:
    """The records in these rows, as they are known here. The author of `own` is named there, whatever they wish."""
    return await _known("r.id = w.id", numbers(), json_numbers(keys), own=own)


async def _known(condition: str, wanted: str, values: str, *, own: str) -> list[Waypoint]:
    columns = await fetch_columns(_KNOWN.format(wanted=wanted, found=condition), _RECORD, values)
    stand_ins = await _stand_ins(columns[_RECORD.index("id")], remix=own)
    authors = await _authors(set(columns[_RECORD.index("author_id")]))
    found = []
    for key, uri, url, title, kind, licence, visibility, is_deleted, author in zip(*columns, strict=True):
        stand_in = stand_ins.get(key, "")
        author_uri, author_name, author_handle, author_url, is_local = authors[author]
        waypoint = Waypoint(
            uri,
            url or uri,
            "" if visibility == "hidden" else title,
            _KINDS[kind],
            author_uri,
            author_name,
            author_handle,
            author_url,
            licence,
            is_local,
            bool(is_deleted) or visibility == "hidden",
            visibility not in _SHOWN,
            key,
            stand_in,
        )
        found.append(_without_name(waypoint) if stand_in and uri != own else waypoint)
    return found


async def _stand_ins(keys: Collection[int], *, remix: str) -> dict[int, str]:
    """What stands for the author of each of these records in `remix`, of those who do not want to be named there."""
    return dict(map(tuple, await fetch_tuples(_STAND_INS.format(wanted=numbers()), json_numbers(keys), remix)))


async def _authors(keys: Collection[int]) -> dict[int, tuple[str, str, str, str, bool]]:
    """Of each of these actors: address, name, handle with its host, page, and whether they are from here."""
    return {
        key: (uri, name or handle, f"{handle}@{host}", url or uri, bool(is_local))
        for key, uri, name, handle, host, url, is_local in await fetch_tuples(
            _AUTHORS.format(wanted=numbers()), json_numbers(keys)
        )
    }


def _without_name(waypoint: Waypoint) -> Waypoint:
    """The same, by somebody who does not want to be named; what is not public says nothing of its author anyway."""
    if waypoint.is_hidden:
        return waypoint
    return waypoint._replace(author_uri=waypoint.stand_in, author_name=_(NOT_NAMED), author_handle="", author_url="")


async def with_remembered(found: dict[str, Waypoint], wanted: Iterable[str]) -> dict[str, Waypoint]:
    """`found`, and of the others the newest snapshot; what is gone is shown as it was."""
    missing = [uri for uri in wanted if uri not in found or found[uri].is_gone]
    for start in range(0, len(missing), 500):
        for snapshot in await Snapshot.filter(uri__in=missing[start : start + 500]).order_by("id"):
            found[snapshot.uri] = _remembered(snapshot, found.get(snapshot.uri))
    return found


def _remembered(snapshot: Snapshot, known: Waypoint | None) -> Waypoint:
    return Waypoint(
        uri=snapshot.uri,
        url=snapshot.uri,
        title=snapshot.title if known is None or known.title else "",
        kind=Kind(snapshot.kind),
        author_uri=known.author_uri if known else snapshot.author_uri,
        author_name=known.author_name if known else snapshot.author_name,
        author_handle=known.author_handle if known else snapshot.author_handle,
        author_url=known.author_url if known else snapshot.author_uri,
        licence=snapshot.licence,
        is_local=known.is_local if known else False,
        is_gone=True,
        is_hidden=known.is_hidden if known else False,
        key=known.key if known else None,
        stand_in=known.stand_in if known else "",
    )
