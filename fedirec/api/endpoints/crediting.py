"""What a program does with credit lists: read them, answer for oneself, answer those who contest; and with grants."""

from __future__ import annotations

from fedirec.accounts.permissions import Permission
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.endpoints.alike import listed
from fedirec.api.paging import piece_of, read_row, size_of
from fedirec.api.shapes.crediting import (
    CreditAnswer,
    CreditDecision,
    CreditLine,
    CreditLines,
    GrantGiven,
    GrantsAsked,
    NeededGrant,
    NeededGrants,
    show_line,
    show_needed,
)
from fedirec.credits.actions.crediting.answering import answer_credit, correct_credit, keep_credit
from fedirec.credits.actions.crediting.elsewhere import answer_elsewhere
from fedirec.credits.actions.granting.giving import ask_for_grants, grant
from fedirec.credits.grants import GrantScope
from fedirec.credits.lines import CreditHappening, CreditState
from fedirec.credits.models import ProductionCredit
from fedirec.credits.queries.credits import credits_of, get_credit_row, held_lines, is_of, own_credits, own_people
from fedirec.credits.queries.grants import needed_grants, work_to_grant
from fedirec.errors import NotFound
from fedirec.projects.models import Production
from fedirec.projects.queries.productions import get_production_row
from fedirec.projects.queries.projects import get_project_row, parts_of
from fedirec.remix.powers import Deed, may_do


async def list_lines(call: Call) -> CreditLines:
    production = await _production_in(call)
    start, leads = read_row(call) or 0, await _leads(call, production)
    held = await held_lines(production)
    own = await own_people(call.looker)
    rows = await credits_of(production, after=start, limit=size_of(call) + 1)
    places = {row.id: start + place + 1 for place, row in enumerate(rows)}
    piece = piece_of(
        call,
        CreditLines,
        rows,
        show=lambda row: show_line(call, row, held=held, own=own, leads=leads),
        place=lambda row: places[row.id],
    )
    unsaid = {row.id for row in rows if row.state == CreditState.DECLINED and not leads and row.person_id not in own}
    return CreditLines(items=[item for item in piece.items if item.id not in unsaid], next=piece.next)


async def list_own(call: Call) -> CreditLines:
    rows = await own_credits(call.actor, before=read_row(call), limit=size_of(call) + 1)
    own = await own_people(call.actor)
    return piece_of(
        call, CreditLines, rows, show=lambda row: show_line(call, row, held={}, own=own), place=lambda row: row.id
    )


async def answer(call: Call) -> CreditLine:
    sent, line = call.sent(CreditAnswer), await _line_in(call)
    say = answer_credit if line.uri is None else answer_elsewhere
    await say(call.actor, line, CreditHappening(sent.what), reason=sent.reason)
    return await _shown(call, line)


async def decide(call: Call) -> CreditLine:
    sent, line = call.sent(CreditDecision), await _line_in(call)
    if sent.is_corrected:
        await correct_credit(call.actor, line, role=sent.role, label=sent.label, reason=sent.reason)
    else:
        await keep_credit(call.actor, line, reason=sent.reason)
    return await _shown(call, line)


async def list_grants(call: Call) -> NeededGrants:
    production = await _production_in(call)
    return NeededGrants(items=[show_needed(production, each) for each in await needed_grants(production)])


async def ask(call: Call) -> NeededGrants:
    production = await _production_in(call)
    await ask_for_grants(call.actor, production, call.sent(GrantsAsked).records)
    return NeededGrants(items=[show_needed(production, each) for each in await needed_grants(production)])


async def give(call: Call) -> NeededGrant:
    production, sent = await _production_in(call), call.sent(GrantGiven)
    record = await work_to_grant(production, call.row("record"))
    await grant(call.actor, production, record, GrantScope(sent.scope), digest=sent.digest)
    needed = {each.record.id: each for each in await needed_grants(production)}
    return show_needed(production, needed[record.id])


ENDPOINTS = (
    listed(
        "list_credit_lines",
        "/productions/{id:int}/credit-lines",
        "Every credit of a production over every generation, once it is frozen, and what each person says of it.",
        list_lines,
        answer=CreditLines,
        is_open=True,
    ),
    listed(
        "list_own_credits",
        "/credits",
        "What you are credited for, here and elsewhere, the newest first, and what you may say of it.",
        list_own,
        answer=CreditLines,
    ),
    Endpoint(
        name="answer_credit",
        method="POST",
        path="/credits/{id:int}/answer",
        permission=Permission.CLAIM_CREDIT,
        says="You have said whether what a credit says of you is so; its home hears of it, wherever that is.",
        run=answer,
        body=CreditAnswer,
        answer=CreditLine,
        pages=("/credits/{id:int}", "/p/{slug}/productions/{key}/credits/{line}"),
    ),
    Endpoint(
        name="decide_credit",
        method="POST",
        path="/credits/{id:int}/decision",
        permission=Permission.TAKE_PART,
        says="A credit that is contested is corrected or stays, for a reason that stands in the public log.",
        run=decide,
        body=CreditDecision,
        answer=CreditLine,
    ),
    Endpoint(
        name="list_grants",
        method="GET",
        path="/productions/{id:int}/grants",
        permission=Permission.READ_OWN,
        says="The works of a production with whose licence nobody may make money, and what their authors allowed.",
        run=list_grants,
        answer=NeededGrants,
        is_open=True,
    ),
    Endpoint(
        name="ask_for_grants",
        method="POST",
        path="/productions/{id:int}/grants",
        permission=Permission.TAKE_PART,
        says="The authors of these records are asked whether money may be made with them.",
        run=ask,
        body=GrantsAsked,
        answer=NeededGrants,
        pages=("/p/{slug}/productions/{key}/grants",),
    ),
    Endpoint(
        name="grant_monetization",
        method="POST",
        path="/productions/{id:int}/grants/{record:int}",
        permission=Permission.CLAIM_CREDIT,
        says="Money may be made with a work of yours, in the words that you read. This cannot be taken back.",
        run=give,
        body=GrantGiven,
        answer=NeededGrant,
        pages=("/p/{slug}/productions/{key}/grants/{work:int}",),
    ),
)


async def _production_in(call: Call) -> Production:
    """The production of ours in the path once it is frozen, if whoever asks may see its project. Raises NotFound."""
    row = await get_production_row(call.row())
    is_moderator = call.visitor is not None and call.visitor.can(Permission.MODERATE)
    try:
        await get_project_row(row.project_id, call.looker, is_moderator=is_moderator)
    except NotFound as error:
        raise NotFound("There is no such production here.") from error
    if row.frozen_at is None or not row.project.actor.is_local:
        raise NotFound("There is no such production here.")
    return row


async def _line_in(call: Call) -> ProductionCredit:
    """The line in the path: for who is named in it anywhere, for others those of a production that they may see."""
    line = await get_credit_row(call.row())
    if not await is_of(line, call.actor):
        if line.uri is not None:
            raise NotFound("There is no such credit here.")
        await get_project_row(line.production.project_id, call.looker)
    return line


async def _leads(call: Call, production: Production) -> bool:
    parts = await parts_of(production.project, call.looker) if call.looker else frozenset()
    return may_do(Deed.ANSWER_CREDIT, parts)


async def _shown(call: Call, line: ProductionCredit) -> CreditLine:
    fresh = await get_credit_row(line.id)
    held = await held_lines(fresh.production) if fresh.uri is None else {}
    own = await own_people(call.looker)
    return show_line(call, fresh, held=held, own=own, leads=await _leads(call, fresh.production))
