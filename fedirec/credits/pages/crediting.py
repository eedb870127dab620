"""The credit list of a production, each of its lines, and what one person is credited for."""

from __future__ import annotations

from collections.abc import Awaitable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer, viewer_of
from fedirec.accounts.permissions import Permission
from fedirec.activitypub.models import Actor
from fedirec.credits.actions.crediting.answering import answer_credit, correct_credit, keep_credit
from fedirec.credits.actions.crediting.elsewhere import answer_elsewhere
from fedirec.credits.lines import (
    BY_LEADERS,
    MAX_LABEL,
    MAX_REASON,
    STATES,
    CreditHappening,
    CreditState,
    may_happen,
)
from fedirec.credits.models import ProductionCredit
from fedirec.credits.queries.credits import (
    credits_of,
    get_credit,
    get_credit_row,
    held_lines,
    is_of,
    own_credits,
    own_people,
    shown_name,
)
from fedirec.errors import FedirecError, NotFound
from fedirec.projects.models import Production, Project
from fedirec.projects.pages.finding import parts_in_project, project_in
from fedirec.projects.pages.productions.showing import production_in
from fedirec.projects.pages.productions.views import production_view
from fedirec.projects.pages.tabs import project_tabs
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.visitors import members_only, number_of, row_in, visitor
from fedirec.remix.powers import Deed, may_do
from fedirec.remix.pseudonyms import NOT_NAMED
from fedirec.remix.roles import ROLES, label_of
from fedirec.translatable import N_
from fedirec.web.forms import Form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import redirect, render
from fedirec.web.views import Choice

SHOWN: Final = 200
"""Lines that a page shows at once."""
_OWN: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    """One line of a credit list, as whoever looks may see it."""

    row: int
    name: str
    url: str
    role: str
    words: str
    work: str
    work_url: str
    generation: int
    state: str
    tone: str
    sign: str
    reason: str
    """What was said against it, or in answer to that; empty where nobody is named."""
    is_held: bool
    is_own: bool
    came_later: bool
    line_url: str
    """The page about it; empty where the list is not ours."""
    production: str = ""
    production_url: str = ""
    can: tuple[str, ...] = ()
    """What whoever looks can say of it: names of `CreditHappening`."""


def line_view(
    cards: Cards,
    line: ProductionCredit,
    *,
    held: Mapping[int, str],
    viewer: Actor | None,
    own: Collection[int] = (),
    leads: bool = False,
) -> LineView:
    """A line, which comes with everything that `queries.credits.with_all` brings; `own` are the rows of the person who
    looks (`queries.credits.own_people`).
    """
    state, named = CreditState(line.state), shown_name(line)
    is_own = viewer is not None and (line.actor_id == viewer.id or line.person_id in own)
    word, tone, sign = STATES[state]
    work = line.record if line.record is not None and line.record.deleted_at is None else None
    # A work leads to its author: it is no more shown than they are.
    is_public = work is not None and work.visibility == "public" and bool(named or is_own)
    production = line.production
    able = [each for each in CreditHappening if may_happen(state, each) and (leads if each in BY_LEADERS else is_own)]
    page = production_view(cards, production)
    return LineView(
        row=line.id,
        name=named or (line.actor.name or line.actor.handle if is_own and line.actor else _(NOT_NAMED)),
        url=cards.person_url(line.actor) if named and line.actor else "",
        role=role_words(line),
        words=line.words if named else "",
        work=(work.title or _("Untitled")) if work is not None and is_public else "",
        work_url=cards.record_url(work) if work is not None and is_public else "",
        generation=line.generation,
        state=_(word),
        tone=tone,
        sign=sign,
        reason=line.reason if named or is_own or leads else "",
        is_held=line.id in held,
        is_own=is_own,
        came_later=line.came_later,
        line_url=f"{page.url}/credits/{line.key}" if line.uri is None else "",
        production=production.title,
        production_url=page.url,
        can=tuple(each.value for each in able),
    )


def role_words(line: ProductionCredit) -> str:
    """What a line calls the role: in words of its own, where it is none of ours."""
    return line.role_label or label_of(line.role, gettext=_)


async def show_credits(request: Request[Any]) -> Response:
    """The credit list of a production: what stands in front, and each generation of what it was made from."""
    production, project = await frozen_in(request)
    cards, start = Cards(request), number_of(request.query_params.get("from", "")) or 0
    lines = list(await credits_of(production, after=start, limit=SHOWN + 1))
    held = await held_lines(production)
    viewer, parts = visitor(request), await parts_in_project(request, project)
    leads, own = may_do(Deed.ANSWER_CREDIT, parts), await own_people(viewer)
    views = [
        view
        for line in lines[:SHOWN]
        for view in [line_view(cards, line, held=held, viewer=viewer, own=own, leads=leads)]
        if line.state != CreditState.DECLINED or view.is_own or leads
    ]
    return render(
        request,
        "credits/credits.html",
        production=production_view(cards, production),
        tabs=project_tabs(cards, project, current="", parts=parts),
        uri=f"{production.uri}/credits",
        generations=_by_generation(views),
        own=[view for view in views if view.is_own],
        held=len(held),
        next_from=start + SHOWN if len(lines) > SHOWN else None,
    )


async def show_line(request: Request[Any]) -> Response:
    """One line, with what whoever looks can say of it."""
    production, project = await frozen_in(request)
    line = await get_credit(production, request.path_params["line"])
    return await _show_line(request, project, line, Form())


async def post_line(request: Request[Any]) -> Response:
    """The person says whether it is so, or those who lead the project answer."""
    viewer = require_viewer(request, Permission.CLAIM_CREDIT)
    production, project = await frozen_in(request)
    line, form = await get_credit(production, request.path_params["line"]), await read_form(request)
    happening = CreditHappening(form.choice("do", [each.value for each in CreditHappening]) or "confirm")
    reason = form.text("reason", max=10_000).strip()
    role, label = form.line("role", max=300), form.line("label", max=MAX_LABEL)
    if form.errors:
        return await _show_line(request, project, line, form)
    doing: Awaitable[object]
    if happening is CreditHappening.CORRECT:
        doing = correct_credit(viewer.actor, line, role=role, label=label, reason=reason)
    elif happening is CreditHappening.KEEP:
        doing = keep_credit(viewer.actor, line, reason=reason)
    else:
        doing = answer_credit(viewer.actor, line, happening, reason=reason)
    return await _done(request, doing, happening, project, line, form)


@members_only
async def show_own(request: Request[Any]) -> Response:
    """What whoever looks is credited for, here and elsewhere, and what waits for their word."""
    return await _show_own(request, Form())


async def post_own(request: Request[Any]) -> Response:
    """Whoever is named says whether it is so, wherever the production lives."""
    viewer = require_viewer(request, Permission.CLAIM_CREDIT)
    line, form = await get_credit_row(row_in(request)), await read_form(request)
    if not await is_of(line, viewer.actor):
        raise NotFound
    happening = CreditHappening(form.choice("do", [each.value for each in CreditHappening]) or "confirm")
    reason = form.text("reason", max=10_000).strip()
    answer = answer_credit if line.uri is None else answer_elsewhere
    try:
        await answer(viewer.actor, line, happening, reason=reason)
    except NotFound:
        raise
    except FedirecError as error:
        form.refuse(error)
        return await _show_own(request, form, line)
    return redirect(request, "/credits", _(_SAID[happening]))


async def _show_own(request: Request[Any], form: Form, chosen: ProductionCredit | None = None) -> Response:
    viewer = require_viewer(request, Permission.READ_OWN)
    cards, before = Cards(request), number_of(request.query_params.get("before", ""))
    own = await own_people(viewer.actor)
    waiting = await own_credits(viewer.actor, waiting=True, limit=_OWN)
    lines = list(await own_credits(viewer.actor, before=before, limit=_OWN + 1))
    return render(
        request,
        "credits/own.html",
        form=form,
        chosen=chosen.id if chosen else 0,
        waiting=[line_view(cards, line, held={}, viewer=viewer.actor, own=own) for line in waiting],
        lines=[line_view(cards, line, held={}, viewer=viewer.actor, own=own) for line in lines[:_OWN]],
        next_before=lines[_OWN - 1].id if len(lines) > _OWN else None,
        max_reason=MAX_REASON,
        may_answer=viewer.can(Permission.CLAIM_CREDIT),
    )


async def _show_line(request: Request[Any], project: Project, line: ProductionCredit, form: Form) -> Response:
    cards, parts = Cards(request), await parts_in_project(request, project)
    held = await held_lines(line.production)
    viewer = viewer_of(request)
    able = viewer is not None and viewer.can(Permission.CLAIM_CREDIT)
    view = line_view(
        cards,
        line,
        held=held,
        viewer=viewer.actor if viewer is not None and able else None,
        own=await own_people(viewer.actor if viewer is not None and able else None),
        leads=able and may_do(Deed.ANSWER_CREDIT, parts),
    )
    return render(
        request,
        "credits/line.html",
        status=422 if form.errors else 200,
        line=view,
        form=form,
        production=production_view(cards, line.production),
        tabs=project_tabs(cards, project, current="", parts=parts),
        roles=[
            Choice(value="", label=_("None of these")),
            *(Choice(value=role.code, label=_(role.label)) for role in ROLES),
        ],
        max_reason=MAX_REASON,
        max_label=MAX_LABEL,
    )


async def _done(
    request: Request[Any],
    doing: Awaitable[object],
    happening: CreditHappening,
    project: Project,
    line: ProductionCredit,
    form: Form,
) -> Response:
    """The page of the line after `doing`, or the form once more with what stood against it."""
    try:
        await doing
    except NotFound:
        raise
    except FedirecError as error:
        form.refuse(error)
        return await _show_line(request, project, line, form)
    page = f"{production_view(Cards(request), line.production).url}/credits/{line.key}"
    return redirect(request, page, _(_SAID[happening]))


async def frozen_in(request: Request[Any]) -> tuple[Production, Project]:
    """The production in the path and its project, once it is frozen. Raises NotFound before."""
    project = await project_in(request)
    production = await production_in(request, project)
    if production.frozen_at is None:
        raise NotFound(_("Who is credited is final once it is frozen."))
    return production, project


def _by_generation(views: Sequence[LineView]) -> list[tuple[int, list[LineView]]]:
    found: dict[int, list[LineView]] = {}
    for view in views:
        found.setdefault(view.generation, []).append(view)
    return sorted(found.items())


_SAID: Final[Mapping[CreditHappening, str]] = {
    CreditHappening.CONFIRM: N_("Thank you. You are credited for it."),
    CreditHappening.CONTEST: N_("Those who lead the project will answer. Until then pay for this line waits."),
    CreditHappening.UNNAME: N_("You keep the credit, and no page names you."),
    CreditHappening.DECLINE: N_("Thank you. It is not said of you any more."),
    CreditHappening.CORRECT: N_("It is corrected, and they are asked to confirm it."),
    CreditHappening.KEEP: N_("It stays as it is. They have been told why."),
}

routes = [
    Route("/credits", show_own, methods=["GET"]),
    Route("/credits/{id:int}", post_own, methods=["POST"]),
    Route("/p/{slug}/productions/{key}/credits", show_credits, methods=["GET"]),
    Route("/p/{slug}/productions/{key}/credits/{line}", show_line, methods=["GET"]),
    Route("/p/{slug}/productions/{key}/credits/{line}", post_line, methods=["POST"]),
]
