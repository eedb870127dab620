"""Looking around: records, open challenges and people, by what they are and by words; and the page of a tag."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer, viewer_of
from fedirec.accounts.permissions import Permission
from fedirec.activitypub.peers import hosts_of
from fedirec.errors import FedirecError
from fedirec.remix.actions.finding import is_address, is_handle
from fedirec.remix.actions.tags import follow_tag, unfollow_tag
from fedirec.remix.kinds import KINDS
from fedirec.remix.models import Challenge
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.finding import page_of
from fedirec.remix.pages.home import place_of, place_of_challenge
from fedirec.remix.pages.looking import FLAGS, SHOWN, link, wish_of, without_operators, words_of
from fedirec.remix.pages.sharing.heads import tag_head
from fedirec.remix.pages.visitors import visitor
from fedirec.remix.queries.challenges import challenges_by_age
from fedirec.remix.queries.people import lively_people, search_people
from fedirec.remix.queries.records import Spread, Wish, explore, spread_of_records
from fedirec.remix.queries.tags import follows_tag
from fedirec.remix.vocab import hashtag_key
from fedirec.web.forms import read_form
from fedirec.web.language import gettext as _
from fedirec.web.language import name_of_language
from fedirec.web.paging import Page, wanted_page
from fedirec.web.paging import page_of as page_of_rows
from fedirec.web.render import redirect, render
from fedirec.web.sentences import told
from fedirec.web.words import kind_icon, kind_word

PEOPLE: Final = 6
"""People among other things that were found."""
MANY_PEOPLE: Final = 36
CHALLENGES: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """A filter, and where one gets by switching it."""

    label: str
    url: str
    sign: str = ""
    is_on: bool = False


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


async def show_tag(request: Request[Any]) -> Response:
    """The records with a tag, from everywhere."""
    cards, member = Cards(request), viewer_of(request)
    name = hashtag_key(request.path_params["name"])[:100]
    wanted = wanted_page(request)
    rows = await explore(Wish(tag=name), viewer=visitor(request), after=wanted.after, limit=wanted.limit)
    await cards.dress(rows)
    page = page_of_rows(rows, request, wanted=wanted, place=place_of, show=cards.record)
    return render(
        request,
        "remix/tag.html",
        head=tag_head(cards, name),
        name=name,
        page=page,
        hosts=await hosts_of(record.host for record in page),
        may_follow=member is not None and member.can(Permission.FOLLOW),
        follows=member is not None and await follows_tag(member.actor, name),
    )


async def post_tag(request: Request[Any]) -> Response:
    """Somebody follows a tag, or stops."""
    viewer = require_viewer(request, Permission.FOLLOW)
    form = await read_form(request)
    name = hashtag_key(request.path_params["name"])[:100]
    page = f"/tags/{quote(name, safe='')}"
    if form.value("do") == "unfollow":
        await unfollow_tag(viewer.actor, name)
        return redirect(request, page, _("You do not follow #%(name)s any more.") % {"name": name})
    name = await follow_tag(viewer.actor, name)
    return redirect(request, page, _("What carries #%(name)s stands on your first page now.") % {"name": name})


async def _go_to(request: Request[Any], typed: str) -> Response:
    try:
        url = await page_of(request, typed, may_fetch=viewer_of(request) is not None)
    except FedirecError as error:
        return await _refuse(request, typed, told(error))
    if url is None:
        return await _refuse(request, typed, _("We do not know that yet. Sign in, and we will ask for it."))
    return redirect(request, url)


async def _refuse(request: Request[Any], typed: str, problem: str) -> Response:
    return await _page(request, status=422, words=typed, problem=problem)


async def _show_records(request: Request[Any]) -> Response:
    cards = Cards(request)
    wish = wish_of(request.query_params)
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
        subjects=_subjects(wish, show, here),
        filters=_filters(wish, here) if not show else [],
        instances=_hosts(wish, spread, here) if spread else [],
        tongues=_languages(wish, spread, here) if spread else [],
        kept=[(name, value) for name, value in asked.items() if value and name not in ("q", "after")],
        is_filtered=any(value and name != "after" for name, value in asked.items()),
        page=page or Page(()),
        hosts=await hosts_of(thing.host for thing in [*(page or ()), *challenges]),
        challenges_page=challenges_page or Page(()),
        people=people,
        challenges=challenges,
        is_signed_in=viewer_of(request) is not None,
    )


def _subjects(wish: Wish, show: str, here: Callable[..., str]) -> list[Chip]:
    """What to look at: everything, one kind of record, open challenges, people."""
    off = dict.fromkeys(("kind", "show", "tag", "lang", "from", *FLAGS), "")
    chips = [Chip(label=_("Everything"), url=here(kind="", show=""), is_on=not show and not wish.kind)]
    chips += [
        Chip(label=kind_word(kind), sign=kind_icon(kind), url=here(kind=kind.value, show=""), is_on=wish.kind == kind)
        for kind in KINDS
    ]
    chips.append(
        Chip(
            label=_("Open challenges"),
            sign="challenge",
            url=here(**{**off, "show": "challenges"}),
            is_on=show == "challenges",
        )
    )
    chips.append(Chip(label=_("People"), sign="people", url=here(**{**off, "show": "people"}), is_on=show == "people"))
    return chips


def _filters(wish: Wish, here: Callable[..., str]) -> list[Chip]:
    """What may be done with a record, and where it stands."""
    chips = [
        _switch(here, "remixable", _("may be remixed"), "remix", is_on=wish.remixable),
        _switch(here, "sellable", _("may be sold"), "coins", is_on=wish.sellable),
        _switch(here, "fresh", _("never remixed"), "gift", is_on=wish.never_remixed),
        _switch(here, "here", _("made here"), "home", is_on=wish.is_local),
    ]
    if wish.tag:
        chips.append(Chip(label=f"#{wish.tag}", sign="close", url=here(tag=""), is_on=True))
    return chips


def _switch(here: Callable[..., str], name: str, label: str, sign: str, *, is_on: bool) -> Chip:
    return Chip(label=label, sign="check" if is_on else sign, url=here(**{name: "" if is_on else "1"}), is_on=is_on)


def _hosts(wish: Wish, spread: Spread, here: Callable[..., str]) -> list[Chip]:
    hosts = sorted({*spread.hosts, wish.host} - {""})
    return [
        Chip(label=host, url=here(**{"from": "" if host == wish.host else host, "here": ""}), is_on=host == wish.host)
        for host in hosts
    ]


def _languages(wish: Wish, spread: Spread, here: Callable[..., str]) -> list[Chip]:
    codes = sorted({*spread.languages, wish.language} - {""}, key=name_of_language)
    return [
        Chip(
            label=name_of_language(code),
            url=here(lang="" if code == wish.language else code),
            is_on=code == wish.language,
        )
        for code in codes
    ]


routes = [
    Route("/explore", show_explore, methods=["GET"]),
    Route("/tags/{name}", show_tag, methods=["GET"]),
    Route("/tags/{name}", post_tag, methods=["POST"]),
]
