"""The Atom feed of a project of ours: what it and its challenges told, and what was released."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.errors import Gone
from fedirec.projects.queries.productions import releases_of
from fedirec.projects.queries.projects import get_project, groups_in
from fedirec.remix.pages.sharing.feeds import Sort, places_of_news, places_of_records, send_feed, sorted_after
from fedirec.remix.queries.news import news_of
from fedirec.web.paging import wanted_page

GONE: Final = "This project is not here any more."


async def show_feed(request: Request[Any]) -> Response:
    """What a project and its challenges told and what it released, for everybody.

    Raises NotFound before it was launched, Gone when it is not here any more.
    """
    project = await get_project(request.path_params["slug"], None)
    if project.actor.state != "active":
        raise Gone(GONE)
    wanted = wanted_page(request)
    groups = await groups_in(project)
    told = await news_of(groups, after=sorted_after(wanted.after, Sort.NEWS), limit=wanted.limit)
    released = await releases_of(project, after=sorted_after(wanted.after, Sort.RECORD), limit=wanted.limit)
    return await send_feed(
        request,
        [*places_of_news(told), *places_of_records(released)],
        wanted=wanted,
        page=f"/p/{request.path_params['slug'].lower()}",
        title=project.title,
        changed_at=project.launched_at,
    )


routes = [Route("/p/{slug}/feed", show_feed, methods=["GET"])]
