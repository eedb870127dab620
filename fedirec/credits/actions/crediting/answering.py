"""People say whether what a credit list says of them is so, and those who lead the project answer them.

A line and the role line that it came from are written in the same transaction: they never say different things.
"""

from __future__ import annotations

from datetime import datetime

from fedirec.accounts.notices import Notice
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.credits.actions.crediting.offering import offer_lines
from fedirec.credits.lines import (
    CreditHappening,
    CreditState,
    advance_credit,
    read_role,
    refuse_speaker,
    state_of_role,
)
from fedirec.credits.models import ProductionCredit
from fedirec.credits.queries.credits import get_credit_row, is_as_named, is_of
from fedirec.db import transaction
from fedirec.db.holding import hold
from fedirec.errors import Conflict
from fedirec.lanes import gathering
from fedirec.projects.actions.deeds import begin_deed
from fedirec.projects.actions.productions.roles import answer_role
from fedirec.projects.models import Production, RoleLine
from fedirec.projects.queries.productions import manifest_of
from fedirec.remix.actions.logbook import log
from fedirec.remix.actions.private_notes import tell_people
from fedirec.remix.logbook import Happening
from fedirec.remix.models import Pseudonym
from fedirec.remix.powers import Deed, Part
from fedirec.remix.queries.leading import leaders_of
from fedirec.web.language import gettext as _


async def answer_credit(
    person: Actor,
    credit: ProductionCredit,
    happening: CreditHappening,
    *,
    reason: str = "",
    proof: str | None = None,
    at: datetime | None = None,
) -> ProductionCredit:
    """`person` says of a line of ours that it is so, or is not right, or that they do not want to be named for it.

    Leaders hear of it; a line that is contested is held back from pay until they answer. `proof` is the signed activity
    by which they said it, and `at` when, as it says. Raises Forbidden for anybody else, Conflict where it cannot be
    said any more, Invalid without a reason to contest it.
    """
    async with transaction(), gathering():
        fresh = await _begin(credit)
        refuse_speaker(happening, is_person=await is_of(fresh, person))
        await begin_deed(Deed.CONFIRM_ROLE, fresh.production.project, person, also=Part.AUTHOR)
        if happening is CreditHappening.CONFIRM:
            await _refuse_while_unnamed(fresh)
        fresh.answered_at = at or now()
        await _advance(fresh, happening, reason=reason, proof=proof)
        await _tell_leaders(fresh, person)
    return fresh


async def answer_named_role(person: Actor, production: Production, line: int, *, is_so: bool) -> RoleLine:
    """`person` says whether they did what `production` names them for, before it is frozen or after.

    Raises NotFound when they are not named there any more, Forbidden for anybody else, also for an account from which
    they moved or that is lost to them.
    """
    async with transaction(), gathering():
        await hold(production.project)
        answered = await answer_role(person, production, line, is_so=is_so)
        credit = await ProductionCredit.get_or_none(role_line_id=answered.id)
        if credit is not None:
            said_by = CreditHappening.CONFIRM if is_so else CreditHappening.DECLINE
            refuse_speaker(said_by, is_person=await is_of(credit, person))
        if credit is not None and not is_as_named(credit, answered):
            raise Conflict(_("That was corrected since. Please look at the credit list."))
        said = CreditState.CONFIRMED if is_so else CreditState.DECLINED
        if credit is not None and credit.state != said:
            credit = await _begin(credit)
            credit.answered_at = now()
            await _advance(credit, CreditHappening.CONFIRM if is_so else CreditHappening.DECLINE)
    return answered


async def correct_credit(
    leader: Actor, credit: ProductionCredit, *, role: str, reason: str, label: str = ""
) -> ProductionCredit:
    """A contested line says now what the person did: one of the roles, the address of another, or words of one's own.

    The reason stands in the public log; the person hears of it and confirms it anew. Raises Forbidden for who does not
    lead the project, Conflict for what is not contested, Invalid beside what is missing.
    """
    iri, words = read_role(role, label)
    async with transaction(), gathering():
        fresh = await _begin(credit)
        await begin_deed(Deed.ANSWER_CREDIT, fresh.production.project, leader)
        fresh.role, fresh.role_label = iri, words
        await _advance(fresh, CreditHappening.CORRECT, reason=reason)
        await _ask_again(fresh, reason)
        await _log(fresh, Happening.CREDIT_CORRECTED, leader, reason)
    return fresh


async def keep_credit(leader: Actor, credit: ProductionCredit, *, reason: str) -> ProductionCredit:
    """A contested line stays as it is, unconfirmed, for the reason that stands in the public log.

    Raises as `correct_credit`.
    """
    async with transaction(), gathering():
        fresh = await _begin(credit)
        await begin_deed(Deed.ANSWER_CREDIT, fresh.production.project, leader)
        await _advance(fresh, CreditHappening.KEEP, reason=reason)
        await _ask_again(fresh, reason)
        await _log(fresh, Happening.CREDIT_KEPT, leader, reason)
    return fresh


async def _begin(credit: ProductionCredit) -> ProductionCredit:
    """The line as it is now; nobody else changes anything in its project until the caller's transaction ends."""
    if credit.uri is not None:
        raise Conflict(_("This credit lives on another server. Please answer there."))
    found = await get_credit_row(credit.id)
    await hold(found.production.project)
    await hold(found)
    return await get_credit_row(credit.id)


async def _advance(
    credit: ProductionCredit, happening: CreditHappening, *, reason: str = "", proof: str | None = None
) -> None:
    state = advance_credit(credit.state, happening, reason=reason.strip())
    credit.state, credit.state_at, credit.reason, credit.proof_uri = state.value, now(), reason.strip(), proof
    if state is CreditState.PSEUDONYMISED:
        credit.name = ""
    elif credit.actor is not None:
        credit.name = credit.actor.name or credit.actor.handle
    await credit.save()
    if credit.role_line is not None:
        said = state_of_role(state, is_as_named=is_as_named(credit, credit.role_line))
        await RoleLine.filter(id=credit.role_line_id).update(state=said)


async def _refuse_while_unnamed(credit: ProductionCredit) -> None:
    """Whoever asks not to be named for the work itself takes that back there, or two pages say two things."""
    if credit.record is None or credit.actor is None or credit.state != CreditState.PSEUDONYMISED:
        return
    if await Pseudonym.exists(record_id=credit.record_id, actor_uri=credit.actor.uri, remix_uri=""):
        raise Conflict(_("You asked not to be named for this work. Please take that back on its page first."))


async def _tell_leaders(credit: ProductionCredit, person: Actor) -> None:
    group = credit.production.project.actor
    page = f"{credit.production.uri}/credits"
    about = {"title": credit.production.title}
    contested = credit.state == CreditState.CONTESTED
    await tell_people(
        group,
        [leader for leader in await leaders_of(group) if leader.is_local],
        Notice.CREDIT_CONTESTED if contested else Notice.ROLE_ANSWERED,
        # Whoever does not want to be named is not named to anybody.
        None if credit.state in (CreditState.PSEUDONYMISED, CreditState.DECLINED) else person,
        f"{page}#{credit.key}-{credit.state}-{credit.state_at.date()}",
        page,
        about,
    )


async def _ask_again(credit: ProductionCredit, reason: str) -> None:
    """Whoever contested it from elsewhere is asked about what it says now, and reads why there."""
    frozen = await manifest_of(credit.production)
    if frozen is not None:
        await offer_lines(credit.production, frozen[1], [credit], words=reason.strip(), generations=None)


async def _log(credit: ProductionCredit, kind: Happening, leader: Actor, reason: str) -> None:
    """It stands in the log, which names nobody, for they may ask not to be named later; and the person is told."""
    production = credit.production
    details = {"title": production.title, "production": production.uri}
    await log(production.project.actor, kind, by=leader, reason=reason, details=details)
    if credit.actor is None:
        return
    page = f"{production.uri}/credits"
    await tell_people(
        production.project.actor,
        [credit.actor],
        Notice.CREDIT_ANSWERED,
        leader,
        f"{page}#{credit.key}-{kind}-{credit.state_at.date()}",
        page,
        {"title": production.title, "reason": reason},
        language=production.language,
    )
