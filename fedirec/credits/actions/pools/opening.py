"""Opening a pool, saying something else of it as long as nobody counts on it, and closing it."""

from __future__ import annotations

from typing import Any

from fedirec.accounts.actions.persons import person_of
from fedirec.activitypub.models import Actor
from fedirec.credits.actions.pools.deeds import begin_in, begin_with, of_own_money, tell_log
from fedirec.credits.entries import EntryState
from fedirec.credits.models import PayProposal, Pool, PoolEntry, PoolUse
from fedirec.credits.pools import POTS, Kind, PoolDraft, refuse_change
from fedirec.credits.proposals import OVER
from fedirec.credits.queries.pools import (
    MAX_POOLS,
    MAX_USES,
    Home,
    draft_of,
    is_counted_on,
    is_worked_for,
    pool_state,
    uses_of,
)
from fedirec.credits.queries.settings import money_settings
from fedirec.db import transaction
from fedirec.errors import Conflict, Invalid
from fedirec.ledger.currencies import write_money
from fedirec.ledger.recording import record, salted
from fedirec.projects.models import Production
from fedirec.remix.logbook import Happening
from fedirec.remix.models import Challenge, ChallengeTerms
from fedirec.remix.powers import Deed, Part, refuse_unless
from fedirec.remix.queries.leading import parts_around
from fedirec.remix.terms import Pays
from fedirec.translatable import N_
from fedirec.uris import new_key


async def open_pool(actor: Actor, home: Home, draft: PoolDraft, *, production: Production | None = None) -> Pool:
    """Everybody can see that there is money to share in `home`, or will be, and by which rule.

    The instance's own money only treasurers set aside, and only they say that it keeps another share than it states for
    all. Raises Forbidden, Invalid, and Conflict for a project that is
    not launched, a production that can still change, and a pot that is not the one that the challenge promises.
    """
    async with transaction():
        parts = await begin_in(home, of_own_money(Deed.OPEN_POOL, home, draft.kind), actor)
        await _refuse_own_share(draft, parts)
        _refuse_early(home, production)
        if home.challenge is not None:
            await _refuse_other_pot(home.challenge, draft)
        if await Pool.filter(group_id=home.group.id, state="open").count() >= MAX_POOLS:
            raise Conflict(N_("There can be %(n)s open pools here at once."), blanks={"n": MAX_POOLS})
        pool = await Pool.create(
            key=new_key(), group=home.group, production=production, made_by=actor, kind=draft.kind.value, **_said(draft)
        )
        await tell_log(home, Happening.POOL_OPENED, pool, by=actor, amount=_pot(pool))
        await _record("pool_opened", pool, actor)
    return pool


async def change_pool(actor: Actor, pool: Pool, home: Home, draft: PoolDraft, *, reason: str) -> Pool:
    """The pool says something else from now on, and everybody can read why.

    What people count on stays as it is. Only of a pot that was not paid in full can a treasurer say that it is as small
    as what came in; whoever was promised more in a challenge still has to agree, proposal by proposal. Raises
    Forbidden, Invalid and Conflict.
    """
    async with transaction():
        parts = await begin_with(pool, home, Deed.CHANGE_POOL, actor)
        _refuse_closed(pool)
        is_promised = await is_counted_on(pool)
        # A draft has the currency that the pool had when it was begun.
        has_entries = await PoolEntry.exists(pool_id=pool.id) or await PayProposal.exists(pool_id=pool.id)
        is_begun, state = await is_worked_for(pool), await pool_state(pool)
        came = state.came_in - state.went_back if Part.TREASURER in parts else 0
        known = {"is_promised": is_promised, "has_entries": has_entries, "is_begun": is_begun}
        refuse_change(draft_of(pool), draft, came=came, **known)
        is_cut = 0 < came <= (draft.stated or 0) < (pool.stated or 0)
        if draft.host_share_ppm != pool.host_share_ppm:
            await _refuse_own_share(draft, parts)
        if home.challenge is not None and not is_cut:
            await _refuse_other_pot(home.challenge, draft)
        said = _said(draft)
        for column, value in said.items():
            setattr(pool, column, value)
        await pool.save(update_fields=list(said))
        await tell_log(home, Happening.POOL_CHANGED, pool, by=actor, reason=reason, amount=_pot(pool))
        await _record("pool_changed", pool, actor, reason=reason)
    return pool


async def close_pool(actor: Actor, pool: Pool, home: Home, *, reason: str) -> Pool:
    """Nothing more is stated of the pool or proposed from it, and everybody can read why.

    Raises Forbidden, and Conflict as long as something waits for a treasurer, a proposal is under way, or there is
    still money in it.
    """
    async with transaction():
        await begin_with(pool, home, Deed.CLOSE_POOL, actor)
        _refuse_closed(pool)
        if await PoolEntry.exists(pool_id=pool.id, state=EntryState.STATED.value):
            raise Conflict(N_("Something that was stated of it still waits for a treasurer."))
        if await PayProposal.filter(pool_id=pool.id).exclude(state__in=[state.value for state in OVER]).exists():
            raise Conflict(N_("A proposal of how it is shared is still under way."))
        state = await pool_state(pool)
        if state.available or state.in_pool:
            raise Conflict(N_("There is still money in it. Share it first, or state that it went back."))
        pool.state = "closed"
        await pool.save(update_fields=["state"])
        await tell_log(home, Happening.POOL_CLOSED, pool, by=actor, reason=reason)
        await _record("pool_closed", pool, actor, reason=reason)
    return pool


async def use_pool(actor: Actor, pool: Pool, home: Home, other: Home) -> None:
    """The project or the challenge `other` was opened for the commission `pool`, and both logs say so.

    Whoever says so leads it, too. Raises Forbidden, Invalid for a pool of another kind, and Conflict.
    """
    async with transaction():
        await begin_with(pool, home, Deed.CHANGE_POOL, actor)
        _refuse_closed(pool)
        if Kind(pool.kind) is not Kind.COMMISSION:
            raise Invalid(N_("Only a commission is for several things at once."), field="use")
        if not other.group.is_local or other.group.id == pool.group_id or (other.project or other.challenge) is None:
            raise Invalid(N_("Please choose another project or challenge of this instance."), field="use")
        refuse_unless(Deed.CHANGE_PROJECT, await parts_around(other.group, actor))
        _refuse_early(other, None)
        used = await uses_of(pool)
        if other.group.id in {group.id for group in used}:
            raise Conflict(N_("That is said already."), field="use")
        if len(used) >= MAX_USES:
            raise Conflict(N_("That is enough for one commission."), field="use")
        await PoolUse.create(pool=pool, group=other.group)
        await tell_log(other, Happening.POOL_OPENED, pool, by=actor, amount=_pot(pool))
        await record("pool_used", pool.key, {"group": other.group.uri})


def _said(draft: PoolDraft) -> dict[str, Any]:
    return {
        "title": draft.title.strip(),
        "brief": draft.brief,
        "client": draft.client.strip(),
        "currency": draft.currency,
        "stated": draft.stated,
        "host_share_ppm": draft.host_share_ppm,
        "rule": draft.rule.value,
    }


def _pot(pool: Pool) -> str:
    return "" if pool.stated is None else write_money(pool.stated, pool.currency)


def _refuse_closed(pool: Pool) -> None:
    if pool.state != "open":
        raise Conflict(N_("This pool is closed."))


def _refuse_early(home: Home, production: Production | None) -> None:
    """Raise Conflict for money of what not everybody can see, or that may still go away."""
    if home.project is not None and home.project.launched_at is None:
        raise Conflict(N_("Launch the project first: everybody sees the money of a project."))
    if home.challenge is not None and home.challenge.state == "draft":
        raise Conflict(N_("Open the challenge first: everybody sees the money of a challenge."))
    if production is None:
        return
    if home.project is None or production.project_id != home.project.id:
        raise Invalid(N_("That production belongs to another project."), field="production")
    if production.state not in ("frozen", "released"):
        raise Conflict(N_("Freeze it first: until then nobody knows who is in it."), field="production")


async def _refuse_own_share(draft: PoolDraft, parts: frozenset[Part]) -> None:
    """Raise Invalid where whoever leads it, and is no treasurer, chooses what this instance keeps."""
    usual = (await money_settings()).host_share_ppm
    if draft.kind not in POTS and draft.host_share_ppm != usual and Part.TREASURER not in parts:
        raise Invalid(
            N_("This instance keeps %(percent)s %%. Only its treasurers open a pool with another share, or say so."),
            field="host_share",
            blanks={"percent": f"{usual / 10_000:g}"},
        )


async def _refuse_other_pot(challenge: Challenge, draft: PoolDraft) -> None:
    """Raise Conflict where `draft` is not what `challenge` promises: another currency, or less than its pot."""
    terms = await ChallengeTerms.filter(challenge_id=challenge.id).order_by("-version").first()
    if terms is None or terms.pays != Pays.POT or terms.amount is None:
        return
    if draft.currency != terms.currency:
        raise Conflict(
            N_("The challenge promises its pot in %(currency)s."), field="currency", blanks={"currency": terms.currency}
        )
    if draft.stated is not None and draft.stated < terms.amount:
        raise Conflict(N_("The challenge promises more than that."), field="stated")


async def _record(kind: str, pool: Pool, actor: Actor, *, reason: str = "") -> None:
    """What `pool` promises stands in the chain."""
    await record(
        kind,
        pool.key,
        salted(
            {
                "group": (await pool.group).uri,
                "kind": pool.kind,
                "title": pool.title,
                "client": pool.client,
                "currency": pool.currency,
                "stated": pool.stated,
                "hostSharePartsPerMillion": pool.host_share_ppm,
                "rule": pool.rule,
                "by": (await person_of(actor)).id,
                "reason": reason,
            }
        ),
    )
