"""Records, open challenges and people, by what they are and by words; and what packages above this one find."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import viewer_of
from fedirec.accounts.permissions import Permission
from fedirec.activitypub.peers import hosts_of
from fedirec.errors import FedirecError
from fedirec.remix.actions.finding import is_address, is_handle
from fedirec.remix.models import Challenge
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.exploring.chips import (
    chips_on,
    filter_chips,
    host_chips,
    language_chips,
    own_skills,
    skill_chips,
    subject_chips,
)
from fedirec.remix.pages.finding import page_of
from fedirec.remix.pages.home import place_of, place_of_challenge
from fedirec.remix.pages.looking import MINE, SHOWN, link, wish_of, without_operators, words_of
from fedirec.remix.pages.picks import few_picks
from fedirec.remix.pages.visitors import visitor
from fedirec.remix.queries.challenges import challenges_by_age
from fedirec.remix.queries.exploring import Spread, Wish, explore, spread_of_records
from fedirec.remix.queries.people import lively_people, search_people
from fedirec.web.language import gettext as _
from fedirec.web.paging import Page, wanted_page
from fedirec.web.paging import page_of as page_of_rows
from fedirec.web.render import redirect, render
from fedirec.web.sections import Sections, Shown, load_sections
from fedirec.web.sentences import told

PEOPLE: Final = 6
"""People among other things that were found."""
MANY_PEOPLE: Final = 36
CHALLENGES: Final = 3


async def show_explore(request: Request[Any]) -> Response:
    """Things by what they are and what may be done with them; a pasted address or handle leads to its page."""
    typed = " ".join(request.query_params.get("q", "").split())[:2_048]
    if typed and (is_address(typed) or is_handle(typed)):
        return await _go_to(request, typed)
    asked = dict(request.query_params)
    plain = without_operators(asked)
    if plain is not None:
        only_tag = {name for name, value in plain.items() if value} == {"tag"}
        return redirect(request, f"/tags/{quote(plain['tag'], safe='')}" if only_tag else link("/explore", plain))
    show = asked.get("show", "")
    if show == "challenges":
        return await _show_challenges(request)
    if show == "people":
        return await _show_people(request)
    return await _show_records(request)


async def _go_to(request: Request[Any], typed: str) -> Response:
    viewer = viewer_of(request)
    try:
        url = await page_of(request, typed, may_fetch=viewer is not None and viewer.can(Permission.FOLLOW))
    except FedirecError as error:
        return await _refuse(request, typed, told(error))
    if url is None:
        if viewer is not None:
            return await _refuse(request, typed, _("We do not know that yet. Members of this instance can ask for it."))
        return await _refuse(request, typed, _("We do not know that yet. Sign in, and we will ask for it."))
    return redirect(request, url)


async def _refuse(request: Request[Any], typed: str, problem: str) -> Response:
    return await _page(request, status=422, words=typed, problem=problem)


async def _show_records(request: Request[Any]) -> Response:
    cards = Cards(request)
    wish = wish_of(request.query_params, own_skills=own_skills(request))
    wanted = wanted_page(request)
    rows = await explore(wish, viewer=visitor(request), after=wanted.after, limit=wanted.limit)
    looks_for_all = wanted.after is None and wish.words and not (wish.kind or wish.tag)
    challenges: list[Challenge] = []
    if looks_for_all:
        challenges = await challenges_by_age(
            which="all", viewer=visitor(request), after=None, limit=CHALLENGES, words=wish.words
        )
    await cards.dress([*rows, *challenges])
    return await _page(
        request,
        wish=wish,
        words=wish.words,
        spread=await spread_of_records(),
        page=page_of_rows(rows, request, wanted=wanted, place=place_of, show=cards.record),
        people=[cards.person(actor) for actor in await search_people(wish.words, viewer=visitor(request), limit=PEOPLE)]
        if looks_for_all
        else [],
        challenges=cards.challenges(challenges),
        further=await load_sections(_sections(request).found, request, wish.words) if looks_for_all else [],
    )


async def _show_challenges(request: Request[Any]) -> Response:
    cards, words = Cards(request), words_of(request.query_params)
    wanted = wanted_page(request)
    rows = await challenges_by_age(
        which="open", viewer=visitor(request), after=wanted.after, limit=wanted.limit, words=words
    )
    await cards.dress(rows)
    page = page_of_rows(rows, request, wanted=wanted, place=place_of_challenge, show=cards.challenge)
    return await _page(request, words=words, challenges=list(page), challenges_page=page)


async def _show_people(request: Request[Any]) -> Response:
    cards, words = Cards(request), words_of(request.query_params)
    found = (
        await search_people(words, viewer=visitor(request), limit=MANY_PEOPLE)
        if words
        else await lively_people(limit=MANY_PEOPLE, but=visitor(request))
    )
    return await _page(request, words=words, people=[cards.person(actor) for actor in found])


async def _page(
    request: Request[Any],
    *,
    status: int = 200,
    words: str = "",
    problem: str = "",
    wish: Wish | None = None,
    spread: Spread | None = None,
    page: Page[Any] | None = None,
    challenges_page: Page[Any] | None = None,
    people: Sequence[Any] = (),
    challenges: Sequence[Any] = (),
    further: Sequence[Shown] = (),
) -> Response:
    wish = wish or Wish()
    asked = {} if problem else dict(request.query_params)
    show = asked.get("show", "") if asked.get("show", "") in SHOWN else ""

    def here(**changes: str) -> str:
        return link(request.url.path, asked, **changes)

    return render(
        request,
        "remix/explore.html",
        status,
        words=words,
        problem=problem,
        show=show,
        subjects=subject_chips(wish, show, here),
        filters=filter_chips(wish, here) if not show else [],
        instances=host_chips(wish, spread, here) if spread else [],
        tongues=language_chips(wish, spread, here) if spread else [],
        skills=skill_chips(request, wish, asked.get("skill", ""), here) if not show else [],
        narrowing=chips_on(wish, asked, here) if not show else [],
        has_no_skills=asked.get("skill") == MINE and not own_skills(request),
        kept=[(name, value) for name, value in asked.items() if value and name not in ("q", "after")],
        is_filtered=any(value and name != "after" for name, value in asked.items()),
        page=page or Page(()),
        hosts=await hosts_of(thing.host for thing in [*(page or ()), *challenges]),
        challenges_page=challenges_page or Page(()),
        people=people,
        challenges=challenges,
        further=further,
        picks=[] if asked or problem else await few_picks(request),
        is_signed_in=viewer_of(request) is not None,
    )


def _sections(request: Request[Any]) -> Sections:
    found: Sections = request.state["sections"]
    return found


routes = [
    Route("/explore", show_explore, methods=["GET"]),
]
