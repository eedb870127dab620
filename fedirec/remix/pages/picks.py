"""What editors point at, and how they do it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer, viewer_of
from fedirec.accounts.permissions import Permission
from fedirec.activitypub.models import Actor
from fedirec.errors import FedirecError, NotFound
from fedirec.remix.actions.picks import MAX_WORDS, end_pick, pick
from fedirec.remix.models import Record
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.visitors import row_in, visitor
from fedirec.remix.queries.picks import Picked, current_picks
from fedirec.web.forms import Form, filled_form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import attempt, redirect, render
from fedirec.web.sentences import told
from fedirec.web.views import ChallengeView, PersonView, RecordView

ALL: Final = 48
"""Picks on their page: older ones have had their time."""
FEW: Final = 3
"""Picks on the first page and above what can be explored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PickView:
    """Something that somebody points at, and their words."""

    id: int
    words: str
    editor: PersonView
    at: datetime
    record: RecordView | None = None
    challenge: ChallengeView | None = None
    project: PersonView | None = None


async def picks_shown(cards: Cards, picked: Sequence[Picked]) -> list[PickView]:
    """The picks as pages show them."""
    await cards.dress([row for each in picked for row in (each.record, each.challenge) if row is not None])
    return [
        PickView(
            id=each.pick.id,
            words=each.pick.words,
            editor=cards.person(each.editor),
            at=each.pick.created_at,
            record=cards.record(each.record) if each.record else None,
            challenge=cards.challenge(each.challenge) if each.challenge else None,
            project=cards.person(each.group) if each.group and not each.challenge else None,
        )
        for each in picked
    ]


async def few_picks(request: Request[Any]) -> list[PickView]:
    """The newest ones, for pages that show other things too."""
    return await picks_shown(Cards(request), await current_picks(visitor(request), limit=FEW))


async def show_picks(request: Request[Any]) -> Response:
    viewer = viewer_of(request)
    return render(
        request,
        "remix/picks.html",
        picks=await picks_shown(Cards(request), await current_picks(visitor(request), limit=ALL)),
        may_pick=viewer is not None and viewer.can(Permission.PICK),
    )


async def show_new(request: Request[Any]) -> Response:
    require_viewer(request, Permission.PICK)
    about = request.query_params.get("about", "")[:2_048]
    return render(request, "remix/pick.html", form=filled_form({"about": about}), max_words=MAX_WORDS)


async def post_new(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.PICK)
    form = await read_form(request)
    about, words = form.address("about", required=True), form.text("words", required=True, max=MAX_WORDS)
    if not form.errors:
        try:
            await pick(viewer, await thing_at(about), words=words)
        except FedirecError as error:
            form.fail(error.field or "about", told(error))
    if form.errors:
        return _again(request, form)
    return redirect(request, "/picks", _("Everybody is pointed at it now."))


async def post_end(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.PICK)
    return await attempt(request, "/picks", end_pick(viewer, row_in(request)), _("Taken back."))


async def thing_at(address: str) -> Record | Actor:
    """The record, or the Group of a challenge or project, that is known here by that address. Raises NotFound."""
    for found in (
        await Record.get_or_none(uri=address),
        await Record.filter(url=address).first(),
        await Actor.get_or_none(uri=address, type="Group"),
        await Actor.filter(url=address, type="Group").first(),
    ):
        if found is not None:
            return found
    raise NotFound("That is not known here. Look for it first.", field="about")


def _again(request: Request[Any], form: Form) -> Response:
    return render(request, "remix/pick.html", 422, form=form, max_words=MAX_WORDS)


routes = [
    Route("/picks", show_picks, methods=["GET"]),
    Route("/picks/new", show_new, methods=["GET"]),
    Route("/picks/new", post_new, methods=["POST"]),
    Route("/picks/{id:int}/end", post_end, methods=["POST"]),
]
