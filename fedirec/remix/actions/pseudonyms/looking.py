"""Who looks after this place sees who is credited without a name, and that they looked is on record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fedirec.accounts.actions.audit import audit
from fedirec.accounts.permissions import Doer, Permission, require
from fedirec.db import transaction
from fedirec.errors import Invalid
from fedirec.remix.models import Record, RecordRevision
from fedirec.remix.pseudonyms import UNNAMED, is_unnamed
from fedirec.remix.queries.credits import credits_of
from fedirec.remix.queries.pseudonyms import people_behind
from fedirec.remix.queries.trails import trail_of

MAX_REASON: Final = 500
"""Characters."""
MAX_EDITORS: Final = 100
"""Versions of which it is looked up who made them."""


async def look_behind(doer: Doer, record: Record, *, reason: str) -> Mapping[str, str]:
    """Who is credited for `record` without being named, by what stands for them; that `doer` looked, and why, is in
    the audit log.

    Raises Forbidden for whoever does not moderate, Invalid without a reason or with one that is too long.
    """
    require(doer, Permission.MODERATE)
    reason = " ".join(reason.split())
    if not reason:
        raise Invalid("Please say why you need to know.", field="reason")
    if len(reason) > MAX_REASON:
        raise Invalid("Please keep it under %(n)s characters.", field="reason", blanks={"n": MAX_REASON})
    lines = (await credits_of(await trail_of(record.uri))).lines
    versions = RecordRevision.filter(record_id=record.id, editor_uri__startswith=UNNAMED).order_by("-number")
    editors = await versions.limit(MAX_EDITORS).values_list("editor_uri", flat=True)
    found = await people_behind([line.person for line in lines if is_unnamed(line.person)] + [str(e) for e in editors])
    async with transaction():
        await audit(doer, "look_behind_names", record.uri, reason=reason)
    return found
