"""The projects of one person: on their page, and for themselves on the first page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request

from fedirec.activitypub.models import Actor
from fedirec.projects.pages.views import project_views
from fedirec.projects.queries.lists import place_of_project, projects_in_preparation, projects_joined_by
from fedirec.projects.queries.members import memberships_of
from fedirec.remix.pages.cards import Cards
from fedirec.translatable import N_
from fedirec.web.paging import Page, page_of, wanted_page
from fedirec.web.sections import Section

_SHOWN: Final = 6


async def _of_person(request: Request[Any], person: Any) -> Mapping[str, Any]:
    wanted = wanted_page(request)
    rows = await projects_joined_by(person, after=wanted.after, limit=wanted.limit)
    piece = page_of(rows, request, wanted=wanted, place=place_of_project, show=lambda project: project)
    return {"page": Page(tuple(await project_views(Cards(request), piece.items)), piece.next_url)}


async def _of_member(request: Request[Any], member: Any) -> Mapping[str, Any] | None:
    person: Actor = member
    prepared = await projects_in_preparation(person, limit=_SHOWN)
    places = await memberships_of(person, limit=50)
    joining = [place.project for place in places if place.state == "active" and place.project.launched_at is None]
    prepared += [project for project in joining if project.actor.is_local and project not in prepared][:_SHOWN]
    invited = [place.project for place in places if place.state == "invited"][:_SHOWN]
    joined = await projects_joined_by(person, limit=_SHOWN)
    if not (prepared or invited or joined):
        return None
    views = iter(await project_views(Cards(request), [*invited, *prepared, *joined]))
    return {
        "invited": [next(views) for _each in invited],
        "prepared": [next(views) for _each in prepared],
        "joined": [next(views) for _each in joined],
    }


OF_PERSON: Final = Section(name="projects", title=N_("Projects"), template="projects/of_person.html", load=_of_person)
OF_MEMBER: Final = Section(
    name="own-projects", title=N_("Your projects"), template="projects/of_member.html", load=_of_member
)
