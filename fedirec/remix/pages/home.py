"""The first page, and looking around: what is here, what is open, what is known of elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import viewer_of
from fedirec.activitypub.contexts import EXTENSIONS, FEDIREC
from fedirec.errors import FedirecError
from fedirec.html import markdown
from fedirec.remix.kinds import KINDS
from fedirec.remix.models import Challenge, Record
from fedirec.remix.pages.cards import Cards, kind_choices
from fedirec.remix.pages.finding import is_address, is_handle, page_of
from fedirec.remix.pages.sharing.heads import tag_head
from fedirec.remix.pages.vocabulary import TERMS
from fedirec.remix.queries.challenges import challenges_by_age, open_challenges
from fedirec.remix.queries.feeds import Item, followed_feed, known_feed, local_feed
from fedirec.remix.queries.people import search_people
from fedirec.remix.queries.records import Wish, explore
from fedirec.remix.vocab import find_hashtag, hashtag_key
from fedirec.web.forms import as_sentence
from fedirec.web.language import gettext as _
from fedirec.web.paging import Cursor, Page, wanted_page
from fedirec.web.paging import page_of as page_of_rows
from fedirec.web.render import redirect, render
from fedirec.web.views import ChallengeView, RecordView, Tab

FEATURED: Final = 3
"""Open challenges on the first page of a visitor."""
RECENT: Final = 8
PEOPLE: Final = 6
_WORDS: Final = 200
_FEED: Final = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One thing in a feed."""

    record: RecordView | None = None
    challenge: ChallengeView | None = None


async def show_home(request: Request[Any]) -> Response:
    viewer = viewer_of(request)
    cards = Cards(request)
    if viewer is None:
        instance = cards.site.instance
        return render(
            request,
            "remix/welcome.html",
            summary_html=markdown(instance.summary) if instance and instance.summary else "",
            may_join=instance is not None and instance.registration != "closed",
            challenges=cards.challenges(await open_challenges(limit=FEATURED)),
            records=cards.records(await local_feed(after=None, limit=RECENT)),
        )
    tab = request.query_params.get("tab", "")
    tab = tab if tab in ("here", "everything") else "following"
    wanted = wanted_page(request, size=_FEED)
    page: Page[Shown]
    if tab == "following":
        items = await followed_feed(viewer.actor, after=wanted.after, limit=wanted.limit)
        page = page_of_rows(items, request, wanted=wanted, place=lambda item: item.place, show=_shown(cards))
    else:
        feed = local_feed if tab == "here" else known_feed
        rows = await feed(after=wanted.after, limit=wanted.limit)
        page = page_of_rows(
            rows, request, wanted=wanted, place=place_of, show=lambda row: Shown(record=cards.record(row))
        )
    return render(
        request,
        "remix/home.html",
        tab=tab,
        tabs=[
            Tab(label=_("Following"), url="/", is_current=tab == "following"),
            Tab(label=_("This instance"), url="/?tab=here", is_current=tab == "here"),
            Tab(label=_("Everything known"), url="/?tab=everything", is_current=tab == "everything"),
        ],
        page=page,
        is_first=wanted.after is None,
        closing=cards.challenges(await open_challenges(limit=4)) if wanted.after is None else [],
    )


async def show_explore(request: Request[Any]) -> Response:
    """Records by what they are and what may be done with them; a pasted address or handle leads to its page."""
    words = " ".join(request.query_params.get("q", "").split())[:2_048]
    if words and (is_address(words) or is_handle(words)):
        return await _go_to(request, words)
    if words.startswith("#") and (tag := find_hashtag(words)):
        return redirect(request, f"/tags/{quote(hashtag_key(tag), safe='')}")
    return await _explore(request, words[:_WORDS])


async def show_tag(request: Request[Any]) -> Response:
    """The records with a tag, from everywhere."""
    cards = Cards(request)
    name = hashtag_key(request.path_params["name"])[:100]
    wanted = wanted_page(request)
    rows = await explore(Wish(tag=name), after=wanted.after, limit=wanted.limit)
    page = page_of_rows(rows, request, wanted=wanted, place=place_of, show=cards.record)
    return render(request, "remix/tag.html", head=tag_head(cards, name), name=name, page=page)


async def show_vocabulary(request: Request[Any]) -> Response:
    """What our own words mean on the wire."""
    declared = {_iri(value).removeprefix("fr:") for value in EXTENSIONS.values() if _iri(value).startswith("fr:")}
    terms = [(name, TERMS[name]) for name in sorted(declared | {"remixer"}, key=str.lower) if name in TERMS]
    return render(request, "remix/vocabulary.html", namespace=FEDIREC, terms=terms)


def place_of(record: Record) -> Cursor:
    """Where a record stands in a list by time."""
    return Cursor(at=record.published_at, id=record.id)


def place_of_challenge(challenge: Challenge) -> Cursor:
    """Where a challenge stands in a list by time."""
    return Cursor(at=challenge.opened_at, id=challenge.id)


async def _go_to(request: Request[Any], typed: str) -> Response:
    try:
        url = await page_of(request, typed, may_fetch=viewer_of(request) is not None)
    except FedirecError as error:
        return await _explore(request, typed, problem=as_sentence(_(error.detail)), status=422)
    if url is None:
        problem = _("We do not know that yet. Sign in, and we will ask for it.")
        return await _explore(request, typed, problem=problem, status=422)
    return redirect(request, url)


async def _explore(request: Request[Any], words: str, *, problem: str = "", status: int = 200) -> Response:
    cards = Cards(request)
    asked = request.query_params
    kind = asked.get("kind", "") if asked.get("kind", "") in KINDS else ""
    wish = Wish(
        kind=kind,
        words="" if problem else words,
        tag=hashtag_key(asked.get("tag", ""))[:100],
        remixable=bool(asked.get("remixable")),
        never_remixed=bool(asked.get("fresh")),
        is_local=bool(asked.get("here")),
    )
    wanted = wanted_page(request)
    rows = [] if problem else await explore(wish, after=wanted.after, limit=wanted.limit)
    page = page_of_rows(rows, request, wanted=wanted, place=place_of, show=cards.record)
    is_first = wanted.after is None and not problem
    return render(
        request,
        "remix/explore.html",
        status,
        words=words,
        problem=problem,
        wish=wish,
        page=page,
        kinds=[("", _("Everything")), *((choice.value, choice.label) for choice in kind_choices())],
        link=lambda **changes: _link(request, **changes),
        people=[cards.person(actor) for actor in await search_people(words, limit=PEOPLE)]
        if words and is_first
        else [],
        challenges=cards.challenges(await challenges_by_age(which="all", after=None, limit=FEATURED, words=words))
        if words and is_first
        else [],
        is_signed_in=viewer_of(request) is not None,
    )


def _link(request: Request[Any], **changes: str) -> str:
    """The address of this page with some of its filters changed; an empty one is left out."""
    values = {**dict(request.query_params), **changes}
    values.pop("after", None)
    kept = {name: value for name, value in values.items() if value}
    return f"{request.url.path}?{urlencode(kept)}" if kept else request.url.path


def _shown(cards: Cards) -> Any:
    def show(item: Item) -> Shown:
        if item.challenge is not None:
            return Shown(challenge=cards.challenge(item.challenge))
        assert item.record is not None
        who = item.passed_on_by
        note = _("from %(name)s") % {"name": who.name or who.handle} if who else ""
        return Shown(record=cards.record(item.record, note=note))

    return show


def _iri(value: object) -> str:
    found = value.get("@id", "") if isinstance(value, dict) else value
    return str(found)


routes = [
    Route("/", show_home, methods=["GET"]),
    Route("/explore", show_explore, methods=["GET"]),
    Route("/tags/{name}", show_tag, methods=["GET"]),
    Route("/ns", show_vocabulary, methods=["GET"]),
]
