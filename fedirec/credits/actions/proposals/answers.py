"""What people on other instances say to proposals of ours by a signed activity over the digest of one revision.

It counts as what they say on the page does. What speaks of another revision than that in force is kept with its reason
and counts for nothing; who said what stands in the evidence, word for word.
"""

from __future__ import annotations

from typing import Final

from fedirec.accounts.boundaries import refuse_unwelcome
from fedirec.activitypub.models import Actor
from fedirec.activitypub.vocab import Accept, Reject
from fedirec.credits.actions.proposals.doors import own_person, with_home
from fedirec.credits.actions.proposals.hearing import MAX_REMEDY, MAX_WORDS, ObjectionDraft, object_to
from fedirec.credits.actions.proposals.stances import (
    Route,
    accept_proposal,
    give_share_back,
    say_stale,
    take_share_back,
)
from fedirec.credits.models import Objection, PayProposal, Stance
from fedirec.credits.objecting import ObjectionKind
from fedirec.credits.queries.standing import listed_people, newest_revision
from fedirec.credits.vocab import ProposalRef
from fedirec.errors import Changed, Conflict, Forbidden, NotFound
from fedirec.html import plain
from fedirec.remix.actions.insistence import refuse_insistent

MAX_AN_HOUR: Final = 60
"""Answers of one person to proposals."""


async def take_acceptance(sender: Actor, accept: Accept[ProposalRef]) -> None:
    """`sender` accepts what they name, gives their share back, or takes it again; part of the transaction of the
    activity.

    Raises NotFound for what is no proposal of ours, Forbidden for who is not listed, Conflict for what was said before.
    """
    proposal, said = await _begin(sender, accept), accept.object
    route = Route(via="activity", uri=accept.id)
    if said.recused is None:
        await accept_proposal(sender, proposal, said.digest, route)
    elif said.recused:
        await give_share_back(sender, proposal, said.digest, line=said.line, route=route)
    else:
        await take_share_back(sender, proposal, said.digest, line=said.line, route=route)


async def take_rejection(sender: Actor, reject: Reject[ProposalRef]) -> None:
    """`sender` objects to what they name, and gets an answer; part of the transaction of the activity.

    Who is not listed says that they were left out. Raises as `take_acceptance`, and Invalid without words and a remedy.
    """
    proposal, said = await _begin(sender, reject), reject.object
    listed = await listed_people(await newest_revision(proposal))
    person = await own_person(sender)
    kind = said.objection or (ObjectionKind.OTHER if person in listed else ObjectionKind.LEFT_OUT)
    draft = ObjectionDraft(
        kind=kind.value,
        words=plain(reject.content or "")[:MAX_WORDS],
        remedy=said.remedy[:MAX_REMEDY],
        line=said.line,
        wanted=said.wanted,
    )
    route = Route(via="activity", uri=reject.id)
    try:
        await object_to(sender, proposal, draft, digest=said.digest, route=route)
    except Changed:
        await say_stale(sender, proposal, "object", said.digest, route)


async def _begin(sender: Actor, answer: Accept[ProposalRef] | Reject[ProposalRef]) -> PayProposal:
    await refuse_insistent(sender, what=answer.TYPE, limit=MAX_AN_HOUR)
    if sender.type != "Person" or sender.moved_to is not None:
        raise Forbidden("only people answer proposals, from where they live now")
    found = await PayProposal.get_or_none(uri=answer.object.id, pool_id__not_isnull=True)
    if found is None or not found.number:
        raise NotFound("there is no such proposal here")
    said = Stance.filter(activity_uri=answer.id), Objection.filter(activity_uri=answer.id)
    if await said[0].exists() or await said[1].exists():
        raise Conflict("that has been said already")
    proposal = await with_home(found)
    await refuse_unwelcome(sender, to=proposal.group)
    return proposal
