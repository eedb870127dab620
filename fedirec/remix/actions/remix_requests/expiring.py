"""Questions that nobody answered do not wait for ever."""

from __future__ import annotations

from typing import Final

from tortoise.expressions import Q

from fedirec.accounts.actions.notifications import notify_actors
from fedirec.accounts.notices import Notice
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.lanes import gathering
from fedirec.remix.actions.remix_requests.deciding import page_of_request, settled
from fedirec.remix.models import Record, RemixRequest
from fedirec.remix.questions import Event, after, before

BATCH: Final = 100
"""Questions of one transaction: everybody else waits for it."""


async def expire_requests() -> int:
    """Questions that waited too long have expired, and both sides know; how many those were.

    Those about something that never showed itself are forgotten.
    """
    await RemixRequest.filter(state="held", expires_at__lte=now()).delete()
    done = 0
    while rows := await _expire():
        done += rows
    return done


async def _expire() -> int:
    old = RemixRequest.filter(state="waiting", expires_at__lte=now())
    async with transaction(), gathering():
        rows = await old.order_by("expires_at").limit(BATCH).select_for_update()
        if not rows:
            return 0
        await RemixRequest.filter(id__in=[row.id for row in rows]).update(
            state=after("waiting", Event.PASSED), decided_at=now()
        )
        told = await RemixRequest.filter(id__in=[row.id for row in rows]).select_related("asker", "owner")
        titles = dict(await Record.filter(uri__in=[row.source_uri for row in rows]).values_list("uri", "title"))
        for row in told:
            for person in (row.asker, row.owner):
                if person.is_local:
                    about = {"title": titles.get(row.source_uri, row.source_uri)}
                    page = page_of_request(row, person)
                    await notify_actors([person], Notice.REMIX_UNANSWERED, None, row.remix_uri, page, about)
        await settled(*{row.remix_uri for row in rows})
    return len(rows)


async def forget_words(actor: Actor) -> None:
    """Nothing that `actor`, who is gone, asked waits any more, and what they said with it is forgotten; what was agreed
    to stays. Part of the caller's transaction.
    """
    waiting = RemixRequest.filter(Q(asker_id=actor.id) | Q(owner_id=actor.id), state__in=before(Event.LEFT))
    remixes = {str(uri) for uri in await waiting.values_list("remix_uri", flat=True)}
    await waiting.delete()
    await RemixRequest.filter(asker_id=actor.id).exclude(words="").update(words="")
    await RemixRequest.filter(owner_id=actor.id).exclude(answer="").update(answer="")
    if remixes:
        await settled(*remixes)
