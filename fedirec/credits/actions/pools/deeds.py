"""The door to every deed with a pool: who may do it where the pool belongs."""

from __future__ import annotations

from fedirec.activitypub.models import Actor
from fedirec.credits.models import Pool
from fedirec.credits.pools import Kind
from fedirec.credits.queries.pools import Home
from fedirec.credits.queries.settings import money_settings
from fedirec.credits.queries.standing import parts_to
from fedirec.db.holding import hold
from fedirec.errors import Conflict
from fedirec.projects.actions.deeds import begin_deed
from fedirec.remix.actions.logbook import log
from fedirec.remix.logbook import Happening
from fedirec.remix.powers import Deed, Part, refuse_unless
from fedirec.translatable import N_

_ELSEWHERE = N_("This lives on another server. Please go there.")


async def begin_in(home: Home, deed: Deed, actor: Actor) -> frozenset[Part]:
    """`actor` may do it with money of `home`; what they are to it.

    The first in the caller's transaction: until it ends nobody else does anything there. Raises Forbidden, NotFound for
    what was discarded, and Conflict for what lives elsewhere.
    """
    parts = await parts_to(home.group, actor)
    if home.project is not None:
        also = Part.TREASURER if Part.TREASURER in parts else None
        return await begin_deed(deed, home.project, actor, also=also)
    if not home.group.is_local:
        raise Conflict(_ELSEWHERE)
    if home.challenge is not None:
        await hold(home.challenge)
    refuse_unless(deed, parts)
    return parts


async def begin_with(pool: Pool, home: Home, deed: Deed, actor: Actor) -> frozenset[Part]:
    """As `begin_in`, and nobody else does anything with `pool`, which says what stands there now."""
    parts = await begin_in(home, of_own_money(deed, home, Kind(pool.kind)), actor)
    await hold(pool)
    return parts


def of_own_money(deed: Deed, home: Home, kind: Kind) -> Deed:
    """What it takes to do `deed` in a pool of `kind`: the instance's own money only its treasurers handle."""
    is_own = kind is Kind.SELF_FUNDED or (home.project is None and home.challenge is None)
    return Deed.SET_MONEY_ASIDE if is_own and deed is not Deed.SEE_EVIDENCE else deed


async def tell_log(home: Home, kind: Happening, pool: Pool, *, by: Actor, reason: str = "", amount: str = "") -> None:
    """It stands in the public log of the project or the challenge, with the amount where the instance shows amounts;
    the instance itself has no log.
    """
    if home.project is not None or home.challenge is not None:
        details = {"title": pool.title}
        if amount and (await money_settings()).shows_amounts:
            details["amount"] = amount
        await log(home.group, kind, by=by, reason=reason, details=details)
