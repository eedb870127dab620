"""What each decision does to somebody or to what they made, and how it is undone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fedirec.accounts.actions.members import suspend, unsuspend
from fedirec.accounts.models import Account
from fedirec.accounts.permissions import Doer
from fedirec.activitypub.actors import publish_actor_update
from fedirec.activitypub.models import Actor
from fedirec.activitypub.policies import stance_to
from fedirec.activitypub.quiet import hush
from fedirec.admin.judging import Action, Verdict
from fedirec.admin.models import Decision
from fedirec.admin.queries.subjects import Thing, things_at
from fedirec.clock import now
from fedirec.errors import Conflict
from fedirec.projects.actions.hiding import hide_project, show_project_again
from fedirec.projects.models import Project
from fedirec.remix.actions.comments import delete_comment
from fedirec.remix.actions.records import delete_record
from fedirec.remix.actions.taking_down import (
    hide_challenge,
    hide_comment_of,
    hide_record,
    let_groups_speak,
    show_challenge_again,
    show_comment_again,
    show_record_again,
    silence_groups_of,
)
from fedirec.remix.models import Challenge, Comment, Record
from fedirec.uris import origin_of


async def carry_out(
    doer: Doer,
    accused: Actor,
    account: Account | None,
    things: Sequence[Thing],
    verdict: Verdict,
    moderator: Actor | None,
) -> list[dict[str, Any]]:
    """What `verdict` says is done; answers what has to be known to take it back. Raises Conflict when it is so already.

    Part of the transaction of the decision.
    """
    match verdict.action:
        case Action.HIDE:
            return [await _hide(thing, moderator) for thing in things]
        case Action.DELETE:
            for thing in things:
                await _delete(thing)
            return [{"uri": thing.uri, "kind": thing.kind} for thing in things]
        case Action.LIMIT:
            if accused.limited_at is not None:
                raise Conflict("They are limited already.")
            await _limit(accused, at=now())
        case Action.SUSPEND:
            await _silence(doer, accused, account, verdict)
    return []


async def let_speak(doer: Doer, accused: Actor, account: Account | None) -> None:
    """`accused` is suspended no more, unless their whole instance is shut out; nothing happens when they were not."""
    if accused.state != "suspended":
        return
    if account is not None:
        await unsuspend(doer, account)
    accused.state, accused.suspended_at = "active", None
    if not accused.is_local and (await stance_to(origin_of(accused.uri))).is_blocked:
        accused.state, accused.is_shut_out = "suspended", True
    await accused.save(update_fields=["state", "suspended_at", "is_shut_out"])
    if accused.state != "active":
        return
    if accused.is_local:
        await publish_actor_update(accused)
    hidden = Decision.filter(about_id=accused.id, action=Action.HIDE.value, undone_at=None)
    rows = [thing for things in await hidden.values_list("things", flat=True) for thing in _list(things)]
    await let_groups_speak(accused, but=[thing["row"] for thing in rows if thing["kind"] == "challenge"])


async def take_back(doer: Doer, accused: Actor, account: Account | None, decision: Decision) -> None:
    """What `decision`, which stands no more, did to `accused` is undone, unless another decision of that kind stands.

    Part of the transaction of whoever takes it back.
    """
    match Action(decision.action):
        case Action.HIDE:
            await _put_back(decision)
        case Action.LIMIT if not await _stands(accused, Action.LIMIT):
            await _limit(accused, at=None)
        case Action.SUSPEND if not await _stands(accused, Action.SUSPEND):
            await let_speak(doer, accused, account)


async def _hide(thing: Thing, moderator: Actor | None) -> dict[str, Any]:
    kept: dict[str, Any] = {"uri": thing.uri, "kind": thing.kind, "row": thing.row}
    if isinstance(thing.whole, Record):
        kept["visibility"] = await hide_record(thing.whole)
    elif isinstance(thing.whole, Comment):
        await hide_comment_of(thing.whole, moderator=moderator)
    elif isinstance(thing.whole, Challenge):
        await hide_challenge(thing.whole)
    elif isinstance(thing.whole, Project):
        await hide_project(thing.whole, besides=thing.accused)
    return kept


async def _delete(thing: Thing) -> None:
    if isinstance(thing.whole, Record):
        await delete_record(thing.accused, thing.whole)
    elif isinstance(thing.whole, Comment):
        await delete_comment(thing.accused, thing.whole)


async def _put_back(decision: Decision) -> None:
    hidden = {thing["uri"]: thing for thing in decision.things}
    for thing in await things_at(list(hidden)):
        if isinstance(thing.whole, Record):
            await show_record_again(thing.whole, visibility=str(hidden[thing.uri].get("visibility", "public")))
        elif isinstance(thing.whole, Comment):
            await show_comment_again(thing.whole)
        elif isinstance(thing.whole, Challenge) and thing.accused.state != "suspended":
            await show_challenge_again(thing.whole)
        elif isinstance(thing.whole, Project):
            await show_project_again(thing.whole, besides=thing.accused)


async def _limit(accused: Actor, *, at: Any) -> None:
    accused.limited_at = at
    await accused.save(update_fields=["limited_at"])
    await hush([accused])


async def _silence(doer: Doer, accused: Actor, account: Account | None, verdict: Verdict) -> None:
    if accused.state != "active" and not accused.is_shut_out:
        raise Conflict("That account is not active.")
    if account is not None:
        await suspend(doer, account, reason=verdict.reason)
        accused.state = "suspended"
    else:
        # When their instance is not shut out any more, they still are.
        accused.state, accused.is_shut_out = "suspended", False
        await accused.save(update_fields=["state", "is_shut_out"])
    accused.suspended_at = now()
    await accused.save(update_fields=["suspended_at"])
    if accused.is_local:
        await publish_actor_update(accused)
    await silence_groups_of(accused)


def _list(things: object) -> list[dict[str, Any]]:
    return things if isinstance(things, list) else []


async def _stands(accused: Actor, action: Action) -> bool:
    return await Decision.exists(about_id=accused.id, action=action.value, undone_at=None)
