"""What people on other instances say to proposals of ours by a signed activity over the digest of one revision.

It counts as what they say on the page does. What speaks of another revision than that in force is kept with its reason
and counts for nothing; who said what stands in the evidence, word for word.
"""

from __future__ import annotations

from typing import Any, Final

from fedirec.accounts.actions.persons import lives_elsewhere, own_person
from fedirec.accounts.boundaries import refuse_unwelcome
from fedirec.activitypub.envelopes import opened
from fedirec.activitypub.models import Actor
from fedirec.activitypub.vocab import Accept, Activity, Reject, Undo
from fedirec.credits.actions.proposals.appealing import appeal_objection
from fedirec.credits.actions.proposals.deeds import in_force, with_home
from fedirec.credits.actions.proposals.objecting import object_to, withdraw_objection
from fedirec.credits.actions.proposals.stances import (
    MAX_STANCES,
    STALE,
    Channel,
    accept_proposal,
    give_share_back,
    say,
    say_stale,
    take_share_back,
)
from fedirec.credits.decisions import Says
from fedirec.credits.models import Objection, PayProposal, Stance
from fedirec.credits.objections import MAX_REMEDY, MAX_WORDS, ObjectionDraft, ObjectionKind
from fedirec.credits.queries.standing import listed_people, newest_revision, same_people
from fedirec.credits.vocab import ObjectionObject, ProposalRef
from fedirec.errors import Changed, Conflict, Forbidden, NotFound, TooMany
from fedirec.html import plain
from fedirec.remix.actions.insistence import refuse_insistent
from fedirec.remix.queries.proofs import key_that_proves

MAX_AN_HOUR: Final = 60
"""Answers of one person to proposals."""


async def take_acceptance(sender: Actor, accept: Accept[ProposalRef]) -> None:
    """`sender` accepts what they name, gives their share back, or takes it again; part of the transaction of the
    activity.

    Raises NotFound for what is no proposal of ours, Forbidden for who is not listed, Conflict for what was said before.
    """
    proposal, said = await _begin(sender, accept, accept.object.id), accept.object
    channel = await _channel(sender, accept)
    if said.recused is None:
        await accept_proposal(sender, proposal, said.digest, channel)
    elif said.recused:
        await give_share_back(sender, proposal, said.digest, line=said.line, channel=channel)
    else:
        await take_share_back(sender, proposal, said.digest, line=said.line, channel=channel)


async def take_rejection(sender: Actor, reject: Reject[ProposalRef]) -> None:
    """`sender` objects to what they name, and gets an answer; part of the transaction of the activity.

    Who is not listed says that they were left out. Raises as `take_acceptance`, and Invalid without words and a remedy.
    """
    proposal, said = await _begin(sender, reject, reject.object.id), reject.object
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
    channel = await _channel(sender, reject)
    try:
        await object_to(sender, proposal, draft, digest=said.digest, channel=channel)
    except Changed:
        await say_stale(sender, proposal, Says.OBJECT, said.digest, channel)


async def take_withdrawal(sender: Actor, undo: Undo[Reject[Any]], said: ProposalRef) -> None:
    """`sender` takes back the objection that they made by what they undo, which `said` names together with what they
    see; part of the transaction of the activity.

    Raises as `take_acceptance`, and as `objecting.withdraw_objection`.
    """
    if undo.object.actor != sender.uri:
        raise Forbidden("everybody takes back only what they said")
    objection, channel = await _objection_in(sender, undo, said.id, undo.object.id), await _channel(sender, undo)
    if not await _is_stale(sender, objection, said.revision, said.digest, Says.WITHDRAW, channel):
        await withdraw_objection(sender, objection, channel=channel)


async def take_appeal(sender: Actor, reject: Reject[ObjectionObject]) -> None:
    """`sender` does not take the answer to the objection that they name, and asks others to look; part of the
    transaction of the activity.

    Raises as `take_acceptance`, and as `appealing.appeal_objection`.
    """
    named = reject.object
    objection, channel = await _objection_in(sender, reject, named.about, named.id), await _channel(sender, reject)
    if not await _is_stale(sender, objection, named.revision, named.digest, Says.APPEAL, channel):
        await appeal_objection(sender, objection, plain(reject.content or "")[:MAX_WORDS], channel=channel)


async def _objection_in(sender: Actor, said: Activity[Any], uri: str, named: str) -> Objection:
    """The objection to the proposal of ours at `uri` that is `named` by where it stands, or by the activity by which
    it came.
    """
    proposal = await _begin(sender, said, uri)
    key = named.removeprefix(f"{proposal.uri}#objection-")
    rows = Objection.filter(proposal_id=proposal.id).select_related("author")
    found = await (rows.filter(activity_uri=named) if key == named else rows.filter(key=key)).first()
    if found is None:
        raise NotFound("there is no such objection here")
    if await own_person(sender) not in await same_people(found.person_id):
        raise Forbidden("only whoever objected can say that")
    found.proposal = proposal
    return found


async def _is_stale(
    sender: Actor, objection: Objection, number: int, digest: str, says: Says, channel: Channel
) -> bool:
    """Whether they saw another revision than that in force; then what they say is kept with the reason."""
    revision, person = await in_force(objection.proposal), await own_person(sender)
    if await Stance.filter(proposal_id=objection.proposal_id, person_id=person).count() >= MAX_STANCES:
        raise TooMany("that person has said much about this already", retry_after=3600)
    if (number, digest) == (revision.number, revision.digest):
        return False
    await say(sender, person, objection.proposal, revision, says, digest, channel=channel, reason=STALE)
    return True


async def _channel(sender: Actor, said: Activity[Any]) -> Channel:
    """By which activity it came, and whether that carries a proof by a key of the sender's: anybody can verify that
    later, and of the rest only whoever saw the request.
    """
    is_proved = False
    if said.envelope is not None and said.object_as_sent is not None:
        document = opened(said.envelope, said.object_as_sent)
        is_proved = await key_that_proves(document, actor_uri=sender.uri, is_new=True) is not None
    return Channel(via="activity", uri=said.id, is_proved=is_proved)


async def _begin(sender: Actor, answer: Activity[Any], uri: str) -> PayProposal:
    """The proposal of ours at `uri`. Raises Forbidden for what is nobody, Conflict for what was said before."""
    await refuse_insistent(sender, what=answer.TYPE, limit=MAX_AN_HOUR)
    if sender.type != "Person" or await lives_elsewhere(sender):
        raise Forbidden("only people answer proposals, from where they live now")
    found = await PayProposal.get_or_none(uri=uri, pool_id__not_isnull=True)
    if found is None or not found.number:
        raise NotFound("there is no such proposal here")
    said = Stance.filter(activity_uri=answer.id), Objection.filter(activity_uri=answer.id)
    if await said[0].exists() or await said[1].exists():
        raise Conflict("that has been said already")
    proposal = await with_home(found)
    await refuse_unwelcome(sender, to=proposal.group)
    return proposal
