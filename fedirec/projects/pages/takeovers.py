"""Taking over a project whose leaders are silent: the rule, how things stand, and who offers to lead it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.projects.actions.takeovers import offer_to_lead, withdraw_offer
from fedirec.projects.models import Project
from fedirec.projects.pages.finding import doer_in, leader_in, parts_in_project, project_in
from fedirec.projects.pages.tabs import project_tabs
from fedirec.projects.pages.views import project_url, project_views
from fedirec.projects.queries.lists import Sought, projects_by_age
from fedirec.projects.queries.projects import find_member
from fedirec.projects.queries.takeovers import is_open_to_all, leading_of, offers_for
from fedirec.projects.stages import Stage
from fedirec.projects.takeovers import (
    ADOPTABLE,
    MAX_WORDS,
    MEMBERSHIP,
    OPEN_TO_ALL,
    SENTENCE,
    WAITING,
    can_fall_silent,
    patience,
    silent_at,
)
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.visitors import visitor
from fedirec.remix.powers import Deed, Part
from fedirec.translatable import N_
from fedirec.web.forms import Form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import redirect, render
from fedirec.web.sections import Section
from fedirec.web.views import PersonView

SHOWN: Final = 12
"""Projects that look for somebody to lead them, on the first page of a member."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferView:
    """Somebody offers to lead."""

    person: PersonView
    words: str
    at: datetime
    is_mine: bool


async def show_takeover(request: Request[Any]) -> Response:
    return await _show(request, await project_in(request), Form())


async def post_offer(request: Request[Any]) -> Response:
    viewer, project = await leader_in(request, Deed.OFFER_TO_LEAD)
    form = await read_form(request)
    words = form.text("words", required=True, max=MAX_WORDS)
    if not form.errors:
        with form.collecting():
            await offer_to_lead(viewer.actor, project, words=words)
            page = f"{project_url(Cards(request), project)}/takeover"
            return redirect(request, page, _("Offered. Its leaders have been told, and can still come back."))
    return await _show(request, project, form, status=422)


async def post_withdrawal(request: Request[Any]) -> Response:
    viewer, project = await doer_in(request)
    await withdraw_offer(viewer.actor, project)
    return redirect(request, f"{project_url(Cards(request), project)}/takeover", _("Taken back."))


def rule_of(project: Project, silent: timedelta) -> str:
    """The rule in a few sentences, as everybody reads it who could take `project` over."""
    days = {"silent": silent.days, "membership": MEMBERSHIP.days, "waiting": WAITING.days, "open": OPEN_TO_ALL.days}
    return _(SENTENCE) % days


async def _show(request: Request[Any], project: Project, form: Form, *, status: int = 200) -> Response:
    cards, viewer = Cards(request), visitor(request)
    parts = await parts_in_project(request, project)
    offers, leading = await offers_for(project), await leading_of(project)
    place = await find_member(project, viewer) if viewer is not None else None
    since = place.joined_at if place is not None and place.state == "active" else None
    has_offered = any(viewer is not None and offer.actor_id == viewer.id for offer in offers)
    (shown,) = await project_views(cards, [project])
    is_adoptable = project.stage == ADOPTABLE
    return render(
        request,
        "projects/takeover.html",
        status,
        form=form,
        project=shown,
        tabs=project_tabs(cards, project, current="takeover", parts=parts),
        rule=rule_of(project, patience(leading)),
        is_adoptable=is_adoptable,
        led_at=project.led_at,
        silent_at=silent_at(leading) if can_fall_silent(project.stage) and leading.leaders_there else None,
        offers=[
            OfferView(
                person=cards.person(offer.actor),
                words=offer.words,
                at=offer.created_at,
                is_mine=viewer is not None and offer.actor_id == viewer.id,
            )
            for offer in offers
        ],
        ends_at=min((offer.ends_at for offer in offers), default=None),
        is_leader=Part.LEADER in parts,
        is_member=since is not None,
        is_open=await is_open_to_all(project),
        may_offer=is_adoptable
        and Part.LEADER not in parts
        and since is not None
        and not has_offered
        and now() >= since + MEMBERSHIP,
        may_offer_at=since + MEMBERSHIP if since is not None else None,
        max_words=MAX_WORDS,
    )


async def load_search(request: Request[Any], project: Project) -> Mapping[str, Any] | None:
    """That somebody is looked for who leads a project of ours, for its page."""
    if project.stage != ADOPTABLE or not project.actor.is_local:
        return None
    leading = await leading_of(project)
    return {"rule": rule_of(project, patience(leading)), "url": f"{project_url(Cards(request), project)}/takeover"}


async def load_adoptable(request: Request[Any], actor: Actor) -> Mapping[str, Any] | None:
    """The projects that look for somebody to lead them, the newest first."""
    found = await projects_by_age(Sought(stage=Stage.ADOPTABLE), viewer=actor, limit=SHOWN + 1)
    shown = await project_views(Cards(request), found[:SHOWN])
    return {"projects": shown, "more_url": f"/slate?stage={ADOPTABLE}" if len(found) > SHOWN else ""}


ADOPTABLE_PROJECTS: Final = Section(
    name="adoptable",
    title=N_("Looking for a leader"),
    template="projects/adoptable_section.html",
    load=load_adoptable,
)
LEADER_WANTED: Final = Section(
    name="takeover", title=N_("Who will lead it?"), template="projects/takeover_section.html", load=load_search
)

routes = [
    Route("/p/{slug}/takeover", show_takeover, methods=["GET"]),
    Route("/p/{slug}/takeover", post_offer, methods=["POST"]),
    Route("/p/{slug}/takeover/withdraw", post_withdrawal, methods=["POST"]),
]
