"""What somebody made is forgotten, but for its places in the trail."""

from __future__ import annotations

from typing import Final

from tortoise.expressions import Q

from fedirec.accounts.actions.notifications import notify_actors
from fedirec.accounts.models import Notification
from fedirec.accounts.notices import Notice
from fedirec.activitypub.models import Actor, Evidence, Liking
from fedirec.clock import now
from fedirec.db import fetch_rows, transaction
from fedirec.media.cache import MediaCache
from fedirec.remix.actions.challenges import empty_challenge
from fedirec.remix.actions.findable import make_challenge_findable
from fedirec.remix.actions.needs import save_needs
from fedirec.remix.actions.records import bury_record
from fedirec.remix.actions.terms import authors_in
from fedirec.remix.models import (
    Attachment,
    Challenge,
    Contributor,
    GroupTag,
    Record,
    RecordRevision,
    Source,
    Submission,
)
from fedirec.remix.submissions import ENDED, ChallengeState

TOGETHER: Final = 20
"""Records of one transaction."""

BUILT_ON: Final = """
    SELECT DISTINCT r.id FROM record r
     WHERE r.author_id = ? AND (
        EXISTS (SELECT 1 FROM source s JOIN record c ON c.id = s.record_id
                 WHERE s.uri = r.uri AND s.withdrawn_at IS NULL AND c.author_id <> r.author_id)
        OR EXISTS (SELECT 1 FROM submission u JOIN challenge h ON h.id = u.challenge_id
                    WHERE u.record_id = r.id AND u.state = 'accepted' AND COALESCE(h.leader_id, 0) <> r.author_id))
"""


async def forget_works(actor: Actor, cache: MediaCache) -> None:
    """Of the records of `actor` only the places are left, with a title where others built on them."""
    built_on = {int(row["id"]) for row in await fetch_rows(BUILT_ON, actor.id)}
    last = 0
    while records := await Record.filter(author_id=actor.id, id__gt=last).order_by("id").limit(TOGETHER):
        keys = [record.id for record in records]
        shown = await Attachment.filter(record_id__in=keys).values_list("url", "poster_url")
        async with transaction():
            for record in records:
                await _empty(record, is_built_on=record.id in built_on)
            await RecordRevision.filter(record_id__in=keys).update(document={})
            uris = [record.uri for record in records]
            pages = [*uris, *(f"{uri}/edit" for uri in uris)]
            await Notification.filter(Q(subject_uri__in=uris) | Q(url__in=pages)).delete()
            await Liking.filter(object_uri__in=uris).delete()
            waiting = Submission.filter(record_id__in=keys, state__in=("pending", "licence_pending"))
            await waiting.update(state="withdrawn")
            await Source.filter(record_id__in=keys).exclude(thanks="").update(thanks="")
            nobodys = [record for record in records if record.id not in built_on]
            if nobodys:
                await Contributor.filter(record_id__in=[record.id for record in nobodys]).delete()
                claims = Evidence.filter(subject_uri__in=[record.uri for record in nobodys])
                await claims.update(body=b"", signed_headers=[])
        if not actor.is_local:
            await cache.forget_of([str(url) for pair in shown for url in pair if url])
        last = keys[-1]


async def _empty(record: Record, *, is_built_on: bool) -> None:
    if record.deleted_at is None:
        await bury_record(record)
    if not is_built_on:
        record.title = ""
    record.text = record.content = record.warning = ""
    await record.save(update_fields=["title", "text", "content", "warning"])


async def forget_challenges(actor: Actor) -> None:
    """The challenges of `actor` are closed, and ask for nothing any more; what was made for them stays."""
    for challenge in await Challenge.filter(leader_id=actor.id).order_by("id").select_related("actor"):
        async with transaction():
            await empty_challenge(challenge)


async def forget_copy(group: Actor, cache: MediaCache) -> None:
    """Of a challenge elsewhere that is gone there only the title is left, what it promised, and what was made for it.

    It takes nothing any more. Those of ours whom it had not answered or thanked hear that it is over.
    """
    challenge = await Challenge.filter(actor_id=group.id, actor__is_local=False).select_related("actor").first()
    if challenge is None:
        return
    files = Attachment.filter(challenge_id=challenge.id)
    shown = await files.values_list("url", "poster_url")
    async with transaction():
        if challenge.state not in ENDED:
            people = [author for author, _record in await authors_in(challenge)]
            url = f"/challenges/remote/{challenge.id}"
            await notify_actors(people, Notice.CHALLENGE_CANCELLED, None, group.uri, url, {"title": challenge.title})
            challenge.state, challenge.closed_at = ChallengeState.CANCELLED, challenge.closed_at or now()
        await files.delete()
        await GroupTag.filter(group_id=group.id).delete()
        await save_needs(group, ())
        challenge.text = challenge.content = ""
        await challenge.save(update_fields=["state", "closed_at", "text", "content"])
        await make_challenge_findable(challenge)
    await cache.forget_of([str(url) for pair in shown for url in pair if url])
