"""Whom challenges and projects look for, anywhere."""

from __future__ import annotations

from fedirec.accounts.permissions import Permission
from fedirec.activitypub.models import Actor
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.shapes.needs import AnswerSent, FoundSent, Need, Needs, NeedSent, NeedsQuery, show_need
from fedirec.errors import Invalid, NotFound
from fedirec.projects.actions.answering import answer_and_ask
from fedirec.projects.actions.steps import name_step_need
from fedirec.projects.models import Step
from fedirec.remix.actions.needs import fill_need, name_need, withdraw_need
from fedirec.remix.powers import Deed, refuse_unless
from fedirec.remix.queries.leading import parts_around
from fedirec.remix.queries.needs import answers_to, find_group, get_need_row, open_needs

MAX_SHOWN = 50
_PAGES = ("/c/{slug}/needs", "/p/{slug}/needs")
_NAMING = (*_PAGES, "/p/{slug}/steps/{key}/need")


async def list_needs(call: Call) -> Needs:
    asked = call.asked(NeedsQuery)
    skills = [asked.skill] if asked.skill else call.viewer.account.skills or []
    found = await open_needs(skills, viewer=call.actor, limit=MAX_SHOWN)
    return Needs(items=[show_need(call, need) for need in found])


async def show(call: Call) -> Need:
    return show_need(call, await get_need_row(call.row(), call.actor))


async def name(call: Call) -> Need:
    sent = call.sent(NeedSent)
    group = await find_group(sent.group)
    if sent.step is None:
        need = await name_need(call.actor, group, sent.skill, sent.words)
    else:
        need = await name_step_need(call.actor, await _step(group, sent.step), sent.skill, sent.words)
    need.group = group
    return show_need(call, need)


async def _step(group: Actor, key: int) -> Step:
    """The step in row `key` of the project of `group`. Raises NotFound."""
    step = await Step.filter(id=key, project__actor_id=group.id).select_related("project__actor").first()
    if step is None:
        raise NotFound("There is no such step.")
    return step


async def answer(call: Call) -> None:
    await answer_and_ask(call.actor, await get_need_row(call.row(), call.actor), call.sent(AnswerSent).words)


async def fill(call: Call) -> Need:
    need, chosen = await get_need_row(call.row(), call.actor), call.sent(FoundSent).person
    # Who said that they could do it is nobody else's business.
    refuse_unless(Deed.FILL_NEED, await parts_around(need.group, call.actor))
    answered = {each.actor_id: each.actor for each in await answers_to(need)}
    if chosen is not None and chosen not in answered:
        raise Invalid("Name somebody who said that they could do it.", field="person")
    person = answered[chosen] if chosen is not None else None
    return show_need(call, await fill_need(call.actor, need, person=person))


async def withdraw(call: Call) -> None:
    await withdraw_need(call.actor, await get_need_row(call.row(), call.actor))


ENDPOINTS = (
    Endpoint(
        name="list_needs",
        method="GET",
        path="/needs",
        permission=Permission.READ_OWN,
        says="Who looks for what you can do, here and on other instances, the newest 50.",
        run=list_needs,
        query=NeedsQuery,
        answer=Needs,
    ),
    Endpoint(
        name="show_need",
        method="GET",
        path="/needs/{id:int}",
        permission=Permission.READ_OWN,
        says="Somebody who is looked for.",
        run=show,
        answer=Need,
    ),
    Endpoint(
        name="name_need",
        method="POST",
        path="/needs",
        permission=Permission.TAKE_PART,
        says="A challenge or project that you lead looks for somebody, and its followers everywhere hear of it.",
        run=name,
        body=NeedSent,
        answer=Need,
        status=201,
        pages=_NAMING,
    ),
    Endpoint(
        name="answer_need",
        method="POST",
        path="/needs/{id:int}/answer",
        permission=Permission.TAKE_PART,
        says="Those who lead it know that you could do that; where it is a project, you have asked to join.",
        run=answer,
        body=AnswerSent,
        status=204,
        pages=("/needs/{id:int}",),
    ),
    Endpoint(
        name="fill_need",
        method="POST",
        path="/needs/{id:int}/fill",
        permission=Permission.TAKE_PART,
        says="Somebody was found; it is looked for no more.",
        run=fill,
        body=FoundSent,
        answer=Need,
        pages=_PAGES,
    ),
    Endpoint(
        name="withdraw_need",
        method="DELETE",
        path="/needs/{id:int}",
        permission=Permission.TAKE_PART,
        says="It is looked for no more.",
        run=withdraw,
        status=204,
        pages=_PAGES,
    ),
)
