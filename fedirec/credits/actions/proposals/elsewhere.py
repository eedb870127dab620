"""People of ours answer proposals of other instances: by a signed activity over the digest of what they saw.

What they said is kept here as well. What comes of it, the home says.
"""

from __future__ import annotations

from typing import Any, Final

from fedirec.activitypub.models import Actor
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.vocab import Accept, Reject
from fedirec.clock import now
from fedirec.credits.actions.proposals.doors import in_force, own_person, with_home
from fedirec.credits.actions.proposals.hearing import MAX_OBJECTIONS, MAX_REMEDY, MAX_WORDS, ObjectionDraft
from fedirec.credits.actions.proposals.stances import MAX_STANCES, Route, say
from fedirec.credits.models import Objection, PayProposal, ProposalRevision, Share, Stance
from fedirec.credits.objecting import ObjectionKind, refuse_objection
from fedirec.credits.proposals import HEARING, State, is_open
from fedirec.credits.queries.standing import listed_people, same_people
from fedirec.credits.shares import WHOLE, refuse_number
from fedirec.credits.vocab import ProposalRef
from fedirec.db import transaction
from fedirec.db.holding import hold
from fedirec.errors import Conflict, Forbidden, Invalid, NotFound, TooMany
from fedirec.translatable import N_
from fedirec.uris import new_key

_NOT_LISTED: Final = N_("Only people who are listed can say that.")
_OVER: Final = N_("This proposal could not be accepted any more, or not yet.")


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
            raise Forbidden(_NOT_LISTED)
        if State(copy.state) not in HEARING:
            raise Conflict(_OVER)
        ref = ProposalRef(id=copy.uri, revision=revision.number, digest=digest, recused=recused, line=line)
        uri = await _send(Accept, person, copy, ref)
        says = {None: "accept", True: "recuse", False: "return"}[recused]
        return await say(person, own, copy, revision, says, digest, line=line, route=Route(via="activity", uri=uri))


async def object_elsewhere(person: Actor, copy: PayProposal, draft: ObjectionDraft, *, digest: str) -> Objection:
    """`person`, a member of ours, objects to the revision with `digest` at the home of `copy`, which has to answer.

    Raises as `hearing.object_to`.
    """
    for field, text, most in (("words", draft.words, MAX_WORDS), ("remedy", draft.remedy, MAX_REMEDY)):
        if len(text) > most:
            raise Invalid(N_("Please keep it under %(n)s characters."), field=field, blanks={"n": most})
    if draft.kind not in tuple(ObjectionKind):
        raise Invalid(N_("Please say what is wrong."), field="kind")
    if draft.wanted is not None:
        refuse_number(draft.wanted, most=WHOLE, field="wanted")
    kind = ObjectionKind(draft.kind)
    async with transaction():
        revision, own = await _begin(person, copy, digest)
        refuse_objection(
            kind,
            is_open=is_open(copy.state, now=now(), closes_at=copy.closes_at),
            is_listed=own in await listed_people(revision),
            words=draft.words,
            remedy=draft.remedy,
        )
        line = draft.line if kind is not ObjectionKind.LEFT_OUT else ""
        if line and not await Share.exists(revision_id=revision.id, line_key=line):
            raise NotFound(N_("There is no such line."))
        said = Objection.filter(proposal_id=copy.id, person_id__in=await same_people(own))
        if await said.count() >= MAX_OBJECTIONS:
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
        uri = await _send(Reject, person, copy, ref, content=draft.words.strip())
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
            created_at=now(),
        )


async def _begin(person: Actor, copy: PayProposal, digest: str) -> tuple[ProposalRevision, int]:
    await hold(copy)
    await with_home(copy)
    if not person.is_local or copy.pool_id is not None:
        raise Conflict(N_("This proposal lives on another server. Please go there to take part in it."))
    own = await own_person(person)
    if await Stance.filter(proposal_id=copy.id, person_id=own).count() >= MAX_STANCES:
        raise TooMany(N_("You have said much about this already."), retry_after=3600)
    return await in_force(copy, digest), own


async def _send(kind: Any, person: Actor, copy: PayProposal, ref: ProposalRef, content: str | None = None) -> str:
    answer = kind(
        id=new_activity_uri(person),
        actor=person.uri,
        object=ref,
        to=(copy.group.uri,),
        content=content,
        published=now(),
    )
    await publish(person, answer, to=[copy.group])
    return str(answer.id)
