"""Locking: from then on each line is owed, in the books and in rows that are never changed.

What is contested is held back and nothing else, and is owed, or stays in the pool, when that is settled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fedirec.accounts.notices import Notice
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.credits import bookings
from fedirec.credits.actions.heads import send_head
from fedirec.credits.actions.proposals.deciding import refuse_own
from fedirec.credits.actions.proposals.deeds import begin, in_force, with_home
from fedirec.credits.actions.proposals.publishing import refuse_obstacles
from fedirec.credits.actions.proposals.telling import announce, tell_listed
from fedirec.credits.models import PayProposal, ProposalRevision
from fedirec.credits.objections import held_parts, lockable
from fedirec.credits.proposals import BINDING, Facts, State, Step, advance
from fedirec.credits.queries.contests import RevisionLine, contests_of, lines_in
from fedirec.credits.queries.drafts import obstacles_to_lock
from fedirec.credits.queries.funds import funds_of
from fedirec.credits.queries.persons import strangers_in
from fedirec.credits.queries.pools import pool_state
from fedirec.credits.queries.settings import money_settings
from fedirec.credits.shares import amounts_of
from fedirec.db import execute_many, transaction
from fedirec.db.apart import each_apart
from fedirec.db.holding import hold
from fedirec.db.rows import fetch_tuples
from fedirec.errors import Conflict
from fedirec.lanes import gathering
from fedirec.ledger.journal import Entry
from fedirec.ledger.posting import post
from fedirec.ledger.recording import record
from fedirec.remix.powers import Deed
from fedirec.translatable import N_


async def lock_proposal(treasurer: Actor, proposal: PayProposal, *, digest: str) -> PayProposal:
    """What the revision with `digest` gives is owed from now on, in the books and to each person; by somebody who did
    not propose it, or who is alone and has waited.

    What is shared is what the pool has now. What is contested is held back until it is settled. Everybody listed is
    told. Raises Forbidden, Changed where another revision is in force, and Conflict, which says what stands against it.
    """
    async with transaction(), gathering():
        await begin(Deed.LOCK_PROPOSAL, proposal, treasurer)
        assert proposal.pool is not None
        revision = await in_force(proposal, digest)
        await hold(proposal.pool)
        if await strangers_in(revision):
            raise Conflict(N_("Something in it is not what was published. Please publish a new revision."))
        is_solo = await refuse_own(treasurer, proposal, revision)
        funds, stakes = await funds_of(proposal.pool), await lines_in(revision)
        ppm = {each.key: each.ppm for each in stakes}
        amounts = amounts_of(funds.to_share, ppm, scope=proposal.key)
        contests, is_open = await contests_of(proposal, revision)
        owed = _above_nothing(lockable(amounts, ppm, held_parts(ppm, contests)))
        found = await obstacles_to_lock(proposal, stakes, funds.to_share)
        refuse_obstacles(found)
        facts = Facts(
            now=now(),
            blocked=len(found.blocked),
            departures=len(found.departures),
            amount=funds.to_share,
            said=revision.amount,
            covered=funds.covered,
            free=sum(owed.values()),
        )
        proposal.state = advance(proposal.state, Step.LOCK, facts).value
        proposal.approver, proposal.locked_at = treasurer, now()
        proposal.locked_amount, proposal.locked_digest = funds.to_share, revision.digest
        proposal.held_amount = funds.to_share - facts.free if is_open else 0
        unclaimed = await _unclaimed()
        proposal.update_from_dict(unclaimed)
        await proposal.save(
            update_fields=[
                *("state", "approver_id", "locked_at", "locked_amount", "locked_digest", "held_amount"),
                *unclaimed,
            ]
        )
        await _write(proposal, "", stakes, owed)
        await tell_listed(proposal, Notice.PROPOSAL_LOCKED, revision=revision, cause=treasurer)
        await announce(proposal, revision)
        if closing := bookings.closing(funds.state, pool=proposal.pool.key, proposal=proposal.key):
            await post(closing)
        await post(_booking(proposal, "", stakes, owed))
        await record(
            "proposal_locked",
            proposal.key,
            {
                "revision": revision.number,
                "digest": revision.digest,
                "currency": proposal.currency,
                "solo": is_solo,
            }
            | unclaimed
            | await _told(amount=funds.to_share, held=funds.to_share - facts.free, lines=owed),
        )
        await send_head(proposal, revision)
    return proposal


async def release_held(proposal: PayProposal) -> int:
    """What was held back of a locked `proposal` and is settled is owed like the rest, and everybody hears of it as of
    a lock; returns how many minor units.

    What an appeal took away for good stays in the pool, for a further proposal.
    """
    async with transaction(), gathering():
        await hold(proposal)
        await with_home(proposal)
        if proposal.pool is None or State(proposal.state) not in BINDING or not proposal.held_amount:
            return 0
        await hold(proposal.pool)  # nobody else shares what is in it meanwhile
        revision = await ProposalRevision.get(proposal_id=proposal.id, digest=proposal.locked_digest)
        stakes = await lines_in(revision)
        ppm = {each.key: each.ppm for each in stakes}
        amounts = amounts_of(proposal.locked_amount or 0, ppm, scope=proposal.key)
        contests, is_open = await contests_of(proposal, revision)
        parts, locked = await _locked_so_far(proposal)
        free = lockable(amounts, ppm, held_parts(ppm, contests))
        owed = _above_nothing({key: amount - locked.get(key, 0) for key, amount in free.items()})
        released = sum(owed.values())
        left = (proposal.locked_amount or 0) - sum(locked.values()) - released if is_open else 0
        if not released and left == proposal.held_amount:
            return 0
        if released > (await pool_state(proposal.pool)).in_pool:
            return 0  # some of it went back to whoever paid: it is owed when it is there again
        proposal.held_amount = left
        await proposal.save(update_fields=["held_amount"])
        document = {"digest": revision.digest} | await _told(amount=released, held=left)
        if released:
            proposal.state = advance(proposal.state, Step.RELEASE, Facts(now=now(), free=released)).value
            await proposal.save(update_fields=["state"])
            part = str(parts + 1)
            await _write(proposal, part, stakes, owed)
            what = f"{Notice.PROPOSAL_RELEASED}-{part}"
            await tell_listed(proposal, Notice.PROPOSAL_RELEASED, revision=revision, about=what)
            await announce(proposal, revision)
            await post(_booking(proposal, part, stakes, owed))
            document |= {"part": part}
        await record("proposal_released", proposal.key, document)
        if released:
            await send_head(proposal, revision)
    return released


async def release_settled() -> int:
    """What was held back anywhere and is settled by now is owed; returns of how many proposals."""
    held = PayProposal.filter(pool_id__not_isnull=True, held_amount__gt=0).order_by("id")
    return sum(map(bool, await each_apart(await held, release_held)))


async def _unclaimed() -> dict[str, Any]:
    """What becomes of shares that nobody claims, as the instance says now; changes are for what is locked later."""
    settings = await money_settings()
    names = ("unclaimed_policy", "unclaimed_months", "unclaimed_charity")
    return {name: getattr(settings, name) for name in names}


async def _told(**sums: int | Mapping[str, int]) -> dict[str, Any]:
    """These sums as a link of the audit log tells them: not at all where the instance shows no amounts. The entry in
    the journal has them in any case, and the chain covers that.
    """
    if not (await money_settings()).shows_amounts:
        return {}
    return {
        name: str(said) if isinstance(said, int) else {key: str(amount) for key, amount in said.items()}
        for name, said in sums.items()
    }


async def _locked_so_far(proposal: PayProposal) -> tuple[int, dict[str, int]]:
    """In how many parts something was locked, and how many minor units of each line."""
    rows = await fetch_tuples("SELECT part, line_key, amount FROM locked_share WHERE proposal_id = ?", proposal.id)
    locked: dict[str, int] = {}
    for _part, key, amount in rows:
        locked[str(key)] = locked.get(str(key), 0) + int(amount)
    return len({str(row[0]) for row in rows}), locked


async def _write(proposal: PayProposal, part: str, stakes: Sequence[RevisionLine], owed: Mapping[str, int]) -> None:
    await execute_many(
        "INSERT INTO locked_share (proposal_id, part, line_key, person_id, amount, income_kind) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        [
            (proposal.id, part, each.key, each.person, owed[each.key], each.income_kind)
            for each in stakes
            if each.key in owed
        ],
    )


def _booking(proposal: PayProposal, part: str, stakes: Sequence[RevisionLine], owed: Mapping[str, int]) -> Entry:
    """What each person is owed by all their lines together."""
    assert proposal.pool is not None
    people: dict[int, int] = {}
    for each in stakes:
        if each.key in owed:
            people[each.person] = people.get(each.person, 0) + owed[each.key]
    return bookings.locked(
        people,
        proposal.currency,
        pool=proposal.pool.key,
        proposal=proposal.key,
        digest=proposal.locked_digest,
        part=part,
    )


def _above_nothing(amounts: Mapping[str, int]) -> dict[str, int]:
    return {key: amount for key, amount in amounts.items() if amount > 0}
