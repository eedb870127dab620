"""Projects among other things: in feeds, among what was found by words, and on the page of a tag."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode

from starlette.requests import Request

from fedirec.activitypub.models import Actor
from fedirec.activitypub.peers import hosts_of
from fedirec.projects.models import Project
from fedirec.projects.pages.views import ProjectView, project_views
from fedirec.projects.queries.lists import (
    Sought,
    leaders_among,
    place_of_project,
    projects_by_age,
    projects_in,
    projects_tagged_for,
)
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.visitors import visitor
from fedirec.translatable import N_
from fedirec.web.atom import Author, Entry
from fedirec.web.paging import Cursor
from fedirec.web.sections import Fed, Section

SHOWN: Final = 3


async def _views(request: Request[Any], keys: Sequence[int]) -> Mapping[int, ProjectView]:
    rows = list((await projects_in(keys)).values()) if keys else []
    return dict(zip((row.id for row in rows), await project_views(Cards(request), rows), strict=True))


async def _entries(tag: str, after: Cursor | None, limit: int) -> list[tuple[Cursor, Entry]]:
    rows = await projects_by_age(Sought(tag=tag), viewer=None, after=after, limit=limit)
    leaders = await leaders_among(rows)
    return [(place_of_project(row), _entry(row, next(iter(leaders.get(row.actor_id, ())), row.actor))) for row in rows]


def _entry(project: Project, author: Actor) -> Entry:
    group, place = project.actor, place_of_project(project)
    return Entry(
        uri=group.uri,
        url=group.url or group.uri,
        title=project.title,
        author=Author(name=author.name or author.handle, url=author.url or author.uri),
        published_at=place.at,
        updated_at=max(project.updated_at or place.at, place.at),
        known_at=project.fetched_at,
        html=project.content,
        language=project.language,
    )


async def _found(request: Request[Any], words: Any) -> Mapping[str, Any] | None:
    return await _those(request, Sought(words=words), q=words)


async def _tagged(request: Request[Any], tag: Any) -> Mapping[str, Any] | None:
    return await _those(request, Sought(tag=tag), tag=tag) if tag else None


async def _those(request: Request[Any], sought: Sought, **asked: str) -> Mapping[str, Any] | None:
    rows = await projects_by_age(sought, viewer=visitor(request), limit=SHOWN + 1)
    shown = await project_views(Cards(request), rows[:SHOWN])
    if not shown:
        return None
    more = f"/projects?{urlencode(asked)}" if len(rows) > SHOWN else "/projects"
    return {"projects": shown, "hosts": await hosts_of(each.host for each in shown), "more_url": more}


_TITLE: Final = N_("Projects")
FED: Final = Fed(template="projects/card.html", tagged=projects_tagged_for, views=_views, entries=_entries)
FOUND: Final = Section(name="projects", title=_TITLE, template="projects/found.html", load=_found)
TAGGED: Final = Section(name="projects", title=_TITLE, template="projects/found.html", load=_tagged)
