"""People of ours in the credit lists of other instances: they are asked, and answer by a signed activity."""

from __future__ import annotations

import hashlib
from typing import Any, Final

from fedirec.accounts.actions.notifications import notify
from fedirec.accounts.actions.persons import person_of
from fedirec.accounts.boundaries import refuse_unwelcome
from fedirec.accounts.notices import Notice
from fedirec.activitypub.authority import may_create, may_have
from fedirec.activitypub.models import Actor
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.remote import Remote
from fedirec.activitypub.vocab import Accept, Doc, Offer, Reject, Vocabulary
from fedirec.clock import now
from fedirec.credits.lines import MAX_REASON, CreditHappening, CreditState, advance_credit, refuse_speaker
from fedirec.credits.models import ProductionCredit
from fedirec.credits.queries.credits import get_credit_row, is_of
from fedirec.credits.vocab import CreditObject
from fedirec.db import transaction
from fedirec.db.holding import hold
from fedirec.errors import Conflict, FedirecError, Forbidden, Unsupported
from fedirec.html import one_line
from fedirec.lanes import Done, Job, Later, Outcome, Work, enqueue
from fedirec.projects.actions.productions.meeting import find_production
from fedirec.projects.queries.productions import manifest_of
from fedirec.remix.actions.holding import has_to_wait
from fedirec.remix.actions.insistence import Room, refuse_insistent
from fedirec.uris import new_key, origin_of
from fedirec.web.language import gettext as _

MAX_WAITING: Final = 100
"""Credits elsewhere that wait for the word of one person; those beyond are refused."""
MAX_OF_HOST: Final = 40
MAX_AN_HOUR: Final = 300
"""Credits about which one project asks."""
_NEEDS_NO_OTHER: Final = Vocabulary(())


async def take_offer(group: Actor, offer: Offer[CreditObject]) -> None:
    """Somebody of ours will be asked whether they did what a production elsewhere says; part of the transaction of the
    activity.

    What it says is looked at first where it lives. Raises Forbidden for what the project does not say itself,
    Unsupported for too much, and when nobody here is meant.
    """
    asked = offer.object
    if group.is_local or not may_create(asked.id, author=group.uri, speaker=group.uri):
        raise Forbidden("a credit is told by the project of its production")
    if not may_have(asked.production, owner=group.uri):
        raise Forbidden("a production belongs to the origin of its project")
    person = await Actor.filter(uri=asked.person, is_local=True, type="Person", state="active").first()
    if person is None:
        raise Unsupported("nobody here is named")
    await refuse_unwelcome(group, to=person)
    await refuse_insistent(group, what=Offer.TYPE, limit=MAX_AN_HOUR)
    if await has_to_wait(group):
        raise Unsupported("strangers are not heard at the moment")
    waiting = ProductionCredit.filter(actor_id=person.id, state=CreditState.PROPOSED, uri__not_isnull=True)
    rows = await waiting.limit(MAX_WAITING).values_list(
        "production__project__actor_id", "production__project__actor__host"
    )
    room = Room(of_all=MAX_WAITING, of_one=MAX_OF_HOST, of_host=MAX_OF_HOST)
    if room.is_full_for(group, ((int(str(key)), str(host)) for key, host in rows)):
        raise Unsupported("too many credits wait for them")
    await enqueue(
        [
            Work(
                kind="credit",
                lane=f"credit:{origin_of(group.uri)}",
                payload={
                    "group": group.id,
                    "asked": asked.write(),
                    "words": one_line(offer.content or "")[:MAX_REASON],
                },
                dedupe_key=f"credit:{hashlib.sha256(f'{asked.id} {offer.id}'.encode()).hexdigest()}",
            )
        ]
    )


async def keep_offer(remote: Remote, job: Job) -> Outcome:
    """The person sees what a production elsewhere says of them, if it is that project's, and frozen as it says."""
    asked = CreditObject.read(Doc(dict(job.payload["asked"])), _NEEDS_NO_OTHER)  # type: ignore[call-overload]
    try:
        production = await find_production(remote, asked.production, fresh=True)
    except FedirecError as error:
        return Later(error=str(error), blame="job") if error.retryable else Done()
    frozen = await manifest_of(production)
    is_so = frozen is not None and production.digest_holds and frozen[1] == asked.manifest
    if not is_so or production.project.actor_id != job.payload["group"]:
        return Done()
    async with transaction():
        await hold(production.project)
        person = await Actor.filter(uri=asked.person, is_local=True, type="Person", state="active").first()
        if person is None:
            return Done()
        known = await ProductionCredit.get_or_none(uri=asked.id)
        if known is not None and known.actor_id != person.id:
            return Done()
        if known is not None and known.digest == asked.digest and known.state != CreditState.CONTESTED:
            return Done()  # they were asked that before
        credit = known or ProductionCredit(
            key=new_key(), uri=asked.id, production=production, person=await person_of(person), actor=person
        )
        is_waiting = known is not None and known.state == CreditState.PROPOSED
        credit.role, credit.role_label, credit.work_uri = asked.role, asked.label, asked.work
        credit.name = person.name or person.handle
        credit.digest, credit.state, credit.state_at = asked.digest, CreditState.PROPOSED.value, now()
        credit.reason, credit.proof_uri = str(job.payload.get("words") or ""), None
        await credit.save()
        if is_waiting:
            return Done()  # it says something else now, and they know that it waits for them
        group = production.project.actor
        about = {"title": production.title}
        await notify(
            person, Notice.CREDIT_OFFERED, group, f"{asked.id}#{asked.digest[-12:]}-{now().date()}", "/credits", about
        )
    return Done()


async def answer_elsewhere(
    person: Actor, credit: ProductionCredit, happening: CreditHappening, *, reason: str = ""
) -> ProductionCredit:
    """`person`, who lives here, says to the project elsewhere whether what it says of them is so.

    What they answer names exactly what they were asked. Raises as `answering.answer_credit`.
    """
    if credit.uri is None or not person.is_local:
        raise Conflict(_("Please go where the production lives."))
    async with transaction():
        await hold(credit)
        fresh = await get_credit_row(credit.id)
        refuse_speaker(happening, is_person=await is_of(fresh, person))
        state = advance_credit(fresh.state, happening, reason=reason)
        frozen = await manifest_of(fresh.production)
        if frozen is None:
            raise Conflict(_("We do not know that production any more."))
        asked = CreditObject(
            id=str(fresh.uri),
            production=fresh.production.uri,
            manifest=frozen[1],
            person=fresh.actor.uri if fresh.actor is not None else person.uri,
            role=fresh.role,
            label=fresh.role_label,
            work=fresh.work_uri,
        )
        if asked.digest != fresh.digest:
            raise Conflict(_("What you were asked is not what it says any more. You will be asked again."))
        group = fresh.production.project.actor
        is_yes = happening in (CreditHappening.CONFIRM, CreditHappening.UNNAME)
        kind: Any = Accept if is_yes else Reject
        answer = kind(
            id=new_activity_uri(person),
            actor=person.uri,
            object=asked.unnamed() if happening is CreditHappening.UNNAME else asked,
            to=(group.uri,),
            content=reason.strip() or None,
            published=now(),
        )
        await publish(person, answer, to=[group], is_proved=True)
        fresh.state, fresh.state_at, fresh.reason, fresh.proof_uri = state.value, now(), reason.strip(), answer.id
        await fresh.save(update_fields=["state", "state_at", "reason", "proof_uri"])
    return fresh


def what_is_said(answer: Accept[CreditObject] | Reject[CreditObject]) -> CreditHappening:
    """What somebody says by an answer: yes, yes without a name, not right for a reason, or not me."""
    if isinstance(answer, Accept):
        return CreditHappening.UNNAME if answer.object.without_name else CreditHappening.CONFIRM
    return CreditHappening.CONTEST if (answer.content or "").strip() else CreditHappening.DECLINE
