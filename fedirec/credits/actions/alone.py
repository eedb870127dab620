"""Saying beforehand that somebody will go on with what they began themselves, because nobody else here could.

What is said holds as long as it stays so: as soon as there is somebody else it counts for nothing, and has to be said
again. So nobody makes themselves the only one for a moment.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tortoise.expressions import Q

from fedirec.accounts.actions.notifications import notify_actors
from fedirec.accounts.actions.persons import own_person
from fedirec.accounts.notices import Notice
from fedirec.accounts.permissions import Permission
from fedirec.accounts.queries import those_who_may
from fedirec.clock import now
from fedirec.credits.actions.proposals.appealing import close_to, who_brought_forward
from fedirec.credits.actions.proposals.deeds import with_home
from fedirec.credits.actions.proposals.telling import tell_some
from fedirec.credits.decisions import Rule
from fedirec.credits.entries import EntryState
from fedirec.credits.eyes import solo_from, without_neutral
from fedirec.credits.models import PayProposal, PoolEntry, ProposalAppeal, ProposalRevision, SaidAlone
from fedirec.credits.objections import AppealState
from fedirec.credits.proposals import HEARING, State
from fedirec.credits.queries.alone import about_appeal, about_deciding, about_entry, about_locking
from fedirec.credits.queries.contests import gaining_by
from fedirec.credits.queries.settings import money_settings
from fedirec.credits.queries.standing import (
    actors_of_people,
    judges,
    listed_people,
    newest_revision,
    payers,
    proposers_of,
)
from fedirec.credits.queries.waiting import for_host
from fedirec.db import transaction
from fedirec.lanes import gathering
from fedirec.remix.queries.leading import leaders_of_group

_HEARD_BY_HOST: Final = [state.value for state in HEARING]
_KINDS: Final = ("entry:", "decide:", "lock:", "appeal:")
"""How what is said here begins; what is about payments is said where these are made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """Something that nobody neutral can do: whoever of `people` does it had a part in it."""

    since: datetime
    people: frozenset[int]
    entry: PoolEntry | None = None
    proposal: PayProposal | None = None
    revision: ProposalRevision | None = None
    appeal: ProposalAppeal | None = None


async def say_who_is_alone() -> int:
    """Everybody whom it concerns knows who will confirm, decide or lock what they have a part in, and from when on, and
    that nobody neutral is there for an appeal; what is not so any more counts for nothing. Returns about how much that
    was new.
    """
    everybody = await payers()
    found = {**await _entries(everybody), **await _proposals(everybody), **await _appeals()}
    known = {row.about: row for row in await SaidAlone.all() if row.about.startswith(_KINDS)}
    await SaidAlone.filter(about__in=[about for about in known if about not in found]).delete()
    new = {about: case for about, case in found.items() if about not in known or known[about].told_at < case.since}
    actors = {await own_person(each.actor): each.actor for each in await those_who_may(Permission.PAY)}
    for about, case in new.items():
        names = sorted(actors[each].name or actors[each].handle for each in case.people if each in actors)
        await _say(about, case, ", ".join(names))
    return len(new)


async def _entries(everybody: frozenset[int]) -> dict[str, _Case]:
    """What was stated by the only one who could confirm it."""
    if len(everybody) != 1:
        return {}
    waiting = PoolEntry.filter(state=EntryState.STATED.value).order_by("id").select_related("stated_by", "pool__group")
    cases = {}
    for entry in await waiting:
        if people := without_neutral(everybody, [await own_person(entry.stated_by)]):
            cases[about_entry(entry.key)] = _Case(since=entry.created_at, people=people, entry=entry)
    return cases


async def _proposals(everybody: frozenset[int]) -> dict[str, _Case]:
    """Which proposals nobody neutral could decide or lock."""
    ours = PayProposal.filter(pool_id__not_isnull=True)
    heard = ours.filter(Q(rule=Rule.HOST.value, state__in=_HEARD_BY_HOST) | for_host())
    decided = ours.filter(state=State.DECIDED.value)
    cases = {}
    for proposal in [*await heard.order_by("id"), *await decided.order_by("id")]:
        revision = await newest_revision(proposal)
        if revision is None:
            continue
        people = without_neutral(everybody, await proposers_of(proposal), await gaining_by(revision))
        is_decided = proposal.state == State.DECIDED
        about = about_locking(proposal.key) if is_decided else about_deciding(proposal.key)
        since = (proposal.decided_at if is_decided else None) or revision.published_at
        if people:
            cases[about] = _Case(since=since, people=people, proposal=proposal, revision=revision)
    return cases


async def _appeals() -> dict[str, _Case]:
    """Which appeals nobody could decide who is not listed and had no part in it."""
    everybody = await judges()
    neutral: dict[int, frozenset[int]] = {}
    cases = {}
    waiting = ProposalAppeal.filter(state=AppealState.OPEN.value, proposal__pool_id__not_isnull=True).order_by("id")
    for appeal in await waiting.select_related("objection__proposal", "objection__author"):
        objection, proposal = appeal.objection, appeal.objection.proposal
        if proposal.id not in neutral:
            listed = await listed_people(await newest_revision(proposal))
            neutral[proposal.id] = everybody - listed - await who_brought_forward(proposal)
        # Besides, only whoever objected and whoever answered are close to it.
        if len(neutral[proposal.id]) > 2 or everybody - await close_to(objection):
            continue
        about = about_appeal(objection.key)
        cases[about] = _Case(
            since=appeal.created_at,
            people=everybody,
            proposal=proposal,
            revision=await newest_revision(proposal),
            appeal=appeal,
        )
    return cases


async def _say(about: str, case: _Case, who: str) -> None:
    """Part of nobody's transaction: what is told is told, whatever becomes of the others."""
    async with transaction(), gathering():
        moment, settings = now(), await money_settings()
        day = solo_from(moment, settings.solo_days)
        await SaidAlone.filter(about=about).delete()
        await SaidAlone.create(about=about, told_at=moment, from_at=day)
        details = {"who": who, "day": day.date().isoformat()}
        if case.entry is not None:
            pool = case.entry.pool
            await notify_actors(
                await leaders_of_group(pool.group),
                Notice.MONEY_ALONE,
                None,
                f"{pool.group.uri}#{case.entry.key}-{moment.isoformat()}",
                f"/pools/{pool.key}",
                {"title": pool.title, **details},
            )
        if case.proposal is not None:
            await with_home(case.proposal)
            kind = Notice.LOCKS_ALONE if case.proposal.state == State.DECIDED else Notice.DECIDES_ALONE
            appeal = case.appeal
            await tell_some(
                case.proposal,
                await actors_of_people(await listed_people(case.revision)),
                kind if appeal is None else Notice.OBJECTION_APPEALED,
                cause=None if appeal is None else appeal.objection.author,
                reason="" if appeal is None else appeal.words,
                about=f"{about}-{moment.isoformat()}",
                more=details,
            )
