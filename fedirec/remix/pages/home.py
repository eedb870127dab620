"""The first page: what this place is, or what has happened around somebody who belongs to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import viewer_of
from fedirec.accounts.permissions import Permission
from fedirec.accounts.viewer import Viewer
from fedirec.activitypub.contexts import EXTENSIONS, FEDIREC
from fedirec.activitypub.peers import hosts_of
from fedirec.clock import now
from fedirec.html import markdown
from fedirec.remix.models import Challenge, Record
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.matching import fit_views
from fedirec.remix.pages.news_views import NewsView, news_view
from fedirec.remix.pages.picks import few_picks
from fedirec.remix.pages.skills import skill_choices
from fedirec.remix.pages.vocabulary import TERMS
from fedirec.remix.queries.challenges import open_challenges
from fedirec.remix.queries.exploring import Wish, explore
from fedirec.remix.queries.feeds import Feed, Item, followed_feed, interests_feed, local_feed, mixed_feed
from fedirec.remix.queries.matching import fitting
from fedirec.remix.queries.people import lively_people
from fedirec.remix.queries.tags import followed_tags
from fedirec.remix.queries.waiting import Waiting, waiting_on
from fedirec.web.forms import filled_form
from fedirec.web.language import gettext as _
from fedirec.web.paging import Cursor, page_of, wanted_page
from fedirec.web.render import redirect, render
from fedirec.web.sections import Fed, Sections, find_section, load_sections
from fedirec.web.views import ChallengeView, RecordView, Tab

FEATURED: Final = 3
"""Open challenges on the first page of a visitor."""
RECENT: Final = 8
PEOPLE: Final = 4
CLOSING: Final = 5
SOON: Final = timedelta(days=7)
_FEED: Final = 24
_MORE: Final = {"needs": 12, "challenges": 12}
"""What fits somebody's skills, on the tab for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One thing in a feed."""

    record: RecordView | None = None
    challenge: ChallengeView | None = None
    news: NewsView | None = None
    thing: Any = None
    """What a package above shows, with the `template` of its card."""
    template: str = ""

    @property
    def host(self) -> str:
        """Where it lives; empty for what is ours."""
        thing = self.record or self.challenge or (self.news.place if self.news else self.thing)
        return str(thing.host) if thing else ""


async def show_home(request: Request[Any]) -> Response:
    viewer = viewer_of(request)
    if viewer is not None and not viewer.can(Permission.FOLLOW):
        return redirect(request, "/explore")  # what a guest follows arrives on their own server
    return await _show_welcome(request) if viewer is None else await _show_feed(request, viewer)


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


async def _show_welcome(request: Request[Any]) -> Response:
    cards = Cards(request)
    instance = cards.site.instance
    challenges, records = await open_challenges(limit=FEATURED), await local_feed(after=None, limit=RECENT)
    await cards.dress([*challenges, *records])
    return render(
        request,
        "remix/welcome.html",
        summary_html=markdown(instance.summary) if instance and instance.summary else "",
        may_join=instance is not None and instance.registration != "closed",
        challenges=cards.challenges(challenges),
        records=cards.records(records),
        picks=await few_picks(request),
    )


async def _show_feed(request: Request[Any], viewer: Viewer) -> Response:
    cards = Cards(request)
    tags = await followed_tags(viewer.actor)
    tab = request.query_params.get("tab", "")
    sections: Sections = request.state["sections"]
    own = find_section(sections.home_tabs, tab)
    tab = tab if own is not None or tab in ("here", "everything", "interests", "skills") else "following"
    wanted = wanted_page(request, size=_FEED)
    fed = sections.fed
    assert fed is not None
    items = await _feed(viewer, tab, fed, after=wanted.after, limit=wanted.limit) if own is None else []
    is_first = wanted.after is None
    is_front = is_first and tab in ("following", "skills")
    skills = viewer.account.skills or []
    fits = await fitting(viewer.actor, skills, **_MORE if tab == "skills" else {}) if is_front else []
    is_quiet = is_first and not items and tab == "following"
    closing, waiting = (await _closing(viewer), await waiting_on(viewer.actor)) if is_first else ([], Waiting())
    around = await local_feed(viewer.actor, after=None, limit=RECENT) if is_quiet else []
    wished = await open_challenges(limit=FEATURED, viewer=viewer.actor) if is_quiet else []
    rows = [row for item in items for row in (item.record, item.challenge) if row is not None]
    things = await fed.views(request, [item.project for item in items if item.project is not None])
    await cards.dress([*rows, *closing, *waiting.challenges, *around, *wished])
    page = page_of(
        items, request, wanted=wanted, place=lambda item: item.place, show=_shown(cards, things, fed.template)
    )
    return render(
        request,
        "remix/home.html",
        tab=tab,
        tabs=_tabs(tab, sections, has_interests=bool(tags) or tab == "interests", has_skills=bool(skills)),
        is_front=is_front,
        has_skills=bool(skills),
        skills=skill_choices() if is_front and not skills else [],
        form=filled_form({"skills": skills}),
        fits=fit_views(request, fits),
        sections=await load_sections(sections.home, request, viewer.actor) if is_first and tab == "following" else [],
        own=own,
        section=await own.load(request, viewer.actor) if own is not None else None,
        page=page,
        hosts=await hosts_of(
            [*(item.host for item in page), *("" if row.actor.is_local else row.actor.host for row in closing)]
        ),
        is_first=is_first,
        picks=await few_picks(request) if is_first else [],
        tags=tags,
        closing=cards.challenges(closing),
        waiting=waiting,
        waiting_challenges=cards.challenges(waiting.challenges),
        around=cards.records(around),
        people=[cards.person(actor) for actor in await lively_people(limit=PEOPLE, but=viewer.actor)]
        if is_quiet
        else [],
        wanted=cards.challenges(wished),
    )


async def _feed(viewer: Viewer, tab: str, fed: Fed, *, after: Cursor | None, limit: int) -> Feed:
    if tab == "following":
        return await followed_feed(viewer.actor, after=after, limit=limit)
    if tab == "interests":
        return await interests_feed(viewer.actor, fed.tagged, after=after, limit=limit)
    if tab == "skills":
        wish = Wish(skills=viewer.account.skills or [])
        found = await explore(wish, viewer=viewer.actor, after=after, limit=limit) if wish.skills else []
        return [Item(place=place_of(record), record=record) for record in found]
    return await mixed_feed(viewer.actor, is_local=tab == "here", after=after, limit=limit)


async def _closing(viewer: Viewer) -> Sequence[Challenge]:
    """The challenges that close within a week, the next one in front; if there are none, some that are open."""
    found = await open_challenges(limit=CLOSING, viewer=viewer.actor)
    soon = [challenge for challenge in found if challenge.deadline_at and challenge.deadline_at < now() + SOON]
    return soon or found[:FEATURED]


def _tabs(tab: str, sections: Sections, *, has_interests: bool, has_skills: bool) -> list[Tab]:
    pages = [("following", "/", _("Following")), ("here", "/?tab=here", _("Local"))]
    pages.append(("everything", "/?tab=everything", _("Wider network")))
    if has_skills or tab == "skills":
        pages.append(("skills", "/?tab=skills", _("Needs your skill")))
    if has_interests:
        pages.append(("interests", "/?tab=interests", _("For your interests")))
    pages += [(each.name, f"/?tab={each.name}", _(each.title)) for each in sections.home_tabs]
    return [Tab(label=label, url=url, is_current=tab == name) for name, url, label in pages]


def _shown(cards: Cards, things: Mapping[int, Any], template: str) -> Callable[[Item], Shown]:
    def show(item: Item) -> Shown:
        if item.project is not None:
            return Shown(thing=things.get(item.project), template=template)
        if item.challenge is not None:
            return Shown(challenge=cards.challenge(item.challenge))
        if item.news is not None:
            return Shown(news=news_view(item.news, cards))
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
    Route("/ns", show_vocabulary, methods=["GET"]),
]
