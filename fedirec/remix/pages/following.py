"""Following people and challenges, from here or from another server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer
from fedirec.accounts.permissions import Permission
from fedirec.accounts.viewer import Viewer
from fedirec.activitypub.follows import approve_follow, refuse_follow, unfollow
from fedirec.activitypub.models import Actor, Follow
from fedirec.errors import FedirecError, NotFound
from fedirec.remix.actions.finding import Place, find_at, is_address
from fedirec.remix.actions.following import find_whom, start_following
from fedirec.remix.models import Challenge, Record
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.finding import remote_for
from fedirec.remix.pages.visitors import members_only, row_in
from fedirec.remix.queries.challenges import challenge_of, challenges_of
from fedirec.remix.queries.people import (
    acquaintance_of,
    find_known,
    followed_by,
    followers_of,
    get_request,
    waiting_for,
)
from fedirec.web.forms import Form, filled_form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.paging import Cursor, page_of, wanted_page
from fedirec.web.render import local_path, redirect, render
from fedirec.web.views import ChallengeView, PersonView, Tab

_WHO: Final = 2_048


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """Somebody or something in a list of follows."""

    id: int
    person: PersonView
    uri: str
    challenge: ChallengeView | None = None
    is_waiting: bool = False


@members_only
async def show_follow(request: Request[Any]) -> Response:
    """Follow somebody by handle or address. Other servers send people here with the address filled in.

    The address of a record leads to its page, where it is answered and remixed.
    """
    viewer = require_viewer(request, Permission.FOLLOW)
    typed = request.query_params.get("uri", "")[:_WHO].removeprefix("acct:").strip()
    form = filled_form({"who": typed})
    target = None
    if typed:
        try:
            if is_address(typed):
                found = await find_at(remote_for(request), typed, request.state["finders"])
                if isinstance(found, Place):
                    return redirect(request, found.path)
                if isinstance(found, Record):
                    return redirect(request, Cards(request).record_url(found))
            target = await find_whom(remote_for(request), typed)
        except FedirecError as error:
            form.refuse(error, beside="who")
    return await _show_form(request, viewer, form, target)


async def post_follow(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.FOLLOW)
    form = await read_form(request)
    typed = form.line("who", required=True, max=_WHO)
    try:
        if form.errors:
            return await _show_form(request, viewer, form, None, status=422)
        target = await find_whom(remote_for(request), typed)
        made = await start_following(viewer.actor, target)
    except FedirecError as error:
        form.refuse(error, beside="who")
        return await _show_form(request, viewer, form, None, status=422)
    name = target.name or target.handle
    if made.accepted_at:
        said = _("You follow %(name)s now.") % {"name": name}
    else:
        said = _("%(name)s has been asked. You will see their records as soon as they answer.") % {"name": name}
    return redirect(request, local_path(form.value("back"), await _page_of(Cards(request), target)), said)


async def post_unfollow(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.FOLLOW)
    form = await read_form(request)
    target = await find_known(form.line("who", required=True, max=_WHO))
    if target is None:
        raise NotFound("Nobody with that name is known here.")
    await unfollow(viewer.actor, target)
    said = _("You do not follow %(name)s any more.") % {"name": target.name or target.handle}
    return redirect(request, local_path(form.value("back"), await _page_of(Cards(request), target)), said)


@members_only
async def show_following(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.FOLLOW)
    wanted = wanted_page(request)
    rows = await followed_by(viewer.actor, after=wanted.after, limit=wanted.limit)
    challenges = await challenges_of([row.target for row in rows if row.target.type == "Group"])
    cards = Cards(request)
    page = page_of(
        rows,
        request,
        wanted=wanted,
        place=_place,
        show=lambda row: _followed(row, row.target, cards, challenges),
    )
    return render(request, "remix/following.html", page=page, tabs=_tabs("following"), form=Form(), which="following")


@members_only
async def show_followers(request: Request[Any]) -> Response:
    return await _show_followers(request, followers_of, which="followers")


@members_only
async def show_requests(request: Request[Any]) -> Response:
    return await _show_followers(request, waiting_for, which="requests")


async def post_answer(request: Request[Any]) -> Response:
    """Somebody may follow from now on, or may not."""
    viewer = require_viewer(request, Permission.MANAGE_OWN)
    asked = await get_request(viewer.actor, row_in(request))
    form = await read_form(request)
    name = asked.follower.name or asked.follower.handle
    if form.choice("do", ("approve", "refuse")) == "approve":
        await approve_follow(viewer.actor, asked)
        return redirect(request, "/following/requests", _("%(name)s follows you now.") % {"name": name})
    await refuse_follow(viewer.actor, asked)
    return redirect(request, "/following/requests", _("%(name)s does not follow you.") % {"name": name})


async def _show_form(
    request: Request[Any], viewer: Viewer, form: Form, target: Actor | None, *, status: int = 200
) -> Response:
    cards = Cards(request)
    challenge = await challenge_of(target) if target and target.type == "Group" else None
    return render(
        request,
        "remix/follow.html",
        status,
        form=form,
        person=cards.person(target) if target else None,
        challenge=cards.challenge(challenge) if challenge else None,
        uri=target.uri if target else "",
        acquaintance=await acquaintance_of(viewer.actor, target) if target else None,
    )


async def _show_followers(request: Request[Any], ask: Any, *, which: str) -> Response:
    viewer = require_viewer(request, Permission.FOLLOW)
    wanted = wanted_page(request)
    cards = Cards(request)
    rows: Sequence[Follow] = await ask(viewer.actor, after=wanted.after, limit=wanted.limit)
    page = page_of(rows, request, wanted=wanted, place=_place, show=lambda row: _followed(row, row.follower, cards, {}))
    return render(request, "remix/following.html", page=page, tabs=_tabs(which), form=Form(), which=which)


def _followed(row: Follow, actor: Actor, cards: Cards, challenges: dict[int, Challenge]) -> Followed:
    challenge = challenges.get(actor.id)
    return Followed(
        id=row.id,
        person=cards.person(actor),
        uri=actor.uri,
        challenge=cards.challenge(challenge) if challenge else None,
        is_waiting=row.accepted_at is None,
    )


async def _page_of(cards: Cards, actor: Actor) -> str:
    challenge = await challenge_of(actor) if actor.type == "Group" else None
    return cards.challenge_url(challenge) if challenge else cards.person_url(actor)


def _place(row: Follow) -> Cursor:
    return Cursor(at=row.created_at, id=row.id)


def _tabs(which: str) -> list[Tab]:
    return [
        Tab(label=_("You follow"), url="/following", is_current=which == "following"),
        Tab(label=_("Who follows you"), url="/following/followers", is_current=which == "followers"),
        Tab(label=_("Who asks to"), url="/following/requests", is_current=which == "requests"),
    ]


routes = [
    Route("/follow", show_follow, methods=["GET"]),
    Route("/follow", post_follow, methods=["POST"]),
    Route("/unfollow", post_unfollow, methods=["POST"]),
    Route("/following", show_following, methods=["GET"]),
    Route("/following/followers", show_followers, methods=["GET"]),
    Route("/following/requests", show_requests, methods=["GET"]),
    Route("/following/requests/{id:int}", post_answer, methods=["POST"]),
]
