"""What pages ask about pens: who writes what with whom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from fedirec.activitypub.models import Actor
from fedirec.errors import NotFound
from fedirec.remix.models import Contributor, Pen, Record, RecordRevision, Writing
from fedirec.remix.queries.edits import proved_edits
from fedirec.remix.queries.records import records_at

PENS: Final = 30
"""Pens on one page."""

MAX_PROVED: Final = 50
"""Versions of a record of another instance, the newest, of which it is asked whether their editors made them."""

MAX_EDITORS: Final = 16
"""People whom a page names beside the author."""


async def pens_of(
    person: Actor, *, side: Literal["held", "given"] = "held", before: int = 0, limit: int = PENS
) -> tuple[list[Pen], bool]:
    """The pens that `person` holds or is invited to, or that they gave, the newest first, and whether there are more.

    Each comes with both people.
    """
    found = Pen.filter(owner_id=person.id) if side == "given" else Pen.filter(holder_id=person.id)
    if before:
        found = found.filter(id__lt=before)
    rows = await found.order_by("-id").limit(limit + 1).select_related("owner", "holder")
    return rows[:limit], len(rows) > limit


async def pens_of_record(record: Record, *, limit: int = 2 * PENS) -> list[Pen]:
    """Who writes `record` with its author, is invited to, or did, the newest first."""
    return await Pen.filter(record_uri=record.uri).order_by("-id").limit(limit).select_related("owner", "holder")


async def get_pen_of(person: Actor, key: int) -> Pen:
    """The pen in row `key`, with both people, where `person` is one of them. Raises NotFound."""
    found = await Pen.filter(id=key).select_related("owner", "holder").first()
    if found is None or person.id not in (found.owner_id, found.holder_id):
        raise NotFound("There is no such invitation here.")
    return found


async def find_pen_held(person: Actor, record_uri: str) -> Pen | None:
    """The pen of the record that `person` holds or is invited to."""
    return await Pen.filter(record_uri=record_uri, holder_id=person.id, state__in=("invited", "held")).first()


async def latest_writing(pen: Pen) -> Writing | None:
    """What was written last with `pen`."""
    return await Writing.filter(pen_id=pen.id).order_by("-id").first()


async def works_of_pens(pens: Sequence[Pen]) -> dict[str, Record]:
    """The records of `pens` by address, with their parts, as far as everybody may see them."""
    return {record.uri: record for record in await records_at({pen.record_uri for pen in pens})}


async def editors_of(record: Record) -> list[Actor]:
    """Who made versions of `record`, which comes with its author, besides that, as far as they are credited in it and
    known here. Of what other instances say about that, only what was proved by those themselves.
    """
    found = RecordRevision.filter(record_id=record.id, editor_uri__not_isnull=True).order_by("-number")
    if record.author.is_local:
        editors = {str(uri) for uri in await found.limit(500).values_list("editor_uri", flat=True)}
    else:
        versions = await found.limit(MAX_PROVED)
        proved = await proved_edits(versions)
        editors = {str(version.editor_uri) for version in versions if version.id in proved}
    if not editors:
        return []
    parts = Contributor.filter(record_id=record.id, actor_uri__in=list(editors)).order_by("position")
    named = list(dict.fromkeys([part.actor_uri for part in await parts.limit(MAX_EDITORS)]))
    people = {actor.uri: actor for actor in await Actor.filter(uri__in=named, state="active")}
    return [people[uri] for uri in named if uri in people]
