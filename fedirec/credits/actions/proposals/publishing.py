"""Publishing a proposal and each revision of it: from then on that is what people accept, object to and are told.

A revision is written once, with its shares, its digest and its link in the audit chain, and never changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from fedirec.accounts.notices import Notice
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.credits.actions.proposals.deeds import begin
from fedirec.credits.actions.proposals.telling import announce, tell_listed
from fedirec.credits.differences import difference
from fedirec.credits.models import DraftLine, PayProposal, ProposalRevision, Share
from fedirec.credits.proposals import Facts, State, Step, advance, closes_at
from fedirec.credits.queries.drafts import (
    Obstacles,
    counted_revision,
    draft_lines,
    drafted_revision,
    obstacles_to,
    read_revision,
)
from fedirec.credits.queries.funds import funds_of, is_there
from fedirec.credits.queries.settings import money_settings
from fedirec.credits.queries.standing import listed_people, newest_revision
from fedirec.credits.revisions import Revision, refuse_successor
from fedirec.credits.shares import MAX_LINES
from fedirec.db import transaction
from fedirec.db.holding import hold
from fedirec.errors import Changed, Conflict, Invalid, TooMany
from fedirec.lanes import gathering
from fedirec.ledger.recording import record
from fedirec.remix.powers import Deed
from fedirec.translatable import N_
from fedirec.web.language import gettext as _

MAX_NOTE: Final = 1_000
"""Characters of what is said with a revision."""
MAX_A_DAY: Final = 10
"""Revisions that leaders publish of one proposal: everybody listed is told of each."""
_SHOWN: Final = 10
"""Names in one refusal."""
_RUNNING: Final = (State.PUBLISHED, State.REVISED, State.CLOSING, State.DECIDED)


async def publish_revision(leader: Actor, proposal: PayProposal, *, version: int, note: str = "") -> ProposalRevision:
    """What the draft with `version` says is published: it is what people accept or object to from now on.

    Everybody listed is told, also whoever is listed no more. At first people can object for as long as the instance
    says, at least two weeks; whoever loses by a revision or is new in it has another week. Raises Changed where the
    draft changed meanwhile, and Conflict or Invalid, which name everything that stands in the way.
    """
    if len(note.strip()) > MAX_NOTE:
        raise Invalid(N_("Please keep it under %(n)s characters."), field="note", blanks={"n": MAX_NOTE})
    async with transaction(), gathering():
        await begin(Deed.PUBLISH_PROPOSAL, proposal, leader)
        assert proposal.pool is not None
        if proposal.version != version:
            raise Changed(N_("Somebody else changed the draft in the meantime. Please look again."))
        await hold(proposal.pool)
        step = Step.REVISE if proposal.number else Step.PUBLISH
        if not proposal.number:
            await _open_first(proposal, leader)
        else:
            await _refuse_often(proposal)
        if proposal.number and not note.strip():
            raise Invalid(N_("Please say what changed, and why."), field="note")
        lines = await draft_lines(proposal)
        if not lines:
            raise Invalid(N_("A proposal has 1 to %(n)s lines."), field="lines", blanks={"n": MAX_LINES})
        funds = await funds_of(proposal.pool)
        found = await obstacles_to(proposal, lines, funds.to_share)
        refuse_obstacles(found)
        state = advance(proposal.state, step, _facts(found))
        revision = await drafted_revision(proposal, lines, funds)
        return await write_revision(
            proposal, revision, state, by=leader, note=note.strip(), rows={line.key: line for line in lines}
        )


async def write_revision(
    proposal: PayProposal,
    revision: Revision,
    state: State,
    *,
    by: Actor,
    note: str,
    rows: Mapping[str, DraftLine | Share],
    is_recusal: bool = False,
    extends: bool = True,
) -> ProposalRevision:
    """`revision` is in force, and `proposal` stands at `state`; part of the caller's transaction, which holds it.

    `rows` say whose each line is, `is_recusal` that somebody gives a share back or takes it again and proposes nothing,
    and unless it `extends` the time to object, that stays as it is.
    `revision` says what is really shared: the row keeps that, and the document that
    everybody reads has it where the instance shows amounts. Raises Conflict for a revision in which nothing changed.
    """
    settings = await money_settings()
    public = revision if settings.shows_amounts else revision.sharing(None)
    before = await newest_revision(proposal)
    change = None
    if before is not None and before.document:
        refuse_successor(read_revision(before), public)
        change = difference(counted_revision(before), revision)
        if change.is_empty:
            raise Conflict(N_("Nothing has changed since the last revision."))
    was_listed = await listed_people(before)
    row = await ProposalRevision.create(
        proposal=proposal,
        number=revision.number,
        document=public.write(),
        digest=public.digest,
        amount=revision.amount or 0,
        note=note,
        made_by=by,
        is_recusal=is_recusal,
        published_at=now(),
    )
    await Share.bulk_create(_shares(row, revision, rows), batch_size=500)
    proposal.number = revision.number
    proposal.state = state.value
    proposal.closes_at = closes_at(
        row.published_at,
        before=proposal.closes_at,
        loses_or_new=extends and (change.loses_or_new if change else before is not None),
        window=timedelta(days=settings.window_days),
        longer=timedelta(days=settings.more_days),
    )
    proposal.published_at = proposal.published_at or row.published_at
    proposal.decided_at = None
    await proposal.save(update_fields=["number", "state", "closes_at", "published_at", "decided_at"])
    changed = Notice.SHARE_GIVEN_BACK if is_recusal else Notice.PROPOSAL_REVISED
    first = Notice.PROPOSAL_PUBLISHED if await is_there(proposal, row.amount) else Notice.PROPOSAL_WITHOUT_MONEY
    await tell_listed(
        proposal,
        changed if before else first,
        revision=row,
        cause=by,
        reason=note,
        also=was_listed,
    )
    await announce(proposal, row)
    await record(
        "proposal_revision",
        proposal.key,
        {"revision": row.number, "digest": row.digest, "currency": proposal.currency}
        | ({"amount": str(row.amount)} if settings.shows_amounts else {}),
    )
    return row


async def cancel_proposal(leader: Actor, proposal: PayProposal, reason: str) -> None:
    """`proposal` is called off: nothing is shared by it. Raises Invalid without a reason once it was published, and
    Conflict when it is locked.
    """
    async with transaction(), gathering():
        await begin(Deed.CANCEL_PROPOSAL, proposal, leader)
        state = advance(proposal.state, Step.CANCEL, Facts(now=now()))
        if proposal.number and not reason.strip():
            raise Invalid(N_("Please give a reason: everybody can read it."), field="reason")
        proposal.state, proposal.closed_at = state.value, now()
        await proposal.save(update_fields=["state", "closed_at"])
        revision = await newest_revision(proposal)
        if revision is None:
            return
        said = reason.strip()[:MAX_NOTE]
        await tell_listed(proposal, Notice.PROPOSAL_CANCELLED, revision=revision, cause=leader, reason=said)
        await announce(proposal, revision)
        await record("proposal_cancelled", proposal.key, {"revision": revision.number, "digest": revision.digest})


def refuse_obstacles(found: Obstacles) -> None:
    """Raise Conflict, which names what stands in the way, if anything does."""
    if found.unlisted:
        raise Conflict(
            _("These people are credited and have no line, not even one of 0 with a reason: %(people)s")
            % {"people": _first_of(found.unlisted)},
            field="lines",
        )
    if found.unreasoned:
        raise Invalid(N_("Please give a reason for every line, also for 0."), field=f"reason-{found.unreasoned[0]}")
    if found.blocked:
        works = [f"“{block.source.title}” ({block.source.author_name})" for block in found.blocked]
        raise Conflict(
            _("Nobody may make money with these works until their authors grant it: %(works)s")
            % {"works": _first_of(works)},
            field="lines",
        )
    if found.departures:
        raise Conflict(N_("It departs from what somebody was promised. They have to agree first."), field="lines")


async def _refuse_often(proposal: PayProposal) -> None:
    since = now() - timedelta(days=1)
    lately = ProposalRevision.filter(proposal_id=proposal.id, published_at__gt=since, is_recusal=False)
    if await lately.count() >= MAX_A_DAY:
        raise TooMany(N_("Many revisions were published today. Please wait until tomorrow."), retry_after=3600)


async def _open_first(proposal: PayProposal, leader: Actor) -> None:
    """The rule of the pool is fixed for `proposal`, which is the only one of it that is being heard."""
    assert proposal.pool is not None
    running = PayProposal.filter(pool_id=proposal.pool.id, state__in=[state.value for state in _RUNNING])
    if await running.exists():
        raise Conflict(N_("Another proposal for this pool is heard now. Please wait until it is locked or called off."))
    if not proposal.pool.rule:
        raise Conflict(N_("Please choose how it is decided."), field="rule")
    proposal.rule = proposal.pool.rule
    if proposal.proposer_id is None:
        proposal.proposer = leader
    await proposal.save(update_fields=["rule", "proposer_id"])


def _facts(found: Obstacles) -> Facts:
    return Facts(
        now=now(),
        unreasoned=len(found.unreasoned),
        unlisted=len(found.unlisted),
        blocked=len(found.blocked),
        departures=len(found.departures),
    )


def _shares(row: ProposalRevision, revision: Revision, rows: Mapping[str, DraftLine | Share]) -> list[Share]:
    return [
        Share(
            revision=row,
            line_key=line.key,
            person_id=rows[line.key].person_id,
            actor_id=rows[line.key].actor_id,
            credit_id=rows[line.key].credit_id,
            weight=line.weight,
            ppm=line.ppm,
            amount=revision.amounts.get(line.key, 0),
            income_kind=line.income_kind,
            is_given_back=line.is_given_back,
            suggested=rows[line.key].suggested,
        )
        for line in revision.lines
    ]


def _first_of(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" (+{more})" if more > 0 else "")
