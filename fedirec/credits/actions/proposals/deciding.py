"""From the end of the time for objections to a decision, by the rule that was fixed when a proposal was published."""

from __future__ import annotations

from typing import Any

from fedirec.accounts.actions.persons import own_person
from fedirec.accounts.notices import Notice
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.credits.actions.proposals.deeds import begin, in_force, with_home
from fedirec.credits.actions.proposals.publishing import MAX_NOTE
from fedirec.credits.actions.proposals.telling import announce, tell_copies, tell_leaders, tell_listed
from fedirec.credits.chain_documents import of_decision
from fedirec.credits.decisions import Outcome, Rule, Ruling, Tally, is_for_host
from fedirec.credits.eyes import refuse_interest, refuse_same_eyes
from fedirec.credits.models import PayProposal, ProposalDecision, ProposalRevision
from fedirec.credits.proposals import TAKING, Facts, State, Step, advance, refusal_of
from fedirec.credits.queries.alone import about_deciding, about_locking, alone_from
from fedirec.credits.queries.contests import disputes_of, gaining_by, tally_of, unanswered
from fedirec.credits.queries.settings import money_settings
from fedirec.credits.queries.standing import payers, proposers_of
from fedirec.db import transaction
from fedirec.db.apart import each_apart
from fedirec.db.holding import hold
from fedirec.errors import Conflict, Invalid
from fedirec.lanes import gathering
from fedirec.ledger.recording import record
from fedirec.remix.powers import Deed
from fedirec.translatable import N_


async def decide_proposal(
    treasurer: Actor, proposal: PayProposal, *, digest: str, accepts: bool, reason: str
) -> ProposalDecision:
    """The host has decided that money is shared as the revision with `digest` says, or that it is not, and why.

    Only where the rule says so (`decisions.is_for_host`), when every objection has its answer, and by somebody who did
    not propose it and gets nothing of it; where there is nobody else, they wait. Rejected, it can be revised. Raises
    Forbidden, Changed, Conflict, Invalid.
    """
    if not reason.strip() or len(reason.strip()) > MAX_NOTE:
        raise Invalid(
            N_("Please give a reason of up to %(n)s characters: everybody can read it."),
            field="reason",
            blanks={"n": MAX_NOTE},
        )
    async with transaction(), gathering():
        await begin(Deed.DECIDE_PROPOSAL, proposal, treasurer)
        revision = await in_force(proposal, digest)
        if not is_for_host(proposal.rule, closes_at=proposal.closes_at, at=now()):
            raise Conflict(N_("Those who are listed decide about this proposal."))
        _refuse_step(proposal, Facts(now=now(), unanswered=await unanswered(proposal), is_agreed=True))
        if any(dispute.is_upheld(revision.published_at) for dispute in await disputes_of(proposal)):
            raise Conflict(N_("An appeal was upheld. Please let those who lead it publish a revision first."))
        is_solo = await refuse_own(treasurer, proposal, revision)
        ruling = Ruling(accepts=accepts, reason=reason.strip(), digest=digest)
        counted = await tally_of(proposal, revision, ruling=ruling)
        return await _decide(proposal, revision, counted, by=treasurer, reason=reason.strip(), is_solo=is_solo)


async def count_votes(proposal: PayProposal) -> ProposalDecision | None:
    """`proposal` is decided if those who are listed have agreed by its rule; None as long as they have not."""
    async with transaction(), gathering():
        await hold(proposal)
        await with_home(proposal)
        if proposal.state != State.CLOSING or proposal.rule == Rule.HOST:
            return None
        revision = await in_force(proposal)
        counted = await tally_of(proposal, revision)
        if counted.outcome is not Outcome.ACCEPTED or await unanswered(proposal):
            return None
        return await _decide(proposal, revision, counted, by=None, reason="")


async def close_windows() -> int:
    """Proposals whose time for objections is over, with an answer to each, wait to be decided; where those who are
    listed have agreed, they are decided. Returns to how many something happened.
    """
    over = PayProposal.filter(
        pool_id__not_isnull=True, closes_at__lte=now(), state__in=[str(state) for state in TAKING]
    )
    closed = await each_apart(await over.order_by("closes_at"), _close)
    voted = PayProposal.filter(pool_id__not_isnull=True, state=State.CLOSING.value).exclude(rule=Rule.HOST.value)
    decided = await each_apart(await voted.order_by("closes_at"), count_votes)
    return sum(closed) + sum(each is not None for each in decided)


async def refuse_own(treasurer: Actor, proposal: PayProposal, revision: ProposalRevision) -> bool:
    """`treasurer` did not propose what they decide or lock, and gets nothing of it; whether the rule for where there is
    nobody else stands in for that.

    They wait then from when everybody was told of it. Raises Forbidden and Conflict.
    """
    person, proposers, everybody = await own_person(treasurer), await proposers_of(proposal), await payers()
    is_decided = proposal.state == State.DECIDED
    about = about_locking(proposal.key) if is_decided else about_deciding(proposal.key)
    since = (proposal.decided_at if is_decided else None) or revision.published_at
    told_at = await alone_from(about, since=since, settings=await money_settings())
    waiting: dict[str, Any] = {"told_at": told_at, "days": 0, "now": now()}
    if person in proposers:
        return refuse_same_eyes(person, [person], payers=everybody - proposers, **waiting)
    return refuse_interest(person, await gaining_by(revision), others=everybody - proposers, **waiting)


async def _close(proposal: PayProposal) -> bool:
    async with transaction(), gathering():
        await hold(proposal)
        await with_home(proposal)
        facts = Facts(now=now(), closes_at=proposal.closes_at, unanswered=await unanswered(proposal))
        if refusal_of(proposal.state, Step.CLOSE, facts):
            return False
        revision = await in_force(proposal)
        proposal.state = advance(proposal.state, Step.CLOSE, facts).value
        await proposal.save(update_fields=["state"])
        await tell_leaders(proposal, Notice.PROPOSAL_CLOSING, cause=None)
        await tell_copies(proposal)
        await record("proposal_closing", proposal.key, {"revision": revision.number, "digest": revision.digest})
    return True


async def _decide(
    proposal: PayProposal,
    revision: ProposalRevision,
    counted: Tally,
    *,
    by: Actor | None,
    reason: str,
    is_solo: bool = False,
) -> ProposalDecision:
    decision = await ProposalDecision.create(
        proposal=proposal,
        revision=revision,
        rule=proposal.rule,
        outcome=counted.outcome.value,
        reason=reason,
        tally=counted.write(),
        decided_by=by,
        created_at=now(),
    )
    is_accepted = counted.outcome is Outcome.ACCEPTED
    if is_accepted:
        facts = Facts(now=now(), is_agreed=True, unanswered=await unanswered(proposal))
        proposal.state, proposal.decided_at = advance(proposal.state, Step.DECIDE, facts).value, decision.created_at
        await proposal.save(update_fields=["state", "decided_at"])
    kind = Notice.PROPOSAL_DECIDED if is_accepted else Notice.PROPOSAL_REJECTED
    await tell_listed(proposal, kind, revision=revision, cause=by, reason=reason)
    await announce(proposal, revision)
    document = {"revision": revision.number, "digest": revision.digest, "solo": is_solo}
    await record("proposal_decision", proposal.key, document | of_decision(decision))
    return decision


def _refuse_step(proposal: PayProposal, facts: Facts) -> None:
    if refusal := refusal_of(proposal.state, Step.DECIDE, facts):
        raise Conflict(refusal)
