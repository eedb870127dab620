"""People of ours answer proposals of other instances: by a signed activity over the digest of what they saw.

What they said is kept here as well. What comes of it, the home says.
"""

from __future__ import annotations

from typing import Any

from fedirec.accounts.actions.persons import own_person
from fedirec.activitypub.models import Actor
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.vocab import Accept, Entity, Reject, Undo
from fedirec.clock import now
from fedirec.credits.actions.proposals.deeds import LIVES_ELSEWHERE, in_force, refuse_other_line, with_home
from fedirec.credits.actions.proposals.objecting import MAX_OBJECTIONS
from fedirec.credits.actions.proposals.stances import MAX_STANCES, NOT_LISTED, NOT_NOW, Channel, say
from fedirec.credits.decisions import Says
from fedirec.credits.models import Objection, PayProposal, ProposalAppeal, ProposalRevision, Stance
from fedirec.credits.objections import (
    MAX_WORDS,
    ObjectionDraft,
    ObjectionKind,
    ObjectionState,
    refuse_appeal,
    refuse_objection,
    refuse_withdrawal,
)
from fedirec.credits.proposals import ENDED, HEARING, State, is_open
from fedirec.credits.queries.standing import listed_people, same_people
from fedirec.credits.vocab import ObjectionObject, ProposalRef
from fedirec.credits.vocab.hearing import write_words
from fedirec.db import transaction
from fedirec.db.holding import hold
from fedirec.errors import Conflict, Forbidden, Invalid, TooMany
from fedirec.translatable import N_
from fedirec.uris import new_key


async def accept_elsewhere(
    person: Actor, copy: PayProposal, digest: str, *, recused: bool | None = None, line: str = ""
) -> Stance:
    """`person`, a member of ours, tells the home of `copy` that they accept exactly the revision with `digest`; with
    `recused`, that they give their share back, or take it again.

    Raises Changed where another revision is in force as far as we know, Forbidden for who is not listed, and Conflict.
    """
    async with transaction():
        revision, own = await _begin(person, copy, digest)
        if own not in await listed_people(revision):
            raise Forbidden(NOT_LISTED)
        if State(copy.state) not in HEARING:
            raise Conflict(NOT_NOW)
        if recused is False and not is_open(copy.state, now=now(), closes_at=copy.closes_at):
            raise Conflict(N_("A share is taken back as long as people can object, and not after that."))
        ref = ProposalRef(id=copy.uri, revision=revision.number, digest=digest, recused=recused, line=line)
        uri = await _send(Accept, person, copy, ref)
        says = {None: Says.ACCEPT, True: Says.GIVE_BACK, False: Says.TAKE_BACK}[recused]
        return await say(
            person,
            own,
            copy,
            revision,
            says,
            digest,
            line=line,
            channel=Channel(via="activity", uri=uri, is_proved=True),
        )


async def object_elsewhere(person: Actor, copy: PayProposal, draft: ObjectionDraft, *, digest: str) -> Objection:
    """`person`, a member of ours, objects to the revision with `digest` at the home of `copy`, which has to answer.

    Raises as `objecting.object_to`.
    """
    draft.check()
    kind = ObjectionKind(draft.kind)
    async with transaction():
        revision, own = await _begin(person, copy, digest)
        said = Objection.filter(proposal_id=copy.id, person_id__in=await same_people(own))
        refuse_objection(
            kind,
            is_open=is_open(copy.state, now=now(), closes_at=copy.closes_at),
            is_listed=own in await listed_people(revision),
            words=draft.words,
            remedy=draft.remedy,
            names=draft.is_named,
            waiting=await said.filter(state=ObjectionState.OPEN.value).count(),
        )
        line = draft.line if kind is not ObjectionKind.LEFT_OUT else ""
        if line:
            await refuse_other_line(revision, line)
        if await said.count() >= MAX_OBJECTIONS and await said.filter(number=revision.number).exists():
            raise TooMany(N_("You have objected often already. Please wait for the answers."), retry_after=3600)
        ref = ProposalRef(
            id=copy.uri,
            revision=revision.number,
            digest=digest,
            line=line,
            objection=kind,
            remedy=draft.remedy.strip(),
            wanted=draft.wanted,
        )
        uri = await _send(Reject, person, copy, ref, content=write_words(draft.words.strip()))
        return await Objection.create(
            key=new_key(),
            proposal=copy,
            number=revision.number,
            author=person,
            person_id=own,
            kind=kind.value,
            line_key=line,
            words=draft.words.strip(),
            remedy=draft.remedy.strip(),
            wanted_ppm=draft.wanted,
            activity_uri=uri,
            is_proved=True,
            created_at=now(),
        )


async def withdraw_elsewhere(person: Actor, objection: Objection, *, digest: str | None = None) -> Objection:
    """`person`, a member of ours, takes back an objection of theirs at the home of its proposal; `digest` is that of
    the revision that they see, the newest that we know unless it is said. Raises Changed, Forbidden and Conflict.
    """
    async with transaction():
        revision, _own = await _begin_heard(person, objection, digest)
        refuse_withdrawal(objection.state, objection.resolution, answered_at=objection.answered_at, now=now())
        rejected: Reject[ProposalRef] = Reject(
            id=objection.activity_uri or str(objection.uri),
            actor=person.uri,
            object=ProposalRef(id=objection.proposal.uri, revision=revision.number, digest=revision.digest),
        )
        await _send(Undo, person, objection.proposal, rejected)
        objection.state = ObjectionState.WITHDRAWN.value
        await objection.save(update_fields=["state"])
    return objection


async def appeal_elsewhere(
    person: Actor, objection: Objection, words: str, *, digest: str | None = None
) -> ProposalAppeal:
    """`person`, a member of ours, does not take the answer to their objection: its home is asked to let others look.

    Raises as `withdraw_elsewhere`, and Invalid without a reason.
    """
    if len(words) > MAX_WORDS:
        raise Invalid(N_("Please keep it under %(n)s characters."), field="words", blanks={"n": MAX_WORDS})
    async with transaction():
        revision, _own = await _begin_heard(person, objection, digest)
        refuse_appeal(objection.state, objection.resolution, answered_at=objection.answered_at, now=now(), words=words)
        said = words.strip()
        named = ObjectionObject(
            id=objection.uri or str(objection.activity_uri),
            about=objection.proposal.uri,
            revision=revision.number,
            digest=revision.digest,
        )
        await _send(Reject, person, objection.proposal, named, content=write_words(said))
        objection.state = ObjectionState.APPEALED.value
        await objection.save(update_fields=["state"])
        return await ProposalAppeal.create(
            objection=objection, proposal=objection.proposal, words=said, created_at=now()
        )


async def _begin_heard(person: Actor, objection: Objection, digest: str | None) -> tuple[ProposalRevision, int]:
    """Raises Forbidden for who did not object."""
    copy = await PayProposal.get(id=objection.proposal_id)
    revision, own = await _begin(person, copy, digest)
    await objection.refresh_from_db()
    objection.proposal = copy
    if own not in await same_people(objection.person_id):
        raise Forbidden(N_("Only whoever objected can say that."))
    if State(copy.state) in ENDED:
        raise Conflict(N_("This proposal was called off."))
    return revision, own


async def _begin(person: Actor, copy: PayProposal, digest: str | None) -> tuple[ProposalRevision, int]:
    await hold(copy)
    await with_home(copy)
    if not person.is_local or copy.pool_id is not None:
        raise Conflict(LIVES_ELSEWHERE)
    own = await own_person(person)
    if await Stance.filter(proposal_id=copy.id, person_id=own).count() >= MAX_STANCES:
        raise TooMany(N_("You have said much about this already."), retry_after=3600)
    return await in_force(copy, digest), own


async def _send(kind: Any, person: Actor, copy: PayProposal, said: Entity, content: str | None = None) -> str:
    """With a proof by the key of `person`: it stays with whoever gets it, and anybody can verify it later."""
    answer = kind(
        id=new_activity_uri(person),
        actor=person.uri,
        object=said,
        to=(copy.group.uri,),
        content=content,
        published=now(),
    )
    await publish(person, answer, to=[copy.group], is_proved=True)
    return str(answer.id)
