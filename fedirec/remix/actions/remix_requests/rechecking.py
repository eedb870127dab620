"""The stamps that remixes of others carry are looked at, and again after a while."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Final

from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Invalid
from fedirec.lanes import Work, enqueue
from fedirec.remix.actions.remix_requests.taking import checking_of
from fedirec.remix.lineage import MAX_SOURCES
from fedirec.remix.models import Record, RemixRequest, Source
from fedirec.remix.vocab.records import MAX_STAMPS
from fedirec.uris import origin_of

GOOD_FOR: Final = timedelta(days=1)
"""How long a stamp is believed before it is looked at again."""

CHECKED: Final = 200
"""Stamps that one round looks at again."""


async def stamps_to_check(remix: Record, carried: Sequence[str]) -> list[Work]:
    """The work of looking at the stamps that `remix`, of somebody elsewhere, carries, and at those that it did.

    A stamp stands at the origin of the source's author, so that no origin is asked for more of them than the remix has
    sources there. Part of the caller's transaction.
    """
    known = RemixRequest.filter(remix_uri=remix.uri, asker_id=remix.author_id, stamp_uri__not_isnull=True)
    rows = await known.limit(2 * MAX_STAMPS).values_list("stamp_uri", "state", "owner__is_local")
    decided = {str(uri) for uri, state, _is_local in rows if state in ("approved", "revoked")}
    sources = (
        await Source.filter(record_id=remix.id, withdrawn_at=None).limit(MAX_SOURCES).values_list("uri", flat=True)
    )
    room = Counter(_origin_of(str(uri)) for uri in sources)
    fresh = []
    for uri in dict.fromkeys(carried[:MAX_STAMPS]):
        origin = _origin_of(uri)
        if uri not in decided and origin and room[origin] > 0:
            room[origin] -= 1
            fresh.append(uri)
    dropped = [str(uri) for uri, state, is_local in rows if state == "approved" and not is_local and uri not in carried]
    return [checking_of(uri, remix=remix.uri) for uri in dict.fromkeys([*fresh, *dropped])]


def _origin_of(uri: str) -> str:
    try:
        return origin_of(uri)
    except Invalid:
        return ""


async def look_at_stamps_again(remixes: Collection[str] | None = None) -> int:
    """Stamps of others that were last looked at more than a day ago are looked at again; how many.

    Those of the records at `remixes`, which somebody sees now, or as many as one round takes.
    """
    old = RemixRequest.filter(
        state="approved", checked_at__lt=now() - GOOD_FOR, owner__is_local=False, stamp_uri__not_isnull=True
    )
    if remixes is not None:
        old = old.filter(remix_uri__in=list(remixes))
    rows = await old.order_by("checked_at", "id").limit(CHECKED)
    if rows:
        async with transaction():
            await RemixRequest.filter(id__in=[row.id for row in rows]).update(checked_at=now())
            await enqueue([checking_of(row.stamp_uri or "", remix=row.remix_uri) for row in rows])
    return len(rows)
