"""Getting to know the challenges of other instances."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Final

from fedirec.accounts.actions.farewells import erasure_of
from fedirec.activitypub.actors import forget_actor, save_remote_actor
from fedirec.activitypub.actors.vouching import refuse_changed
from fedirec.activitypub.authority import may_create, may_describe, may_have
from fedirec.activitypub.models import Actor
from fedirec.activitypub.remote import Remote
from fedirec.activitypub.vocab import Doc
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import FedirecError, Forbidden, Gone, Invalid
from fedirec.html import clean, one_line
from fedirec.lanes import Done, Job, Later, Outcome, Work, enqueue
from fedirec.remix.actions.attachments import save_attachments
from fedirec.remix.actions.findable import make_challenge_findable
from fedirec.remix.actions.group_tags import save_group_tags
from fedirec.remix.actions.needs import save_needs
from fedirec.remix.actions.prompts import current_terms, save_terms
from fedirec.remix.actions.terms import tell_of_remote_terms
from fedirec.remix.models import Attachment, Challenge
from fedirec.remix.vocab import ChallengeObject, PromptObject
from fedirec.remix.vocab.challenges import MAX_LEADERS
from fedirec.remix.vocab.text import ids
from fedirec.uris import origin_of
from fedirec.web.language import gettext as _

STALE: Final = timedelta(hours=6)
"""How old a copy may be before its origin is asked again when somebody looks at it."""


async def find_challenge(remote: Remote, uri: str, *, fresh: bool = False) -> Challenge:
    """The challenge whose Group is at `uri` or is called by a handle: from the database, or fetched and saved.

    Raises Invalid when something else is there, and what `Remote.read` raises: after Gone our copy is forgotten.
    """
    address = uri.strip()
    if not address.startswith(("https://", "http://")):
        address = (await remote.find_by_handle(address)).uri
    origin_of(address)
    known = await Challenge.filter(actor__uri=address).select_related("actor", "leader").first()
    if known and (known.actor.is_local or not fresh):
        return known
    try:
        entity, document = await remote.read(address)
    except Gone:
        await forget_gone(known.actor if known else None)
        raise
    if not isinstance(entity, ChallengeObject):
        raise Invalid(_("That address leads to something that is not a challenge."))
    prompt = None
    if entity.prompt:
        found = (await remote.read(entity.prompt))[0]
        if isinstance(found, PromptObject) and may_create(found.id, author=found.attributed_to, speaker=entity.id):
            prompt = found
    leader = await _find_leader(remote, entity)
    async with transaction():
        if await Actor.filter(uri=entity.id).exclude(type=ChallengeObject.TYPE).exists():
            raise Forbidden(_("That address leads to something that is not a challenge."))
        actor = await save_remote_actor(entity.actor, document)
        await refuse_changed(actor.id)
        saved = await save_challenge(actor, entity, prompt=prompt, leader=leader)
        await Challenge.filter(id=saved.id).update(fetched_at=now())
    return await Challenge.get(id=saved.id).select_related("actor", "leader")


async def fetch_challenge(remote: Remote, job: Job) -> Outcome:
    """A challenge of which only the id came, or an old copy, is known as its Group describes it now."""
    uri = str(job.payload["uri"])
    try:
        await find_challenge(remote, uri, fresh=True)
    except FedirecError as error:
        if error.retryable:
            return Later(error=str(error), blame="job")
        # It was asked, and does not answer: whoever looks at the copy does not have it asked each time.
        await Challenge.filter(actor__uri=uri, actor__is_local=False).update(fetched_at=now())
    return Done()


async def forget_gone(group: Actor | None) -> None:
    """What we know of a Group elsewhere is forgotten, as if it had said itself that it is not there any more."""
    if group is not None and group.state != "deleted":
        async with transaction():
            await forget_actor(group)
            await enqueue([erasure_of(group)])


async def refresh_seen(challenge: Challenge) -> None:
    """A copy that somebody looks at is made anew soon, when it is older than STALE; nothing waits for that.

    It comes with its actor.
    """
    group = challenge.actor
    if not group.is_local and group.state != "deleted" and is_stale(challenge.fetched_at):
        await enqueue([asking_for_challenge(group.uri)])


def is_stale(asked_at: datetime | None) -> bool:
    """Whether the origin of a copy, which was last asked then, is asked again when somebody looks at it."""
    return asked_at is None or asked_at < now() - STALE


def asking_for_challenge(uri: str) -> Work:
    """The work by which the challenge at `uri` is known as its Group describes it."""
    key = hashlib.sha256(uri.encode()).hexdigest()
    lane = f"challenge:{origin_of(uri)}"
    return Work(kind="challenge", lane=lane, payload={"uri": uri}, dedupe_key=f"challenge:{key}")


async def _find_leader(remote: Remote, described: ChallengeObject) -> Actor | None:
    """Who leads the challenge; None when that cannot be found out, for it can be answered all the same.

    Only somebody of its own origin: nobody else's name can be put on it from there.
    """
    named = next((uri for uri in described.leaders if may_have(uri, owner=described.id)), None)
    try:
        if named is None or (known := await Actor.get_or_none(uri=named)):
            return known if named else None
        document = Doc(await remote.fetch(named))
        if not {"Collection", "OrderedCollection"} & set(document.many("type")):
            return await remote.find_actor(named)
        listed = (*ids(document, "orderedItems", MAX_LEADERS), *ids(document, "items", MAX_LEADERS))
        leader = next((uri for uri in listed if may_have(uri, owner=described.id)), None)
        return await remote.find_actor(leader) if leader else None
    except FedirecError:
        return None


async def save_challenge(
    actor: Actor, described: ChallengeObject, *, prompt: PromptObject | None = None, leader: Actor | None = None
) -> Challenge:
    """A challenge of another instance is known here as its Group describes it; part of the caller's transaction."""
    if not may_describe(described.id, speaker=actor.uri) or actor.is_local:
        raise Forbidden("only its own Group describes a challenge")
    columns = {
        "title": one_line(described.actor.name)[:500] or actor.handle,
        "content": clean(described.actor.summary),
        "kinds": [kind.value for kind in described.kinds_wanted],
        "deadline_at": described.deadline,
        "state": described.state.value,
        "opened_at": described.actor.published or now(),
        "named_project": described.part_of,
    }
    if leader:
        columns["leader_id"] = leader.id
    if described.prompt:
        columns["prompt_uri"] = described.prompt
    if prompt:
        columns |= {"text": prompt.markdown or "", "language": prompt.language}
    challenge, is_new = await Challenge.get_or_create(actor_id=actor.id, defaults=columns)
    if not is_new:
        challenge.update_from_dict(columns)
        await challenge.save()
    await _join_project(actor, challenge, described.part_of)
    await save_group_tags(actor, (hashtag.name for hashtag in described.hashtags))
    await make_challenge_findable(challenge)
    if described.needs is not None:
        await save_needs(actor, described.needs)
    if prompt:
        await Attachment.filter(challenge_id=challenge.id).delete()
        await save_attachments(prompt, {}, challenge=challenge)
    if described.terms:
        newest = await current_terms(challenge)
        if newest is None or described.terms.version > newest.version:
            await save_terms(challenge, described.terms)
            if newest is not None:
                await tell_of_remote_terms(challenge, actor, described.terms)
    return challenge


async def ask_for_project(uri: str, *, challenge: str | None = None) -> None:
    """The project at `uri` will be known as its Group describes it; be it for the sake of a challenge that names it."""
    key = hashlib.sha256(f"{uri} {challenge or ''}".encode()).hexdigest()
    payload = {"uri": uri, "challenge": challenge}
    work = Work(kind="project", lane=f"project:{origin_of(uri)}", payload=payload, dedupe_key=f"project:{key}")
    await enqueue([work])


async def _join_project(actor: Actor, challenge: Challenge, named: str | None) -> None:
    """A challenge of another instance belongs to no project but the one that it names; and to that one as soon as it
    was asked, and has the challenge among its steps.
    """
    group = await Actor.get_or_none(id=challenge.part_of_id) if challenge.part_of_id else None
    if group is not None and group.uri == named:
        return
    if group is not None:
        challenge.part_of_id = None
        await challenge.save(update_fields=["part_of_id"])
    if named is not None:
        await ask_for_project(named, challenge=actor.uri)
