"""The one appeal against the answer to an objection: whoever objected asks for people to look who are not listed."""

from __future__ import annotations

from fedirec.accounts.actions.persons import own_person, roots_of
from fedirec.accounts.notices import Notice
from fedirec.accounts.permissions import Permission
from fedirec.accounts.queries import those_who_may
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.credits.actions.proposals.deeds import begin, in_force
from fedirec.credits.actions.proposals.objecting import begin_hearing, keep_word, tell_author
from fedirec.credits.actions.proposals.stances import BY_PAGE, Channel, say
from fedirec.credits.actions.proposals.telling import tell_copies, tell_leaders, tell_listed, tell_some
from fedirec.credits.chain_documents import of_appeal, of_appeal_decision
from fedirec.credits.decisions import Says
from fedirec.credits.eyes import refuse_judge
from fedirec.credits.models import (
    Objection,
    PayProposal,
    ProposalAppeal,
    ProposalDecision,
    Share,
)
from fedirec.credits.objections import (
    MAX_WORDS,
    AppealState,
    ObjectionState,
    held_parts,
    refuse_appeal,
)
from fedirec.credits.proposals import ENDED, State
from fedirec.credits.queries.alone import about_appeal, alone_from
from fedirec.credits.queries.contests import contest_of, lines_in
from fedirec.credits.queries.settings import money_settings
from fedirec.credits.queries.standing import judges, listed_people, newest_revision, proposers_of, same_people
from fedirec.db import transaction
from fedirec.errors import Conflict, Invalid
from fedirec.lanes import gathering
from fedirec.ledger.recording import record, salted
from fedirec.remix.powers import Deed
from fedirec.translatable import N_


async def appeal_objection(
    author: Actor, objection: Objection, words: str, *, channel: Channel = BY_PAGE
) -> ProposalAppeal:
    """`author` asks, once and within a week, for people to look who are not listed, and those know it; what they
    contest is held back until then. Raises Conflict when it is too late or was asked already, Invalid without a reason,
    and Forbidden.
    """
    if len(words) > MAX_WORDS:
        raise Invalid(N_("Please keep it under %(n)s characters."), field="words", blanks={"n": MAX_WORDS})
    async with transaction(), gathering():
        await begin_hearing(Deed.APPEAL_OBJECTION, objection, author)
        if State(objection.proposal.state) in ENDED:
            raise Conflict(N_("This proposal was called off."))
        refuse_appeal(objection.state, objection.resolution, answered_at=objection.answered_at, now=now(), words=words)
        objection.state = ObjectionState.APPEALED.value
        await objection.save(update_fields=["state"])
        appeal = await ProposalAppeal.create(
            objection=objection,
            proposal=objection.proposal,
            words=words.strip(),
            held=await _held_by(objection),
            created_at=now(),
        )
        revision, person = await in_force(objection.proposal), await own_person(author)
        await tell_copies(objection.proposal)
        await tell_leaders(objection.proposal, Notice.OBJECTION_APPEALED, cause=author, reason=words.strip())
        others = await judges() - await close_to(objection)
        judging = [*await those_who_may(Permission.PAY), *await those_who_may(Permission.MODERATE)]
        free = [each.actor for each in judging if await own_person(each.actor) in others]
        await tell_some(objection.proposal, free, Notice.OBJECTION_APPEALED, cause=author, reason=words.strip())
        if not others:
            await tell_listed(objection.proposal, Notice.OBJECTION_APPEALED, revision=revision, cause=author)
        await record("objection_appealed", objection.proposal.key, salted(of_appeal(appeal, objection)))
        if person in await listed_people(revision):
            await say(
                author,
                person,
                objection.proposal,
                revision,
                Says.OBJECT,
                revision.digest,
                channel=Channel(via=channel.via),
            )
        await keep_word(author, objection, Says.APPEAL, channel)
    return appeal


async def decide_appeal(judge: Actor, appeal: ProposalAppeal, *, upholds: bool, reason: str) -> ProposalAppeal:
    """Somebody who is not listed and had no part in it has looked: the appeal is upheld, or dismissed, with a reason.
    Where there is nobody else, one of those who had waits, and everybody listed was told of the appeal.

    Dismissed, what was held is owed as proposed. Upheld before the lock, the proposal needs a revision; after it, what
    was held stays in the pool for a further proposal. Raises Forbidden, Conflict and Invalid.
    """
    if not reason.strip():
        raise Invalid(N_("Please give a reason: everybody can read it."), field="reason")
    if len(reason) > MAX_WORDS:
        raise Invalid(N_("Please keep it under %(n)s characters."), field="reason", blanks={"n": MAX_WORDS})
    async with transaction(), gathering():
        objection = await Objection.get(id=appeal.objection_id).select_related("proposal")
        proposal = objection.proposal
        await begin(Deed.DECIDE_PROPOSAL_APPEAL, proposal, judge)
        await appeal.refresh_from_db()
        if appeal.state != AppealState.OPEN:
            raise Conflict(N_("This appeal has been decided already."))
        is_solo = refuse_judge(
            await own_person(judge),
            author=(await roots_of([objection.person_id]))[objection.person_id],
            listed=await listed_people(await newest_revision(proposal)),
            involved=await _involved(objection),
            judges=await judges(),
            told_at=await alone_from(
                about_appeal(objection.key), since=appeal.created_at, settings=await money_settings()
            ),
            days=0,
            now=now(),
        )
        appeal.state = (AppealState.UPHELD if upholds else AppealState.DISMISSED).value
        appeal.decided_by, appeal.decided_at, appeal.reason = judge, now(), reason.strip()
        await appeal.save(update_fields=["state", "decided_by_id", "decided_at", "reason"])
        kind = Notice.OBJECTION_DECIDED_ALONE if is_solo else Notice.OBJECTION_DECIDED
        await tell_author(objection, kind, judge, reason.strip())
        await tell_leaders(proposal, kind, cause=judge, reason=reason.strip())
        await tell_copies(proposal)
        await record("appeal_decided", proposal.key, of_appeal_decision(appeal, objection) | {"solo": is_solo})
    return appeal


async def _involved(objection: Objection) -> frozenset[int]:
    """The people who drew it up, answered, decided or locked it, and whoever objected."""
    answered_by = await Actor.filter(id=objection.answered_by_id) if objection.answered_by_id else []
    people = {await own_person(actor) for actor in answered_by} | set(await same_people(objection.person_id))
    return await who_brought_forward(objection.proposal) | people


async def who_brought_forward(proposal: PayProposal) -> frozenset[int]:
    """The people who drew it up, decided or locked it."""
    decided = await ProposalDecision.filter(proposal_id=proposal.id).exclude(decided_by_id=None)
    ids = {row.decided_by_id for row in decided} | {proposal.approver_id}
    actors = await Actor.filter(id__in=[each for each in ids if each is not None])
    return await proposers_of(proposal) | {await own_person(actor) for actor in actors}


async def close_to(objection: Objection) -> frozenset[int]:
    """The people who are listed where `objection` was made, or had a part in it: they decide its appeal only where
    nobody else can. It comes with its proposal.
    """
    return await _involved(objection) | await listed_people(await newest_revision(objection.proposal))


async def _held_by(objection: Objection) -> int:
    """Minor units that this objection alone holds back of the revision in force."""
    revision = await newest_revision(objection.proposal)
    if revision is None:
        return 0
    stakes, person = await lines_in(revision), (await roots_of([objection.person_id]))[objection.person_id]
    if not objection.has_part and person not in {each.person for each in stakes}:
        return 0
    ppm = {each.key: each.ppm for each in stakes}
    held = held_parts(ppm, [contest_of(objection, person, stakes)])
    amounts = {share.line_key: share.amount for share in await Share.filter(revision_id=revision.id)}
    return sum(-(-amounts[key] * parts // ppm[key]) for key, parts in held.items())
