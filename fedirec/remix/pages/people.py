"""The page of a person, ours or another instance's: who they are and what they make."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from fedirec.accounts.door import viewer_of
from fedirec.accounts.permissions import Permission
from fedirec.activitypub.models import Actor
from fedirec.errors import Gone
from fedirec.html import clean
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.home import place_of
from fedirec.remix.pages.sharing.heads import person_head
from fedirec.remix.pages.visitors import row_in, visitor
from fedirec.remix.queries.challenges import challenge_of, challenges_led_by
from fedirec.remix.queries.people import acquaintance_of, get_person, get_remote_person
from fedirec.remix.queries.records import records_by
from fedirec.web.negotiation import VARY, wants_activity
from fedirec.web.paging import page_of, wanted_page
from fedirec.web.render import redirect, render

LED: Final = 6
"""Challenges that stand on somebody's page."""


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
    if person.type == "Group" and (challenge := await challenge_of(person)):
        return redirect(request, Cards(request).challenge_url(challenge))
    return await _show(request, person)


async def go_to_person(request: Request[Any]) -> Response:
    """The way by which Mastodon names people."""
    return redirect(request, f"/u/{request.path_params['handle'].lower()}")


async def _show(request: Request[Any], person: Actor) -> Response:
    cards, viewer, member = Cards(request), visitor(request), viewer_of(request)
    wanted = wanted_page(request)
    rows = await records_by(person, viewer=viewer, after=wanted.after, limit=wanted.limit)
    is_first = wanted.after is None
    return render(
        request,
        "remix/person.html",
        head=person_head(cards, person),
        person=cards.person(person),
        summary_html=clean(person.summary) if person.summary else "",
        uri=person.uri,
        original_url=None if person.is_local else (person.url or person.uri),
        seen_at=None if person.is_local else person.fetched_at,
        page=page_of(rows, request, wanted=wanted, place=place_of, show=cards.record),
        challenges=cards.challenges(await challenges_led_by(person, limit=LED)) if is_first else [],
        acquaintance=await acquaintance_of(viewer, person),
        is_signed_in=member is not None,
        may_follow=member is not None and member.can(Permission.FOLLOW) and person.state == "active",
        is_active=person.state == "active",
        approves=person.approves_followers,
    )


routes = [
    Route("/u/{handle}", show_person, methods=["GET"]),
    Route("/@{handle}", go_to_person, methods=["GET"]),
    Route("/people/remote/{id:int}", show_remote_person, methods=["GET"]),
]
