"""What other instances announce, as far as this one follows them: it is known here, so that no place is empty.

An instance speaks of its own alone, and each thing is asked for at its origin.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Final

from fedirec.activitypub.authority import may_bring
from fedirec.activitypub.models import Actor, Announcement, Follow
from fedirec.activitypub.own import own_actor
from fedirec.activitypub.remote import Remote
from fedirec.activitypub.vocab import Doc
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Conflict, FedirecError, Forbidden, Gone, NotFound
from fedirec.lanes import Done, Job, Later, Outcome, Work, enqueue
from fedirec.remix.actions.meeting import ask_for_project, find_challenge
from fedirec.remix.actions.sources import find_record
from fedirec.remix.actions.visiting import Visit
from fedirec.remix.models import Challenge, Need
from fedirec.remix.queries.addresses import PROJECT
from fedirec.remix.submissions import ChallengeState
from fedirec.remix.vocab import ChallengeObject, PromptObject, RecordObject
from fedirec.remix.vocab.notes import NoteObject
from fedirec.remix.vocab.text import find_id
from fedirec.uris import origin_of

MAX_A_DAY: Final = 100
"""Things that one instance announces within a day and that are asked for here."""
MAX_PAGES: Final = 5
"""Pages of what it announced before that are read, once, when it is followed."""
MAX_EARLIER: Final = 60
"""Things that are asked for because of them."""


async def take_news(sender: Actor, uri: str, activity: str) -> bool:
    """What an instance that this one follows announced will be asked for; False when it is not followed.

    Part of the transaction of the activity. Raises Forbidden for what is of another origin, Conflict beyond MAX_A_DAY.
    """
    if sender.type not in ("Application", "Service") or not await _is_followed_by_us(sender):
        return False
    if not may_bring(uri, speaker=sender.uri):
        raise Forbidden("an instance announces what is its own")
    lately = Announcement.filter(actor_id=sender.id, created_at__gt=now() - timedelta(days=1))
    if await lately.count() >= MAX_A_DAY:
        raise Conflict("that are too many things for one day")
    if not await Announcement.exists(actor_id=sender.id, object_uri=uri):
        await Announcement.create(uri=activity, actor=sender, object_uri=uri)
    await enqueue([_asking(uri)])
    return True


async def news_taken_back(sender: Actor, uri: str) -> None:
    """What an instance announces no more is asked for again, for it may have ended or be hidden now."""
    if sender.type in ("Application", "Service") and await _is_followed_by_us(sender):
        await enqueue([_asking(uri, is_over=True)])


async def fetch_news(remote: Remote, job: Job) -> Outcome:
    """What an instance announced, or announces no more, is known here as its origin describes it.

    What is gone there is open here no more.
    """
    uri, is_over = str(job.payload["uri"]), bool(job.payload.get("is_over"))
    try:
        await _get_to_know(remote, uri)
    except (Gone, NotFound):
        if is_over:
            await _close(uri)
    except FedirecError as error:
        return Later(error=str(error), blame="job") if error.retryable else Done()
    return Done()


async def read_earlier_news(remote: Remote, job: Job) -> Outcome:
    """What an instance that was just followed announced before will be asked for: MAX_EARLIER things, the newest."""
    target = await Actor.get_or_none(id=job.payload["instance"])
    if target is None or not target.outbox or not await _is_followed_by_us(target):
        return Done()
    visit = Visit(remote=remote, origin=target.uri, max_pages=MAX_PAGES + 1, max_items=4 * MAX_EARLIER)
    await visit.collection(target.outbox)
    found: dict[str, None] = {}
    for entry in visit.entries:
        doc = Doc(entry) if isinstance(entry, dict) else None
        if doc is None or "Announce" not in doc.many("type") or find_id(doc, "actor") != target.uri:
            continue
        uri = find_id(doc, "object")
        if uri and may_bring(uri, speaker=target.uri):
            found[uri] = None
    async with transaction():
        await enqueue([_asking(uri) for uri in list(found)[:MAX_EARLIER]])
    return Done()


async def _get_to_know(remote: Remote, uri: str) -> None:
    challenge = await Challenge.filter(prompt_uri=uri).select_related("actor").first()
    if challenge is not None:
        await find_challenge(remote, challenge.actor.uri, fresh=True)
        return
    need = await Need.filter(uri=uri).select_related("group").first()
    if need is not None:
        await _meet_group(remote, need.group.uri, need.group.kind)
        return
    entity, document = await remote.read(uri)
    if isinstance(entity, PromptObject):
        await find_challenge(remote, entity.challenge or entity.attributed_to, fresh=True)
    elif isinstance(entity, RecordObject):
        await find_record(remote, uri)
    elif document.get("kind") == PROJECT:
        await _meet_group(remote, uri, PROJECT)
    elif isinstance(entity, NoteObject) and may_bring(entity.attributed_to, speaker=uri):
        group = await remote.find_actor(entity.attributed_to)
        await _meet_group(remote, group.uri, group.kind)


async def _meet_group(remote: Remote, uri: str, kind: str | None) -> None:
    if kind == ChallengeObject.KIND:
        await find_challenge(remote, uri, fresh=True)
    elif kind == PROJECT:
        await ask_for_project(uri)


async def _close(uri: str) -> None:
    """What its origin shows no more is open no more."""
    async with transaction():
        running = Challenge.filter(prompt_uri=uri, actor__is_local=False, state__in=("open", "extended"))
        for challenge in await running:
            challenge.state, challenge.closed_at = ChallengeState.CLOSED.value, now()
            await challenge.save(update_fields=["state", "closed_at"])
            await Need.filter(group_id=challenge.actor_id, state="open").update(state="withdrawn", ended_at=now())
        await Need.filter(uri=uri, group__is_local=False, state="open").update(state="withdrawn", ended_at=now())


async def _is_followed_by_us(instance: Actor) -> bool:
    place = await own_actor()
    return await Follow.exists(follower_id=place.id, target_id=instance.id)


def _asking(uri: str, *, is_over: bool = False) -> Work:
    return Work(
        kind="news",
        lane=f"news:{origin_of(uri)}",
        payload={"uri": uri, "is_over": is_over},
        dedupe_key=f"news:{int(is_over)}:{hashlib.sha256(uri.encode()).hexdigest()}",
    )


def reading_earlier_news(target: Actor) -> Work:
    """The work of finding out what an instance announced before anybody here followed it."""
    return Work(kind="earlier news", lane=f"news:{origin_of(target.uri)}#", payload={"instance": target.id})
