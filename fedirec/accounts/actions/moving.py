"""Moving: the other accounts of a member, going to one of them, and coming back (`activitypub.moving` does it)."""

from __future__ import annotations

from functools import partial
from typing import Final

from fedirec.accounts.actions.audit import audit
from fedirec.accounts.actions.notifications import notify
from fedirec.accounts.actions.passwords import prove_presence
from fedirec.accounts.boundaries import find_boundary, is_unwelcome
from fedirec.accounts.models import Account
from fedirec.accounts.notices import Notice
from fedirec.activitypub.models import Actor
from fedirec.activitypub.moving import COOLDOWN, come_back, follow_move, move_away, set_aliases
from fedirec.activitypub.remote import Remote
from fedirec.activitypub.vocab.actors import MAX_ALIASES
from fedirec.clock import now
from fedirec.errors import Conflict, Invalid, NotFound
from fedirec.lanes import Job, Outcome
from fedirec.web.ratelimit import RateLimit

LONGEST: Final = 2_048


async def find_other_account(remote: Remote, typed: str) -> Actor:
    """The account of a person that a handle or an address means. Raises Invalid, and what `Remote` raises."""
    text = typed.strip()[:LONGEST]
    if text.lower().startswith(("https://", "http://")):
        found = await remote.find_actor(text)
    elif "@" in text.removeprefix("@"):
        found = await remote.find_by_handle(text if text.startswith("@") else f"@{text}")
    else:
        raise Invalid("Please write a handle, like @ana@studio.example, or paste an address.")
    if found.type in ("Application", "Group"):
        raise Invalid("That is not the account of a person.")
    return found


async def add_alias(actor: Actor, other: Actor) -> None:
    """A local `actor` says that `other` is them too, and may move here. Raises Conflict for one too many."""
    if len(actor.also_known_as) >= MAX_ALIASES and other.uri not in actor.also_known_as:
        raise Conflict("You can name ten other accounts at most. Remove one first.")
    if other.id == actor.id:
        raise Invalid("That is this account itself.", field="who")
    await set_aliases(actor, [*actor.also_known_as, other.uri])


async def remove_alias(actor: Actor, uri: str) -> None:
    """A local `actor` does not say any more that they are at `uri` too. Raises NotFound when they did not."""
    if uri not in actor.also_known_as:
        raise NotFound("That is not there any more.")
    await set_aliases(actor, [alias for alias in actor.also_known_as if alias != uri])


async def aliases_of(actor: Actor) -> list[tuple[str, Actor | None]]:
    """The other accounts that `actor` names, each with who that is, as far as they are known here."""
    known = {other.uri: other for other in await Actor.filter(uri__in=list(actor.also_known_as))}
    return [(uri, known.get(uri)) for uri in actor.also_known_as]


async def move_to(remote: Remote, account: Account, target: Actor, *, present: str, attempts: RateLimit) -> Actor:
    """A member who proved that they are there lives at `target` from now on; their followers are told.

    Raises Forbidden for a wrong password, Conflict when the new account does not name this one, or too soon after the
    last move; and what `Remote` raises.
    """
    await prove_presence(account, present, attempts=attempts, field="present")
    actor = await Actor.get(id=account.actor_id)
    refuse_soon(actor)
    if target.id == actor.id:
        raise Invalid("That is this account itself.", field="who")
    try:
        found = await move_away(remote, actor, target.uri)
    except Conflict as error:
        raise Conflict(
            "The new account has to say first that this one is theirs too, and must not have moved on itself.",
            field="who",
        ) from error
    await audit(actor, "move", actor.uri, target=found.uri)
    return found


async def move_back(actor: Actor) -> None:
    """A member who moved lives here again. Raises NotFound when they did not move."""
    if actor.moved_to is None:
        raise NotFound("You have not moved.")
    await come_back(actor)
    await audit(actor, "come_back", actor.uri)


def refuse_soon(actor: Actor) -> None:
    """Raise Conflict while `actor` cannot move again: their last move was less than seven days ago."""
    if actor.moved_at is not None and actor.moved_at > now() - COOLDOWN:
        raise Conflict("You moved less than a week ago. Please wait until a week has passed.")


async def move_followers(remote: Remote, job: Job) -> Outcome:
    """As `follow_move`: those of ours who follow somebody who moved go along, unless they keep away, and are told."""
    mover = await Actor.get_or_none(uri=str(job.payload["old"]))
    return await follow_move(remote, job, may_follow=partial(_goes_along, mover) if mover else None)


async def _goes_along(mover: Actor, follower: Actor, target: Actor) -> bool:
    await notify(
        follower,
        Notice.MOVED,
        mover,
        f"{mover.uri}#{target.uri}",
        target.uri,
        {"title": f"@{target.handle}@{target.host}"},
    )
    if await find_boundary(follower, other=target) is not None:
        return False
    return not await is_unwelcome(follower, with_any=[target.id])
