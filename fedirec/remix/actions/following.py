"""Following from here: who is followed here is told."""

from __future__ import annotations

from fedirec.accounts.actions.notifications import notify
from fedirec.accounts.boundaries import refuse_unwelcome
from fedirec.accounts.notices import Notice
from fedirec.activitypub.follows import follow
from fedirec.activitypub.models import Actor, Follow
from fedirec.activitypub.remote import Remote
from fedirec.db import transaction
from fedirec.errors import Invalid
from fedirec.remix.actions.finding import is_address, is_handle
from fedirec.remix.actions.meeting import find_challenge
from fedirec.remix.queries.challenges import challenge_of
from fedirec.remix.queries.people import find_known
from fedirec.remix.vocab import ChallengeObject


async def start_following(follower: Actor, target: Actor) -> Follow:
    """A local `follower` follows `target`, or has asked to, and `target` knows."""
    await refuse_unwelcome(follower, to=target)
    async with transaction():
        made = await follow(follower, target)
        kind = Notice.FOLLOWED if made.accepted_at else Notice.ASKED_TO_FOLLOW
        await notify(target, kind, follower, follower.uri, follower.uri)
    return made


async def find_whom(remote: Remote, typed: str) -> Actor:
    """Whom a handle or an address means, to be followed; for the page of a challenge, its Group.

    Raises Invalid for what cannot be followed, and what `Remote` raises.
    """
    origin = remote.site.origin
    if is_handle(typed):
        found = await remote.find_by_handle(typed)
    elif is_address(typed):
        known = await find_known(typed.replace(f"{origin}/@", f"{origin}/u/", 1))
        found = known or await remote.find_actor(typed)
    else:
        raise Invalid("Please write a handle, like @ana@studio.example, or paste an address.")
    if found.type == "Application":
        raise Invalid("That is an instance. Follow the people and challenges on it instead.")
    if found.kind == ChallengeObject.KIND and not found.is_local and await challenge_of(found) is None:
        await find_challenge(remote, found.uri)
    return found
