"""The money of a project, a challenge or the instance: its pools, and each with all that came in and went out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer
from fedirec.accounts.models import Identity
from fedirec.accounts.pages.views import place_in
from fedirec.accounts.permissions import Permission
from fedirec.activitypub.own import own_actor
from fedirec.credits.actions.pools.deeds import of_own_money
from fedirec.credits.entries import MAX_WORDS
from fedirec.credits.models import Pool
from fedirec.credits.pages.pools.finding import (
    home_of_challenge,
    home_of_instance,
    home_of_project,
    parts_of_visitor,
    pool_in,
)
from fedirec.credits.pages.pools.granting import blocked_views
from fedirec.credits.pages.pools.views import (
    currency_choices,
    entry_choices,
    entry_views,
    place_view,
    pool_view,
)
from fedirec.credits.pages.proposals.finding import looker
from fedirec.credits.pages.proposals.views import proposal_view
from fedirec.credits.pools import Kind
from fedirec.credits.queries.alone import about_entry, said_of
from fedirec.credits.queries.pools import (
    Home,
    entries_of,
    pool_state,
    pool_states,
    pools_of,
    reversals_of,
    sees_sums,
    shown_before,
    uses_of,
    waiting_entries,
)
from fedirec.credits.queries.proposals import proposals_from, proposals_of
from fedirec.credits.queries.standing import payers
from fedirec.projects.queries.projects import projects_of
from fedirec.remix.models import Challenge
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.visitors import visitor
from fedirec.remix.powers import Deed, may_do
from fedirec.translatable import N_
from fedirec.web.forms import Form
from fedirec.web.render import render
from fedirec.web.sections import Section

_PIECE: Final = 20
MAX_FILE: Final = 15_000_000
"""Bytes of a picture of a paper."""

Where = Callable[[Request[Any]], Awaitable[Home]]


def listing(where: Where) -> Callable[[Request[Any]], Awaitable[Response]]:
    """The page with the pools of what `where` finds."""

    async def show_pools(request: Request[Any]) -> Response:
        home = await where(request)
        cards, parts = Cards(request), await parts_of_visitor(request, home)
        rows = await pools_of(home.group, after=place_in(request, "after"), limit=_PIECE + 1)
        states, sees = await pool_states(rows[:_PIECE]), await sees_sums(home.group, looker(request))
        deed = Deed.SET_MONEY_ASIDE if home.project is None and home.challenge is None else Deed.OPEN_POOL
        return render(
            request,
            "credits/pools.html",
            place=place_view(cards, home, parts),
            pools=[pool_view(row, states[row.id], sees_sums=sees) for row in rows[:_PIECE]],
            next_url=_next_url(request, rows[_PIECE - 1].id) if len(rows) > _PIECE else "",
            proposals=[
                proposal_view(cards, row) for row in await proposals_of(home.group, looker(request), limit=_PIECE)
            ],
            may_open=home.group.is_local and may_do(deed, parts),
            is_instance=home.project is None and home.challenge is None,
        )

    return show_pools


async def show_pool(request: Request[Any]) -> Response:
    pool, home = await pool_in(request)
    return await show_one(request, pool, home, Form())


async def show_one(
    request: Request[Any], pool: Pool, home: Home, form: Form, *, about: str = "", status: int = 200
) -> Response:
    """The page of `pool`; `about` is the key of the entry whose form has something wrong, if it is not the new one."""
    cards, parts, viewer = Cards(request), await parts_of_visitor(request, home), visitor(request)
    sees = await sees_sums(pool.group, looker(request))
    rows = await entries_of(pool, after=place_in(request, "after"), limit=_PIECE + 1) if sees else []
    entries, kind = rows[:_PIECE], Kind(pool.kind)
    people = await _people({entry.stated_by_id for entry in entries} | ({viewer.id} if viewer else set()))
    uses = await uses_of(pool)
    names = await _names(cards, [group.id for group in uses])
    may_state = may_do(of_own_money(Deed.STATE_ENTRY, home, kind), parts)
    return render(
        request,
        "credits/pool.html",
        status,
        form=form,
        about=about,
        place=place_view(cards, home, parts),
        pool=pool_view(pool, await pool_state(pool), sees_sums=sees),
        entries=entry_views(
            cards,
            entries,
            others=await shown_before(entries),
            reversals=await reversals_of(entries),
            may_state=may_state,
            sees_files=may_do(Deed.SEE_EVIDENCE, parts),
            is_treasurer=may_do(of_own_money(Deed.DECIDE_ENTRY, home, kind), parts),
            person=people.get(viewer.id) if viewer else None,
            people=people,
            payers=await payers(),
            said=await said_of([about_entry(entry.key) for entry in entries]),
        ),
        next_url=_next_url(request, entries[-1].id) if len(rows) > _PIECE else "",
        uses=[names[group.id] for group in uses if group.id in names],
        may_state=may_state,
        may_propose=pool.state == "open" and may_do(Deed.DRAW_UP_PROPOSAL, parts),
        proposals=[proposal_view(cards, row) for row in await proposals_from(pool, parts, limit=_PIECE)],
        blocked=await blocked_views(cards, pool, parts) if pool.state == "open" else [],
        may_change=may_do(of_own_money(Deed.CHANGE_POOL, home, kind), parts),
        is_commission=kind is Kind.COMMISSION,
        entry_kinds=entry_choices(kind, is_open=pool.state == "open"),
        currencies=currency_choices(optional=True),
        max_words=MAX_WORDS,
        max_bytes=MAX_FILE,
    )


async def show_waiting(request: Request[Any]) -> Response:
    """What waits for a treasurer, anywhere on this instance."""
    require_viewer(request, Permission.PAY)
    cards = Cards(request)
    rows = await waiting_entries(after=place_in(request, "after"), limit=_PIECE + 1)
    return render(
        request,
        "credits/waiting_money.html",
        place=place_view(cards, Home(group=await own_actor()), frozenset()),
        entries=[(row, cards.person(row.stated_by)) for row in rows[:_PIECE]],
        next_url=_next_url(request, rows[_PIECE - 1].id) if len(rows) > _PIECE else "",
    )


async def load_backing(request: Request[Any], challenge: Challenge) -> Mapping[str, Any] | None:
    """What the pot of a challenge is backed by: what is promised, and what of that has really come in."""
    if not challenge.actor.is_local or challenge.state == "draft":
        return None
    home = Home(group=challenge.actor, challenge=challenge)
    pools = await pools_of(challenge.actor, limit=_PIECE)
    parts = await parts_of_visitor(request, home)
    may_open = may_do(Deed.OPEN_POOL, parts)
    if not pools and not may_open and not await _promises(challenge):
        return None
    states, sees = await pool_states(pools), await sees_sums(home.group, looker(request))
    return {
        "pools": [pool_view(pool, states[pool.id], sees_sums=sees) for pool in pools],
        "url": f"{Cards(request).challenge_url(challenge)}/money",
        "may_open": may_open,
        "promises": await _promises(challenge),
    }


BACKING: Final = Section(
    name="money", title=N_("What is behind it"), template="credits/backing_section.html", load=load_backing
)


async def _promises(challenge: Challenge) -> bool:
    terms = await challenge.terms.order_by("-version").first()
    return terms is not None and terms.pays == "pot"


async def _people(actors: set[int]) -> dict[int, int]:
    """Who is behind each of these accounts."""
    rows = await Identity.filter(actor_id__in=list(actors))
    return {row.actor_id: row.person_id for row in rows}


async def _names(cards: Cards, groups: list[int]) -> dict[int, tuple[str, str]]:
    """The title and the address of the projects and challenges of these Groups."""
    if not groups:
        return {}
    projects = await projects_of(groups)
    challenges = await Challenge.filter(actor_id__in=groups).select_related("actor")
    found = {key: (project.title, cards.here(project.actor.uri)) for key, project in projects.items()}
    return found | {each.actor_id: (each.title, cards.challenge_url(each)) for each in challenges}


def _next_url(request: Request[Any], row: int) -> str:
    return f"{request.url.path}?after={row}"


routes = [
    Route("/p/{slug}/money", listing(home_of_project), methods=["GET"]),
    Route("/c/{slug}/money", listing(home_of_challenge), methods=["GET"]),
    Route("/pools", listing(home_of_instance), methods=["GET"]),
    Route("/pools/waiting", show_waiting, methods=["GET"]),
    Route("/pools/{key}", show_pool, methods=["GET"]),
]
