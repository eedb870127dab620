"""What a challenge says to those who follow it: what it asks for, and how it changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fedirec.activitypub.keys import PrivateKey
from fedirec.activitypub.models import Actor
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.vocab import PUBLIC, Create, Update
from fedirec.clock import now
from fedirec.remix.actions.announcing import announce
from fedirec.remix.actions.attachments import hold_media, save_attachments
from fedirec.remix.actions.composing import compose_attachments
from fedirec.remix.actions.drafts import FileDraft
from fedirec.remix.actions.instance_announcements import announcers_of
from fedirec.remix.actions.prompts import describe_challenge, describe_prompt
from fedirec.remix.models import Challenge
from fedirec.uris import Uris, origin_of


async def save_files(challenge: Challenge, files: Sequence[FileDraft], *, owner: Actor) -> None:
    """`files` of `owner` are what a challenge starts people off with; part of the caller's transaction."""
    group = challenge.actor
    attachments, media = compose_attachments(Uris(origin_of(group.uri)), files)
    prompt = await describe_prompt(challenge, group, attachments=attachments)
    await hold_media(owner, media)
    await save_attachments(prompt, media, challenge=challenge)


async def publish_prompt(challenge: Challenge) -> None:
    """What a challenge that is open now asks for is said to the world; part of the caller's transaction."""
    group = challenge.actor
    leader = await Actor.get_or_none(id=challenge.leader_id) if challenge.leader_id is not None else None
    prompt = await describe_prompt(challenge, group)
    create = Create(
        id=new_activity_uri(group),
        actor=group.uri,
        object=prompt,
        to=prompt.to,
        cc=prompt.cc,
        published=challenge.opened_at,
    )
    await publish(group, create, to_followers_of=[group])
    if leader is not None and leader.is_local:
        await announce(leader, prompt.id)


async def publish_update(challenge: Challenge) -> None:
    """Those who follow a challenge or took part in it will hear what it is like now, and what it asks for.

    Part of the caller's transaction.
    """
    challenge.updated_at = now()
    await challenge.save(update_fields=["updated_at"])
    group = await publish_group_update(challenge)
    # Other software knows the prompt alone.
    prompt = Update(
        id=new_activity_uri(group),
        actor=group.uri,
        object=await describe_prompt(challenge, group),
        to=(PUBLIC,),
        cc=(group.followers or "",),
        published=now(),
    )
    await publish(group, prompt, to_followers_of=[group])


async def publish_group_update(
    challenge: Challenge, *, to: Iterable[Actor] = (), proved_by: tuple[str, PrivateKey] | None = None
) -> Actor:
    """Those who follow a challenge or took part in it, and `to`, will hear what its group is like now; that group.

    Part of the caller's transaction. `proved_by` as in `publish`.
    """
    group = await Actor.get(id=challenge.actor_id)
    challenge.actor = group
    described = await describe_challenge(challenge)
    update = Update(
        id=new_activity_uri(group),
        actor=group.uri,
        object=described,
        to=(PUBLIC,),
        cc=(group.followers or "",),
        published=now(),
    )
    authors = await Actor.filter(records__submissions__challenge_id=challenge.id, is_local=False).distinct().limit(1000)
    hearers = [group, *await announcers_of([challenge.prompt_uri])]
    await publish(group, update, to=[*authors, *to], to_followers_of=hearers, proved_by=proved_by)
    return group
