"""Beginning a proposal for a pool, also one that adjusts what is locked already."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.activitypub.models import Actor
from fedirec.credits.actions.proposals.beginning import begin_proposal
from fedirec.credits.models import PayProposal, Pool
from fedirec.credits.pages.pools.finding import pool_in
from fedirec.credits.pages.pools.views import place_view, pool_view
from fedirec.credits.pages.proposals.finding import looker, speaker_in
from fedirec.credits.proposals import BINDING
from fedirec.credits.queries.belonging import covers_all, productions_for
from fedirec.credits.queries.pools import home_of, pool_state, uses_of
from fedirec.credits.queries.standing import parts_to
from fedirec.credits.revisions import MAX_ABOUT
from fedirec.credits.revisions.lines import MAX_NAME
from fedirec.projects.models import Production
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.visitors import members_only, number_of
from fedirec.remix.powers import Deed, refuse_unless
from fedirec.web.forms import Form, filled_form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import redirect, render
from fedirec.web.views import Choice

MAX_CHOICES: Final = 100


@members_only
async def show_new(request: Request[Any]) -> Response:
    pool, _home = await pool_in(request)
    group = await _group_in(request, pool, number_of(request.query_params.get("for", "")))
    filled: dict[str, Any] = {}
    if adjusts := request.query_params.get("adjusts", "")[:26]:
        filled["adjusts"] = adjusts
    if len(frozen := await productions_for(pool, limit=2)) == 1:
        filled["productions"] = [str(frozen[0].id)]
    return await _show(request, pool, group, filled_form(filled))


async def post_new(request: Request[Any]) -> Response:
    viewer, (pool, _home) = speaker_in(request), await pool_in(request)
    form = await read_form(request)
    group = await _group_in(request, pool, number_of(form.value("for")))
    title = form.line("title", required=True, max=MAX_NAME)
    chosen = form.many(
        "productions", [str(each.id) for each in await productions_for(pool, limit=MAX_CHOICES)], max=MAX_ABOUT
    )
    if not form.errors:
        rows = await Production.filter(id__in=[int(each) for each in chosen]).select_related("project__actor")
        adjusts = await _adjusted(pool).get_or_none(key=form.line("adjusts", max=26))
        with form.collecting():
            made = await begin_proposal(viewer.actor, pool, list(rows), title, adjusts=adjusts, group=group)
            done = _("Begun, with a line for everybody who is credited. Nobody else sees it before it is published.")
            return redirect(request, f"/pay/{made.key}/edit", done)
    return await _show(request, pool, group, form, status=422)


def _adjusted(pool: Pool) -> Any:
    return PayProposal.filter(pool_id=pool.id, state__in=[state.value for state in BINDING])


async def _group_in(request: Request[Any], pool: Pool, row: int | None) -> Actor:
    """What the proposal is to belong to: the pool's own Group, or one for which the pool was opened."""
    groups = {group.id: group for group in [pool.group, *(await uses_of(pool) if row is not None else [])]}
    group = groups.get(row or 0, pool.group)
    refuse_unless(Deed.DRAW_UP_PROPOSAL, await parts_to(group, speaker_in(request).actor))
    return group


async def _show(request: Request[Any], pool: Pool, group: Actor, form: Form, *, status: int = 200) -> Response:
    cards, viewer = Cards(request), looker(request)
    parts = await parts_to(group, viewer) if viewer is not None else frozenset()
    locked = await _adjusted(pool).order_by("-id").limit(MAX_CHOICES)
    return render(
        request,
        "credits/proposals/begin.html",
        status,
        form=form,
        place=place_view(cards, await home_of(group), parts),
        pool=pool_view(pool, await pool_state(pool), sees_sums=True),
        group=group.id,
        covers_all=await covers_all(pool),
        productions=[
            Choice(value=str(each.id), label=each.title) for each in await productions_for(pool, limit=MAX_CHOICES)
        ],
        adjustable=[
            Choice(value="", label=_("none: it shares what came in since")),
            *(Choice(value=each.key, label=each.title) for each in locked),
        ]
        if locked
        else [],
        max_title=MAX_NAME,
    )


routes = [
    Route("/pools/{key}/propose", show_new, methods=["GET"]),
    Route("/pools/{key}/propose", post_new, methods=["POST"]),
]
