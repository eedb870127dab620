"""What the public log of a challenge or a project tells, without what is not everybody's.

Entries are never changed; what they are about may be. A record that cannot be seen any more, and whoever does not want
to be named or has left, is not named in the log either, and neither is somebody from whom the reader keeps away.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fedirec.accounts.boundaries import away_from
from fedirec.activitypub.models import Actor
from fedirec.errors import NotFound
from fedirec.remix.logbook import DECISIONS, Happening
from fedirec.remix.models import LogEntry, Record
from fedirec.remix.queries.parts import actors_in, records_in
from fedirec.remix.queries.pseudonyms import stand_ins_of
from fedirec.web.paging import Cursor


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One entry, as far as its reader may know it."""

    id: int
    uri: str
    kind: Happening
    at: datetime
    by: Actor | None = None
    """Who did it; None also for a date or a rule, where `is_by_itself`."""
    is_by_itself: bool = False
    person: Actor | None = None
    """Whom it concerns, if they can be named."""
    record: Record | None = None
    """With its parts, if it can be seen."""
    reason: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def place(self) -> Cursor:
        """Where the next piece begins."""
        return Cursor(at=self.at, id=self.id)

    @property
    def before(self) -> Cursor:
        """Where the piece begins in which it stands first."""
        return Cursor(at=self.at, id=self.id + 1)


async def log_of(
    group: Actor,
    *,
    only_decisions: bool = False,
    after: Cursor | None = None,
    limit: int,
    viewer: Actor | None = None,
) -> list[Told]:
    """What happened in the challenge or project of `group`, the newest first, as `viewer`, or anybody, may read it."""
    found = LogEntry.filter(group_id=group.id)
    if only_decisions:
        found = found.filter(kind__in=[kind.value for kind in DECISIONS])
    if after is not None:
        found = found.filter(id__lt=after.id)
    return await told(await found.order_by("-id").limit(limit), viewer=viewer)


async def get_entry(group: Actor, key: str) -> Told:
    """The entry with that key in the log of `group`, as anybody may read it. Raises NotFound."""
    row = await LogEntry.get_or_none(uri=f"{group.uri}/log/{key}", group_id=group.id)
    if row is None:
        raise NotFound("There is no such entry.")
    (entry,) = await told([row])
    return entry


async def invited_to(group: Actor, people: Collection[int]) -> set[int]:
    """Those of the actors in the rows `people` who were invited to make something for `group`."""
    if not people:
        return set()
    asked = LogEntry.filter(group_id=group.id, kind=Happening.INVITED.value, person_id__in=list(people))
    return {int(str(key)) for key in await asked.distinct().values_list("person_id", flat=True)}


async def told(rows: Sequence[LogEntry], *, viewer: Actor | None = None) -> list[Told]:
    """These entries as `viewer`, or anybody, may read them."""
    records = {each.id: each for each in await records_in([row.record_id for row in rows if row.record_id is not None])}
    people = await actors_in({key for row in rows for key in (row.by_id, row.person_id) if key is not None})
    unnamed = await stand_ins_of({record.uri for record in records.values()})
    kept = await away_from(viewer)

    def named(key: int | None, hidden: int | None) -> Actor | None:
        person = people.get(key) if key is not None and key != hidden else None
        return person if person is not None and person.state == "active" and not kept.has(person) else None

    entries = []
    for row in rows:
        record = records.get(row.record_id) if row.record_id is not None else None
        seen = record if record is not None and _is_for_everybody(record) and not kept.has(record.author) else None
        hidden = record.author_id if record is not None and (seen is None or record.uri in unnamed) else None
        entries.append(
            Told(
                id=row.id,
                uri=row.uri,
                kind=Happening(row.kind),
                at=row.created_at,
                by=named(row.by_id, hidden),
                is_by_itself=row.by_id is None,
                person=named(row.person_id, hidden),
                record=seen,
                reason=row.reason,
                details=row.details,
            )
        )
    return entries


def _is_for_everybody(record: Record) -> bool:
    return record.visibility == "public" and record.deleted_at is None and record.author.state == "active"
