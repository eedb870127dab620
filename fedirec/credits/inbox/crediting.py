"""Projects elsewhere ask people of ours about credits, and people elsewhere answer projects of ours."""

from __future__ import annotations

from fedirec.activitypub.handlers import Handlers
from fedirec.activitypub.models import Actor
from fedirec.activitypub.vocab import Accept, Offer, Reject
from fedirec.credits.actions.crediting.answering import answer_credit
from fedirec.credits.actions.crediting.describing import describe_credit
from fedirec.credits.actions.crediting.elsewhere import take_offer, what_is_said
from fedirec.credits.actions.granting.elsewhere import take_question
from fedirec.credits.actions.granting.giving import take_grant
from fedirec.credits.lines import MAX_REASON
from fedirec.credits.queries.credits import find_credit_at, is_of
from fedirec.credits.vocab import CreditObject, GrantObject
from fedirec.errors import Conflict, Forbidden, Invalid, NotFound, Unsupported
from fedirec.html import one_line
from fedirec.projects.models import Production
from fedirec.projects.queries.productions import manifest_of, with_parts
from fedirec.remix.actions.insistence import refuse_insistent

MAX_AN_HOUR = 60
"""Answers of one person."""

handlers = Handlers()


@handlers.on(Offer, CreditObject, evidence=True, vouched=True, dated=True)
async def credit_asked_about(sender: Actor, offer: Offer[CreditObject]) -> None:
    await take_offer(sender, offer)


@handlers.on(Accept, CreditObject, evidence=True, vouched=True, dated=True)
async def credit_confirmed(sender: Actor, accept: Accept[CreditObject]) -> None:
    await _take_answer(sender, accept)


@handlers.on(Reject, CreditObject, evidence=True, vouched=True, dated=True)
async def credit_contested(sender: Actor, reject: Reject[CreditObject]) -> None:
    await _take_answer(sender, reject)


@handlers.on(Offer, GrantObject, evidence=True, vouched=True, dated=True)
async def grant_asked_for(sender: Actor, offer: Offer[GrantObject]) -> None:
    await take_question(sender, offer)


@handlers.on(Accept, GrantObject, evidence=True, vouched=True, dated=True)
async def grant_given(sender: Actor, accept: Accept[GrantObject]) -> None:
    """What an author elsewhere allows is kept with what they signed. Nothing else about a grant is taken from afar."""
    await refuse_insistent(sender, what=Accept.TYPE, limit=MAX_AN_HOUR)
    if accept.object.author != sender.uri:
        raise Forbidden("only the author of a work can allow that")
    production = await with_parts(Production.filter(uri=accept.object.production)).first()
    if production is None or not production.project.actor.is_local:
        raise NotFound("there is no such production here")
    await take_grant(sender, accept, production)


async def _take_answer(sender: Actor, answer: Accept[CreditObject] | Reject[CreditObject]) -> None:
    """A line of ours stands as the person whom it names says; what they were sent and signed is kept.

    Raises NotFound for what is no line of ours, Forbidden for anybody else, Conflict for an answer to what the line
    does not say any more, Unsupported for what was said before.
    """
    await refuse_insistent(sender, what=answer.TYPE, limit=MAX_AN_HOUR)
    credit = await find_credit_at(answer.object.id)
    if credit is None or credit.uri is not None or not credit.production.project.actor.is_local:
        raise NotFound("there is no such credit here")
    if not await is_of(credit, sender):
        raise Forbidden("only the person who is credited can say so")
    frozen = await manifest_of(credit.production)
    if frozen is None or answer.object.digest != describe_credit(credit.production, frozen[1], credit).digest:
        raise Conflict("that is not what the credit says now")
    if answer.published is None:
        raise Invalid("an answer says when it was given")
    if credit.answered_at is not None and answer.published <= credit.answered_at:
        raise Unsupported("that was said before")
    reason = one_line(answer.content or "")[:MAX_REASON]
    await answer_credit(sender, credit, what_is_said(answer), reason=reason, proof=answer.id, at=answer.published)
