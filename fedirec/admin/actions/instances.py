"""Following other instances as a whole, and choosing what this one announces to those who follow it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from fedirec.accounts.actions.audit import audit
from fedirec.accounts.permissions import Doer, Operator, Permission, require
from fedirec.accounts.queries import get_instance
from fedirec.activitypub.authority import may_answer_for
from fedirec.activitypub.describing import MAX_BYTES
from fedirec.activitypub.follows import follow, unfollow
from fedirec.activitypub.models import Actor, Follow
from fedirec.activitypub.own import own_actor
from fedirec.activitypub.parsing import parse
from fedirec.activitypub.policies import stance_to
from fedirec.activitypub.remote import Remote
from fedirec.activitypub.site import Site
from fedirec.activitypub.vocab import Doc
from fedirec.admin.hosts import origin_named
from fedirec.db import transaction
from fedirec.errors import Conflict, FedirecError, Forbidden, Invalid, NotFound
from fedirec.lanes import Done, Job, Later, Outcome, enqueue
from fedirec.remix.actions.instance_announcements import InstanceAnnouncements
from fedirec.remix.actions.instances import reading_earlier_news
from fedirec.uris import origin_of

MAX_FOLLOWED: Final = 100
"""Instances that one instance follows."""
_APPLICATION: Final = "https://www.w3.org/ns/activitystreams#Application"


async def choose_announcements(doer: Doer, kinds: Collection[str]) -> list[str]:
    """This instance announces things of these `kinds` and no others to those who follow it; none: nobody can.

    What is announced already and is not among them is taken back soon. Raises Invalid for an unknown kind.
    """
    require(doer, Permission.MANAGE_INSTANCE)
    if set(kinds) - set(InstanceAnnouncements):
        raise Invalid("Choose among the kinds that are offered.", field="announces")
    chosen = [kind.value for kind in InstanceAnnouncements if kind.value in kinds]
    async with transaction():
        instance = await get_instance()
        if (instance.announces or []) != chosen:
            instance.announces = chosen or None
            await instance.save(update_fields=["announces"])
            await audit(doer, "choose_announcements", (await own_actor()).uri, announces=chosen)
    return chosen


async def announced_kinds() -> list[str]:
    """The kinds of things that this instance announces."""
    return list((await get_instance()).announces or ())


async def follow_as_wished(remote: Remote, job: Job) -> Outcome:
    """An instance that was named when this one was set up is followed, if it is there."""
    try:
        await follow_instance(Operator(remote.site.uris.instance_actor), remote, str(job.payload["host"]))
    except FedirecError as error:
        return Later(error=str(error), blame="job") if error.retryable else Done()
    return Done()


async def follow_instance(doer: Doer, remote: Remote, named: str) -> Follow:
    """What the instance `named` (a host or an address) announces will be known here.

    Raises Forbidden for who may not decide that and for instances that are blocked, Conflict beyond MAX_FOLLOWED,
    Invalid for what is no instance, and what `Remote` raises.
    """
    require(doer, Permission.MANAGE_FEDERATION)
    origin = origin_named(remote.site, named)
    if (await stance_to(origin)).is_blocked:
        raise Forbidden("This instance does not federate with that one.")
    place = await own_actor()
    if await Follow.filter(follower_id=place.id).count() >= MAX_FOLLOWED:
        raise Conflict("This instance follows many others already. Stop following one first.", field="host")
    target = await _find_instance(remote, origin)
    async with transaction():
        made = await follow(place, target)
        await audit(doer, "follow_instance", target.uri)
        await enqueue([reading_earlier_news(target)])
    return made


async def unfollow_instance(doer: Doer, target: Actor) -> None:
    """What `target` announces is not asked for any more. What is known of it stays."""
    require(doer, Permission.MANAGE_FEDERATION)
    place = await own_actor()
    if not await Follow.exists(follower_id=place.id, target_id=target.id):
        raise NotFound("This instance does not follow that one.")
    async with transaction():
        await unfollow(place, target)
        await audit(doer, "unfollow_instance", target.uri)


async def followed_instances(*, limit: int = MAX_FOLLOWED) -> Sequence[Follow]:
    """Which instances this one follows or has asked to, each with its actor, by host."""
    place = await own_actor()
    made = Follow.filter(follower_id=place.id, target__is_local=False).select_related("target")
    return await made.order_by("target__host", "id").limit(limit)


async def _find_instance(remote: Remote, origin: str) -> Actor:
    """The actor that speaks for the instance at `origin`, as it says itself (FEP-2677), or where ours is too."""
    address = f"{origin}/actor"
    try:
        answer = await remote.fetching.get(
            f"{origin}/.well-known/nodeinfo", accept="application/json", max_bytes=MAX_BYTES
        )
        for link in Doc(parse(answer.body)).docs("links") if answer.status == 200 else ():
            href = link.find_text("href")
            if link.find_text("rel") == _APPLICATION and href and may_answer_for(origin, answered_from=href):
                address = href
    except FedirecError:
        pass  # it does not have to say
    found = await remote.find_actor(address)
    if found.type not in ("Application", "Service") or origin_of(found.uri) != origin:
        raise Invalid("That instance has no actor of its own that could be followed.", field="host")
    return found


async def get_followed(key: int) -> Follow:
    """How this instance follows another one, in row `key`, with that one's actor. Raises NotFound."""
    place = await own_actor()
    made = await Follow.get_or_none(id=key, follower_id=place.id).select_related("target")
    if made is None:
        raise NotFound("This instance does not follow that one.")
    return made


async def find_followed(site: Site, host: str) -> Follow:
    """The same by the host. Raises NotFound."""
    origin = origin_named(site, host)
    for made in await followed_instances():
        if origin_of(made.target.uri) == origin:
            return made
    raise NotFound("This instance does not follow that one.")
