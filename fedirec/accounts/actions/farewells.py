"""Leaving for good: asked for, taken back as long as there is time, and then done (`remix.actions.erasing`)."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from tortoise.expressions import Q

from fedirec.accounts.actions.audit import HasUri, audit
from fedirec.accounts.actions.passwords import prove_presence
from fedirec.accounts.models import Account, Farewell
from fedirec.accounts.permissions import Doer, Permission, Role, refuse_last_owner, require
from fedirec.accounts.queries import ACTIVE, PAGE, SUSPENDED, get_instance
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Conflict, NotFound
from fedirec.lanes import Work, enqueue
from fedirec.uris import Uris
from fedirec.web.ratelimit import RateLimit

TIME_TO_THINK: Final = timedelta(days=7)
"""How long somebody can take it back."""

SUSPENSION_LASTS: Final = timedelta(days=30)
"""How long a suspension can be taken back."""


async def say_farewell(
    account: Account, *, present: str, attempts: RateLimit, keeps_name: bool, at_once: bool = False
) -> Farewell:
    """A member who proved that they are there will be erased after `TIME_TO_THINK`, or `at_once`.

    With `keeps_name` they stay credited by their name where others built on what they made, else as somebody who left.
    Raises Forbidden for a wrong password, TooMany, Conflict for the last owner or when it has begun.
    """
    await prove_presence(account, present, attempts=attempts, field="present")
    actor = await account.actor
    return await plan_farewell(actor, account, keeps_name=keeps_name, wait=timedelta(0) if at_once else TIME_TO_THINK)


async def plan_farewell(doer: HasUri, account: Account, *, keeps_name: bool, wait: timedelta) -> Farewell:
    """`account` will be erased after `wait`, because `doer` said so. Raises Conflict as `say_farewell`."""
    async with transaction():
        owners = Account.filter(Q(id=account.id) | Q(role=Role.OWNER.value, state=ACTIVE))
        held = await owners.order_by("id").select_for_update()
        refuse_last_owner({row.id for row in held if row.role == Role.OWNER}, leaving=account.id)
        known = await Farewell.get_or_none(actor_id=account.actor_id)
        if known is not None and known.begun_at is not None:
            raise Conflict("That has begun already.")
        if known is not None:
            await known.delete()
        moment = now()
        made = await Farewell.create(
            actor_id=account.actor_id, keeps_name=keeps_name, asked_at=moment, due_at=moment + wait
        )
        actor = await Actor.get(id=account.actor_id)
        await audit(doer, "ask_to_erase", actor.uri)
        await enqueue([erasure_of(actor, made)])
    return made


async def plan_end(doer: Doer) -> int:
    """Every member will be erased as soon as the worker has time, owners too, and nobody joins any more; how many.

    They stay credited by their names where others built on what they made. Raises Conflict when all that is under way.
    """
    require(doer, Permission.MANAGE_INSTANCE)
    leaving = 0
    async with transaction():
        instance = await get_instance()
        instance.registration = "closed"
        await instance.save(update_fields=["registration"])
        begun = {row.actor_id for row in await Farewell.filter(begun_at__not_isnull=True)}
        members = Account.filter(actor__is_local=True, state__in=(ACTIVE, SUSPENDED)).order_by("id")
        last, moment = 0, now()
        while page := await members.filter(id__gt=last).limit(PAGE).select_related("actor"):
            actors = [account.actor for account in page if account.actor_id not in begun]
            await Farewell.filter(actor_id__in=[actor.id for actor in actors]).delete()
            made = [Farewell(actor_id=actor.id, keeps_name=True, asked_at=moment, due_at=moment) for actor in actors]
            await Farewell.bulk_create(made)
            await enqueue([erasure_of(actor, each) for actor, each in zip(actors, made, strict=True)])
            leaving += len(actors)
            last = page[-1].id
        if not leaving:
            raise Conflict("Everybody is leaving already, or has left.")
        await audit(doer, "end_instance", Uris(instance.origin or "").instance_actor, members=leaving)
    return leaving


async def take_back_farewell(account: Account) -> None:
    """A member stays after all. Raises NotFound when they did not want to leave, Conflict when it has begun."""
    async with transaction():
        known = await Farewell.filter(actor_id=account.actor_id).select_for_update().first()
        if known is None:
            raise NotFound("There is nothing to take back.")
        if known.begun_at is not None:
            raise Conflict("That has begun already.")
        await known.delete()
        actor = await Actor.get(id=account.actor_id)
        await audit(actor, "stay_after_all", actor.uri)


async def find_farewell(account: Account) -> Farewell | None:
    """Whether and when `account` will be erased."""
    return await Farewell.get_or_none(actor_id=account.actor_id)


def is_suspended_for_good(actor: Actor) -> bool:
    """Whether `actor` was suspended so long ago that it cannot be taken back any more."""
    return (
        actor.state == "suspended" and actor.suspended_at is not None and actor.suspended_at < now() - SUSPENSION_LASTS
    )


def erasure_of(actor: Actor, farewell: Farewell | None = None, *, without_name: bool = False) -> Work:
    """The work that erases `actor`: one of ours who said `farewell`, or one of another instance who is gone there, and
    perhaps wants to be credited `without_name`, or was suspended here for good.
    """
    due_at = farewell.due_at if farewell else None
    return Work(
        kind="erasure",
        lane=f"erasure:{actor.id}",
        payload={"actor": actor.id, "without_name": without_name},
        due_at=due_at,
        dedupe_key=f"erasure:{actor.id}:{due_at.timestamp() if due_at else ''}",
    )


async def resume_farewells() -> int:
    """Whoever should be erased by now, and is not, will be; returns how many those are."""
    late = await Farewell.filter(due_at__lte=now(), done_at=None).order_by("id").limit(100).select_related("actor")
    await enqueue([erasure_of(row.actor, row) for row in late])
    return len(late)
