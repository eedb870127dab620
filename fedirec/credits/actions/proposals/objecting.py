"""Objections, for people who are listed, or who say that they were left out: as long as one has no answer, nothing is
decided. Whoever leads the proposal answers each, and whoever objected can take theirs back.
"""

from __future__ import annotations

from typing import Final

from tortoise.exceptions import IntegrityError
from tortoise.expressions import Q

from fedirec.accounts.actions.persons import own_person
from fedirec.accounts.notices import Notice
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.credits.actions.proposals.deeds import begin, in_force, refuse_moved, refuse_other_line
from fedirec.credits.actions.proposals.stances import BY_PAGE, Channel, say
from fedirec.credits.actions.proposals.telling import tell_copies, tell_leaders, tell_some, with_copies
from fedirec.credits.chain_documents import of_answer, of_objection, of_withdrawal
from fedirec.credits.decisions import Says
from fedirec.credits.models import (
    Objection,
    PayProposal,
)
from fedirec.credits.objections import (
    MAX_WORDS,
    ObjectionDraft,
    ObjectionKind,
    ObjectionState,
    Resolution,
    refuse_answer,
    refuse_objection,
    refuse_withdrawal,
)
from fedirec.credits.proposals import ENDED, State, is_open
from fedirec.credits.queries.contests import was_reached
from fedirec.credits.queries.standing import listed_people, newest_revision, same_people
from fedirec.credits.queries.traces import left_trace
from fedirec.db import transaction
from fedirec.db.holding import hold
from fedirec.errors import Conflict, Forbidden, Invalid, TooMany
from fedirec.lanes import gathering
from fedirec.ledger.recording import record
from fedirec.remix.actions.holding import has_to_wait
from fedirec.remix.powers import Deed, Part
from fedirec.translatable import N_
from fedirec.uris import new_key

MAX_OBJECTIONS: Final = 10
"""Of one person to one proposal, with those that they took back: each is told to those who lead it, and kept. Whoever
has a part in it can say one thing more to each further revision: nobody is worn out by revisions.
"""
MAX_LEFT_OUT: Final = 200
"""Objections to one proposal by people who left no trace in what is shared."""
MAX_LEFT_OUT_OF_HOST: Final = 20
"""Of those, by people of one other server."""


async def object_to(
    author: Actor, proposal: PayProposal, draft: ObjectionDraft, *, digest: str, channel: Channel = BY_PAGE
) -> Objection:
    """`author` objects to the revision with `digest`, and gets an answer before anything is decided.

    They are listed, or say that they were left out: whoever left no trace in what is shared (`queries.traces`) holds
    nothing back by that. Raises Changed where they saw another revision, Invalid beside the field, Forbidden, Conflict
    when the time is over, and TooMany.
    """
    draft.check()
    async with transaction(), gathering():
        await begin(Deed.OBJECT_TO_PROPOSAL, proposal, author)
        await refuse_moved(author)
        revision = await in_force(proposal, digest)
        person = await own_person(author)
        is_listed = person in await listed_people(revision)
        refuse_objection(
            ObjectionKind(draft.kind),
            is_open=is_open(proposal.state, now=now(), closes_at=proposal.closes_at),
            is_listed=is_listed,
            words=draft.words,
            remedy=draft.remedy,
            names=draft.is_named or channel.via == "activity",  # which nobody can be asked about: it holds nothing then
            waiting=await Objection.filter(
                proposal_id=proposal.id,
                person_id__in=await same_people(person),
                state=ObjectionState.OPEN.value,
            ).count(),
        )
        line = draft.line if draft.kind != ObjectionKind.LEFT_OUT else ""
        if line:
            await refuse_other_line(revision, line)
        has_part = is_listed or await left_trace(proposal, person)
        await _refuse_many(proposal, author, person, has_part=has_part)
        try:
            async with transaction():
                objection = await Objection.create(
                    key=new_key(),
                    proposal=proposal,
                    number=revision.number,
                    author=author,
                    person_id=person,
                    kind=draft.kind,
                    line_key=line,
                    words=draft.words.strip(),
                    remedy=draft.remedy.strip(),
                    wanted_ppm=draft.wanted,
                    has_part=has_part,
                    activity_uri=channel.uri,
                    is_proved=channel.is_proved,
                    created_at=now(),
                )
        except IntegrityError as error:
            raise Conflict(N_("That has been said already.")) from error
        await tell_leaders(proposal, Notice.OBJECTED, cause=author, reason=objection.words)
        await record("proposal_objection", proposal.key, of_objection(objection))
        if is_listed:
            await say(author, person, proposal, revision, Says.OBJECT, digest, channel=Channel(via=channel.via))
    return objection


async def withdraw_objection(author: Actor, objection: Objection, *, channel: Channel = BY_PAGE) -> Objection:
    """`author` takes their objection back, which stands against nothing any more: as long as it has no answer, or they
    could appeal. Raises Forbidden and Conflict.
    """
    async with transaction(), gathering():
        await begin_hearing(Deed.WITHDRAW_OBJECTION, objection, author)
        refuse_withdrawal(objection.state, objection.resolution, answered_at=objection.answered_at, now=now())
        objection.state = ObjectionState.WITHDRAWN.value
        await objection.save(update_fields=["state"])
        await tell_copies(objection.proposal)
        await record("objection_withdrawn", objection.proposal.key, of_withdrawal(objection))
        await keep_word(author, objection, Says.WITHDRAW, channel)
    return objection


async def answer_objection(leader: Actor, objection: Objection, *, resolution: str, words: str) -> Objection:
    """`leader` answers: resolved, partly or rejected, with a reason that everybody reads. Whoever objected is told.

    Nobody answers themselves. Raises Invalid, Forbidden and Conflict.
    """
    if resolution not in tuple(Resolution):
        raise Invalid(N_("Please say what comes of it."), field="resolution")
    if len(words) > MAX_WORDS:
        raise Invalid(N_("Please keep it under %(n)s characters."), field="answer", blanks={"n": MAX_WORDS})
    async with transaction(), gathering():
        await begin_hearing(Deed.ANSWER_OBJECTION, objection, leader)
        if await own_person(leader) in await same_people(objection.person_id):
            raise Forbidden(N_("Nobody answers their own objection. Please let somebody else, or take it back."))
        refuse_answer(objection.state, words=words)
        if resolution == Resolution.RESOLVED and not await was_reached(objection):
            raise Conflict(
                N_("What they ask for is not so yet. Please publish the revision first that puts it right."),
                field="resolution",
            )
        if State(objection.proposal.state) in ENDED:
            raise Conflict(N_("This proposal was called off."))
        objection.state, objection.resolution = ObjectionState.ANSWERED.value, resolution
        objection.answer, objection.answered_by, objection.answered_at = words.strip(), leader, now()
        await objection.save(update_fields=["state", "resolution", "answer", "answered_by_id", "answered_at"])
        await tell_author(objection, Notice.OBJECTION_ANSWERED, leader, words.strip())
        await tell_copies(objection.proposal)
        await record("objection_answered", objection.proposal.key, of_answer(objection))
    return objection


async def begin_hearing(deed: Deed, objection: Objection, actor: Actor) -> None:
    """`actor` may do it to `objection`, which is as it is now, and so is its proposal: that is held first."""
    proposal = await PayProposal.get(id=objection.proposal_id)
    await hold(proposal)
    is_author = await own_person(actor) in await same_people(objection.person_id)
    await begin(deed, proposal, actor, also=Part.AUTHOR if is_author else None)
    await objection.refresh_from_db()
    objection.proposal = proposal


async def keep_word(author: Actor, objection: Objection, says: Says, channel: Channel) -> None:
    """By which signed activity `author` took `objection` back or appealed is kept, and that it says nothing twice."""
    if channel.uri is not None:
        revision, person = await in_force(objection.proposal), await own_person(author)
        await say(author, person, objection.proposal, revision, says, revision.digest, channel=channel)


async def _refuse_many(proposal: PayProposal, author: Actor, person: int, *, has_part: bool) -> None:
    said = Objection.filter(proposal_id=proposal.id)
    own = said.filter(person_id__in=await same_people(person))
    is_first = has_part and not await own.filter(number=proposal.number).exists()
    if await own.count() >= MAX_OBJECTIONS and not is_first:
        raise TooMany(N_("You have objected often already. Please wait for the answers."), retry_after=3600)
    if has_part:
        return
    if await has_to_wait(author):
        raise Forbidden(N_("Strangers are not heard at the moment. Please write to those who lead it."))
    strangers = said.filter(has_part=False).exclude(Q(state=ObjectionState.WITHDRAWN.value, resolution=""))
    nearby = strangers.filter(author__host=author.host) if not author.is_local else None
    if (nearby is not None and await nearby.count() >= MAX_LEFT_OUT_OF_HOST) or await strangers.count() >= MAX_LEFT_OUT:
        raise TooMany(N_("Many people object already. Please write to those who lead it."), retry_after=3600)


async def tell_author(objection: Objection, kind: Notice, cause: Actor, reason: str) -> None:
    author = await Actor.get(id=objection.author_id)
    await tell_some(
        objection.proposal,
        [author],
        kind,
        cause=cause,
        reason=reason,
        about=f"objection-{objection.key}-{kind}",
        by_copy=await with_copies(await newest_revision(objection.proposal)),
    )
