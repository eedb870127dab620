"""Writing down what happened in a challenge or a project, where everybody can read it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fedirec.activitypub.models import Actor
from fedirec.remix.logbook import Happening, check_reason
from fedirec.remix.models import LogEntry, Record
from fedirec.uris import new_key


async def log(
    group: Actor,
    kind: Happening,
    *,
    by: Actor | None,
    person: Actor | None = None,
    record: Record | None = None,
    reason: str = "",
    details: Mapping[str, Any] | None = None,
) -> LogEntry:
    """It stands in the public log of `group` for good; part of the caller's transaction.

    `by` is None when a date or a rule did it. Raises Invalid when a decision comes without a reason.
    """
    return await LogEntry.create(
        uri=f"{group.uri}/log/{new_key()}",
        group=group,
        kind=kind.value,
        by=by,
        person=person,
        record=record,
        reason=check_reason(kind, reason),
        details=dict(details or {}),
    )
