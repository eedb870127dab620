"""Who sees the pictures of papers that show what came in or went out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request

from fedirec.accounts.door import viewer_of
from fedirec.accounts.permissions import Permission
from fedirec.credits.models import PoolEntry
from fedirec.credits.queries.standing import parts_to
from fedirec.media.models import Media
from fedirec.media.routes import Audience
from fedirec.remix.powers import Deed, may_do
from fedirec.remix.visibility import audience_of_media


async def audience_of_files(request: Request[Any], rows: Sequence[Media]) -> Audience:
    """Who may see a file: of evidence those who lead where the pool belongs, and treasurers; of all else, whoever may
    see what it belongs to.
    """
    audience = await audience_of_media(request, rows)
    viewer = viewer_of(request)
    if audience is not Audience.NOBODY or viewer is None or not viewer.can(Permission.TAKE_PART):
        return audience
    shown = PoolEntry.filter(evidence_file_id__in=[row.id for row in rows]).limit(20)
    for entry in await shown.select_related("pool__group"):
        if may_do(Deed.SEE_EVIDENCE, await parts_to(entry.pool.group, viewer.actor)):
            return Audience.ASKER
    return Audience.NOBODY
