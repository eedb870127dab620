"""Whom challenges and projects look for: the page on which somebody says that they could do that, and the one on which
leaders name whom they look for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer, viewer_of
from fedirec.accounts.permissions import Permission
from fedirec.activitypub.models import Actor
from fedirec.activitypub.peers import hosts_of
from fedirec.errors import FedirecError, NotFound
from fedirec.remix.actions.needs import fill_need, name_need, withdraw_need
from fedirec.remix.models import Need, NeedAnswer
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.matching import group_url, skill_word
from fedirec.remix.pages.skills import skill_choices
from fedirec.remix.pages.visitors import members_only, number_of, row_in, visitor
from fedirec.remix.powers import Deed, may_do, refuse_unless
from fedirec.remix.queries.addresses import PROJECT
from fedirec.remix.queries.leading import parts_around
from fedirec.remix.queries.needs import answers_to, find_group, get_need_row, needs_of
from fedirec.remix.queries.profiles import people_who_can
from fedirec.remix.vocab.needs import MAX_WORDS
from fedirec.web.forms import Form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import redirect, render
from fedirec.web.views import Choice, PersonView

SUGGESTED: Final = 6
"""People who let others see that they could do it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerView:
    """Somebody could do what is looked for."""

    person: PersonView
    words: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedView:
    """Whom somebody looks for."""

    id: int
    skill: str
    words: str
    url: str
    since: datetime
    is_open: bool = True
    answered: tuple[Choice, ...] = ()
    """Those who said that they could do it, for leaders to choose from."""
    said: tuple[AnswerView, ...] = ()
    """What they said with it, for leaders alone."""
    people: tuple[PersonView, ...] = ()
    """Others who could be asked."""


async def show_need(request: Request[Any]) -> Response:
    return await render_need(request, Form())


async def show_needs(request: Request[Any]) -> Response:
    return await _show_needs(request, Form())


@members_only
async def post_needs(request: Request[Any]) -> Response:
    """Leaders name whom they look for, whom they found, or that they look no more."""
    viewer = require_viewer(request, Permission.TAKE_PART)
    group, form = await _group(request), await read_form(request)
    refuse_unless(Deed.NAME_NEED, await parts_around(group, viewer.actor))
    do = form.value("do")
    try:
        if do == "name":
            skill = form.text("skill", max=10, required=True)
            words = form.text("words", max=2 * MAX_WORDS)
            if form.errors:
                return await _show_needs(request, form, status=422)
            await name_need(viewer.actor, group, skill, words)
            said = _("Everybody can see now whom you look for.")
        else:
            need = await _need_of(group, str(form.value("need")), viewer.actor)
            if do == "fill":
                chosen = number_of(str(form.value("person") or ""))
                answered = {each.actor_id: each.actor for each in await answers_to(need)}
                await fill_need(viewer.actor, need, person=answered.get(chosen) if chosen else None)
                said = _("Found: it is looked for no more.")
            else:
                await withdraw_need(viewer.actor, need)
                said = _("It is looked for no more.")
    except FedirecError as error:
        form.refuse(error)
        return await _show_needs(request, form, status=422)
    return redirect(request, f"{group_url(Cards(request), group)}/needs", said)


async def need_in(request: Request[Any]) -> Need:
    """What is looked for, by its row in the path. Raises NotFound."""
    return await get_need_row(row_in(request), visitor(request))


async def render_need(request: Request[Any], form: Form, *, status: int = 200) -> Response:
    """The page of what is looked for; a project's asks whoever could do it to join."""
    need, viewer = await need_in(request), visitor(request)
    cards, member = Cards(request), viewer_of(request)
    parts = await parts_around(need.group, viewer) if viewer else frozenset()
    leads_it = may_do(Deed.FILL_NEED, parts)
    answers = await answers_to(need)
    has_answered = viewer is not None and viewer.id in {each.actor_id for each in answers}
    return render(
        request,
        "remix/need.html",
        status,
        form=form,
        need=_view(cards, need, said=_said_in(cards, answers) if leads_it else ()),
        group_name=need.group.name or need.group.handle,
        group_url=group_url(cards, need.group),
        is_remote=not need.group.is_local,
        host="" if need.group.is_local else need.group.host,
        hosts=await hosts_of(["" if need.group.is_local else need.group.host]),
        leads_it=leads_it,
        is_project=need.group.kind == PROJECT,
        has_answered=has_answered,
        may_answer=member is not None
        and member.can(Permission.TAKE_PART)
        and not leads_it
        and (need.group.is_local or member.actor.is_local),
        is_signed_in=member is not None,
    )


async def _show_needs(request: Request[Any], form: Form, *, status: int = 200) -> Response:
    group, viewer, cards = await _group(request), visitor(request), Cards(request)
    parts = await parts_around(group, viewer) if viewer else frozenset()
    leads_it = may_do(Deed.NAME_NEED, parts)
    if group.state != "active" and not (leads_it and group.state == "pending"):
        raise NotFound("There is nothing of that name here.")
    found = [
        await _with_people(cards, need, viewer) if leads_it else _view(cards, need) for need in await needs_of(group)
    ]
    return render(
        request,
        "remix/needs.html",
        status,
        form=form,
        needs=found,
        leads_it=leads_it,
        skills=skill_choices(),
        group_name=group.name or group.handle,
        group_url=group_url(cards, group),
    )


async def _with_people(cards: Cards, need: Need, viewer: Actor | None) -> NeedView:
    """With those who said that they could do it, and a few others who could; for leaders."""
    answered = await answers_to(need)
    others = await people_who_can(
        need.skill,
        viewer=viewer,
        but=[*(each.actor_id for each in answered), *([viewer.id] if viewer else [])],
        limit=SUGGESTED,
    )
    return _view(
        cards,
        need,
        answered=tuple(
            Choice(value=str(each.actor_id), label=each.actor.name or each.actor.handle) for each in answered
        ),
        said=_said_in(cards, answered),
        people=tuple(cards.person(person) for person in others),
    )


def _said_in(cards: Cards, answers: Sequence[NeedAnswer]) -> tuple[AnswerView, ...]:
    return tuple(AnswerView(person=cards.person(each.actor), words=each.words, at=each.created_at) for each in answers)


def _view(cards: Cards, need: Need, **further: Any) -> NeedView:
    return NeedView(
        id=need.id,
        skill=skill_word(need.skill),
        words=need.words,
        url=f"/needs/{need.id}",
        since=need.created_at,
        is_open=need.state == "open",
        **further,
    )


async def _group(request: Request[Any]) -> Actor:
    """The challenge or project of ours at the address of the page, which ends with /needs."""
    uri = f"{request.state['site'].origin}{request.url.path.removesuffix('/needs').lower()}"
    return await find_group(uri)


async def _need_of(group: Actor, typed: str, viewer: Actor) -> Need:
    need = await get_need_row(number_of(typed) or 0, viewer)
    if need.group_id != group.id:
        raise NotFound("That is not looked for any more.")
    return need


routes = [
    Route("/needs/{id:int}", show_need, methods=["GET"]),
    Route("/c/{slug}/needs", show_needs, methods=["GET"]),
    Route("/c/{slug}/needs", post_needs, methods=["POST"]),
    Route("/p/{slug}/needs", show_needs, methods=["GET"]),
    Route("/p/{slug}/needs", post_needs, methods=["POST"]),
]
