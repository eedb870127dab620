"""Which pool, or which entry of it, is meant, and what it belongs to."""

from __future__ import annotations

from fedirec.accounts.permissions import Permission
from fedirec.activitypub.own import own_actor
from fedirec.api.endpoint import Call
from fedirec.api.endpoints.finding import get_challenge_row
from fedirec.api.endpoints.projects.finding import project_in
from fedirec.credits.models import Pool as PoolRow
from fedirec.credits.models import PoolEntry
from fedirec.credits.queries.pools import Home, get_entry, get_pool, may_see_home
from fedirec.errors import NotFound


async def of_project(call: Call) -> Home:
    project = await project_in(call)
    return Home(group=project.actor, project=project)


async def of_challenge(call: Call) -> Home:
    challenge = await get_challenge_row(call.row(), viewer=call.looker)
    home = Home(group=challenge.actor, challenge=challenge)
    if not await may_see_home(home, call.looker, is_moderator=moderates(call)):
        raise NotFound("There is no such challenge here.")
    return home


async def of_instance(call: Call) -> Home:
    return Home(group=await own_actor())


async def named(call: Call) -> tuple[PoolRow, Home]:
    """The pool in the path, and what it belongs to. Raises NotFound."""
    return await get_pool(call.word("key"), call.looker, is_moderator=moderates(call))


async def named_entry(call: Call) -> tuple[PoolRow, Home, PoolEntry]:
    """The entry in the path, with its pool and what that belongs to. Raises NotFound."""
    pool, home = await named(call)
    return pool, home, await get_entry(pool, call.word("entry"))


def moderates(call: Call) -> bool:
    return call.visitor is not None and call.visitor.can(Permission.MODERATE)
