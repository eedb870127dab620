"""The page of a person, ours or another instance's: who they are and what they make."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from fedirec.accounts.door import viewer_of
from fedirec.accounts.permissions import Permission
from fedirec.accounts.queries import find_account_of
from fedirec.activitypub.models import Actor
from fedirec.activitypub.peers import hosts_of
from fedirec.errors import Gone
from fedirec.html import clean
from fedirec.remix.licences import find_licence
from fedirec.remix.pages.cards import Cards, licence_view
from fedirec.remix.pages.home import place_of, place_of_challenge
from fedirec.remix.pages.new_keys import new_keys_view
from fedirec.remix.pages.sharing.heads import person_head
from fedirec.remix.pages.visitors import row_in, visitor
from fedirec.remix.queries.addresses import PROJECT, path_of_remote
from fedirec.remix.queries.challenges import challenge_of, challenges_led_by
from fedirec.remix.queries.people import acquaintance_of, find_home, get_person, get_remote_person
from fedirec.remix.queries.profiles import said_by
from fedirec.remix.queries.records import records_by
from fedirec.remix.queries.works import credited_in, remixed_by_others
from fedirec.remix.skills import SKILLS
from fedirec.web.language import gettext as _
from fedirec.web.negotiation import VARY, wants_activity
from fedirec.web.paging import Page, page_of, wanted_page
from fedirec.web.render import redirect, render
from fedirec.web.sections import Section, Sections, find_section
from fedirec.web.views import Tab

TABS: Final = ("records", "remixed", "challenges", "credits")


async def show_person(request: Request[Any]) -> Response:
    person = await get_person(request.path_params["handle"])
    if person.state != "active":
        raise Gone("That account is not here any more.")
    return await _show(request, person)


async def show_remote_person(request: Request[Any]) -> Response:
    """What we know of somebody elsewhere; a challenge's Group has its own page."""
    person = await get_remote_person(row_in(request))
    if wants_activity(request):
        return RedirectResponse(person.uri, status_code=303, headers=VARY)
    if person.type == "Group" and person.kind == PROJECT:
        return redirect(request, path_of_remote(person))
    if person.type == "Group" and (challenge := await challenge_of(person)):
        return redirect(request, Cards(request).challenge_url(challenge))
    return await _show(request, person)


async def go_to_person(request: Request[Any]) -> Response:
    """The way by which Mastodon names people."""
    return redirect(request, f"/u/{request.path_params['handle'].lower()}")


async def _show(request: Request[Any], person: Actor) -> Response:
    cards, viewer, member = Cards(request), visitor(request), viewer_of(request)
    tab = request.query_params.get("tab", "")
    own = find_section(_sections(request), tab)
    tab = tab if tab in TABS or own is not None else "records"
    account = await find_account_of(person) if person.is_local else None
    new_keys = await new_keys_view(cards, [person.uri])
    shown = cards.person(person)
    said = await said_by(person)
    return render(
        request,
        "remix/person.html",
        head=person_head(cards, person),
        person=shown,
        new_keys=new_keys,
        summary_html=clean(person.summary) if person.summary else "",
        uri=person.uri,
        hosts=await hosts_of([shown.host]),
        original_url=None if person.is_local else (person.url or person.uri),
        seen_at=None if person.is_local else person.fetched_at,
        since=account.created_at if account else None,
        licence=licence_view(find_licence(account.licence)) if account and account.licence else None,
        said=said,
        can_do=[_(skill.label) for skill in SKILLS if skill.code in said.skills],
        tab=tab,
        tabs=[Tab(label=label, url=url, is_current=tab == name) for name, label, url in _tabs(request, shown.url)],
        page=await _page(request, cards, person, tab) if own is None else None,
        own=own,
        section=await own.load(request, person) if own is not None else None,
        acquaintance=await acquaintance_of(viewer, person),
        is_signed_in=member is not None,
        may_follow=member is not None and member.can(Permission.FOLLOW) and person.state == "active",
        approves=person.approves_followers,
        moved=cards.person(home) if (home := await find_home(person)) else None,
        distance_url=f"/people/{person.id}/distance" if member and member.can(Permission.MANAGE_OWN) else "",
    )


async def _page(request: Request[Any], cards: Cards, person: Actor, tab: str) -> Page[Any]:
    """A piece of what stands on one of the tabs."""
    wanted = wanted_page(request)
    if tab == "challenges":
        led = await challenges_led_by(person, after=wanted.after, limit=wanted.limit)
        await cards.dress(led)
        return page_of(led, request, wanted=wanted, place=place_of_challenge, show=cards.challenge)
    if tab == "remixed":
        rows = await remixed_by_others(person, after=wanted.after, limit=wanted.limit)
    elif tab == "credits":
        rows = await credited_in(person, after=wanted.after, limit=wanted.limit)
    else:
        rows = await records_by(person, viewer=visitor(request), after=wanted.after, limit=wanted.limit)
    await cards.dress(rows)
    return page_of(rows, request, wanted=wanted, place=place_of, show=cards.record)


def _sections(request: Request[Any]) -> Sequence[Section]:
    sections: Sections = request.state["sections"]
    return sections.person


def _tabs(request: Request[Any], url: str) -> list[tuple[str, str, str]]:
    further = [(each.name, _(each.title), f"{url}?tab={each.name}") for each in _sections(request)]
    return [
        ("records", _("Records"), url),
        ("remixed", _("Remixed by others"), f"{url}?tab=remixed"),
        ("challenges", _("Challenges"), f"{url}?tab=challenges"),
        ("credits", _("Credits"), f"{url}?tab=credits"),
        *further,
    ]


routes = [
    Route("/u/{handle}", show_person, methods=["GET"]),
    Route("/@{handle}", go_to_person, methods=["GET"]),
    Route("/people/remote/{id:int}", show_remote_person, methods=["GET"]),
]
