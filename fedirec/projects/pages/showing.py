"""The page of a project, what happened in it, and its log."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from fedirec.accounts.door import viewer_of
from fedirec.accounts.permissions import Permission
from fedirec.accounts.viewer import Viewer
from fedirec.activitypub.peers import hosts_of
from fedirec.errors import NotFound
from fedirec.projects.actions.meeting import refresh_seen
from fedirec.projects.models import Project
from fedirec.projects.pages.finding import parts_in_project, project_in
from fedirec.projects.pages.sections import SECTIONS
from fedirec.projects.pages.story import STAGE_WORDS, chapter_views
from fedirec.projects.pages.tabs import project_tabs
from fedirec.projects.pages.views import project_url, project_views, step_views
from fedirec.projects.queries.projects import (
    challenges_to_offer,
    find_member,
    get_remote_project,
    get_step,
    may_see_project,
    projects_of,
    steps_of,
)
from fedirec.projects.queries.story import story_of
from fedirec.projects.queries.takeovers import is_open_to_all
from fedirec.remix.actions.group_tags import tags_of
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.logs import log_views, place_in_log
from fedirec.remix.pages.visitors import row_in, visitor
from fedirec.remix.powers import Deed, Part, may_do
from fedirec.remix.queries.logs import get_entry, log_of
from fedirec.remix.queries.needs import needs_of
from fedirec.remix.queries.people import acquaintance_of
from fedirec.remix.roles import label_of
from fedirec.web.forms import Form
from fedirec.web.language import gettext as _
from fedirec.web.negotiation import VARY, wants_activity
from fedirec.web.paging import Page, page_of, wanted_page
from fedirec.web.render import redirect, render
from fedirec.web.sections import load_sections
from fedirec.web.views import Choice, Tab

_CHAPTERS: Final = 5
"""Of the story that stand on the page of a project."""


async def show_project(request: Request[Any]) -> Response:
    return await _show(request, await project_in(request))


async def show_remote_project(request: Request[Any]) -> Response:
    """What we know of a project of another instance; programs go on to its origin."""
    project = await get_remote_project(row_in(request))
    if wants_activity(request):
        return RedirectResponse(project.actor.uri, status_code=303, headers=VARY)
    await refresh_seen(project)
    return await _show(request, project)


async def go_to_project(request: Request[Any]) -> Response:
    """The page of the project whose Group is named by its row, for whoever knows the Group alone."""
    project = (await projects_of([row_in(request)])).get(row_in(request))
    if project is None or not await may_see_project(project, visitor(request)):
        raise NotFound("There is no such project here.")
    return redirect(request, project_url(Cards(request), project))


async def show_story(request: Request[Any]) -> Response:
    return await _show_story(request, await project_in(request))


async def show_remote_story(request: Request[Any]) -> Response:
    return await _show_story(request, await get_remote_project(row_in(request)))


async def show_step(request: Request[Any]) -> Response:
    """The address of a step leads to its place on the page of its project."""
    project = await project_in(request)
    step = await get_step(project, request.path_params["key"])
    parts = await parts_in_project(request, project)
    if step.state == "draft" and not may_do(Deed.WRITE_STEP, parts):
        raise NotFound("There is no such step.")
    page = "/lead" if step.state == "draft" else ""
    return redirect(request, f"{project_url(Cards(request), project)}{page}#step-{request.path_params['key']}")


async def show_log(request: Request[Any]) -> Response:
    project = await project_in(request)
    cards, wanted = Cards(request), wanted_page(request)
    only_decisions = request.query_params.get("only") == "decisions"
    rows = await log_of(
        project.actor, only_decisions=only_decisions, after=wanted.after, limit=wanted.limit, viewer=visitor(request)
    )
    piece = page_of(rows, request, wanted=wanted, place=lambda entry: entry.place, show=lambda entry: entry)
    (shown,) = await project_views(cards, [project])
    return render(
        request,
        "projects/log.html",
        project=shown,
        tabs=project_tabs(cards, project, current="log", parts=await parts_in_project(request, project)),
        entries=Page(tuple(log_views(piece.items, cards, values=STAGE_WORDS)), piece.next_url),
        shown=[
            Tab(label=_("All of it"), url=f"{shown.url}/log", is_current=not only_decisions),
            Tab(label=_("Only decisions"), url=f"{shown.url}/log?only=decisions", is_current=only_decisions),
        ],
    )


async def show_entry(request: Request[Any]) -> Response:
    """The address of an entry leads to the piece of the log that begins with it."""
    project = await project_in(request)
    entry = await get_entry(project.actor, request.path_params["key"])
    return redirect(request, place_in_log(project_url(Cards(request), project), entry))


async def _offers(project: Project, member: Viewer | None) -> dict[str, Any]:
    """The challenges of ours that `member` could bring into a project elsewhere, and those that they did."""
    if member is None or project.actor.is_local or not member.can(Permission.OPEN_CHALLENGE):
        return {"free_challenges": [], "offered_challenges": []}
    free, offered = await challenges_to_offer(member.actor, project)
    return {
        "free_challenges": [Choice(value=str(each.id), label=each.title) for each in free],
        "offered_challenges": [Choice(value=str(each.id), label=each.title) for each in offered],
    }


async def _show(request: Request[Any], project: Project) -> Response:
    cards, viewer, member = Cards(request), visitor(request), viewer_of(request)
    parts = await parts_in_project(request, project)
    is_leader = Part.LEADER in parts
    (shown,) = await project_views(cards, [project], whole=True)
    group = project.actor
    chapters = await story_of(project, viewer=viewer, limit=_CHAPTERS)
    membership = await find_member(project, viewer) if viewer is not None else None
    return render(
        request,
        "projects/project.html",
        410 if group.is_local and group.state not in ("active", "pending") else 200,
        form=Form(),
        project=shown,
        tabs=project_tabs(cards, project, current="project", parts=parts),
        hosts=await hosts_of([shown.host]),
        uri=group.uri,
        share_url=shown.original_url or group.url or group.uri,
        tags=await tags_of(group),
        steps=await step_views(cards, project, await steps_of(project, with_drafts=is_leader)),
        needs=[(label_of(need.skill, gettext=_), need) for need in await needs_of(group)]
        if shown.is_launched or is_leader
        else [],
        sections=await load_sections(SECTIONS, request, project),
        chapters=await chapter_views(cards, chapters),
        is_leader=is_leader,
        **await _offers(project, member),
        may_join=member is not None and member.can(Permission.TAKE_PART) and group.is_local,
        may_join_elsewhere=member is not None and member.can(Permission.FOLLOW) and not group.is_local,
        membership=membership.state if membership else "",
        is_open=group.is_local and await is_open_to_all(project),
        invitation=membership.words if membership and membership.state == "invited" else "",
        acquaintance=await acquaintance_of(viewer, group),
        may_follow=member is not None and member.can(Permission.FOLLOW) and shown.is_launched,
        is_signed_in=member is not None,
    )


async def _show_story(request: Request[Any], project: Project) -> Response:
    cards, wanted = Cards(request), wanted_page(request)
    rows = await story_of(project, viewer=visitor(request), after=wanted.after, limit=wanted.limit)
    piece = page_of(rows, request, wanted=wanted, place=lambda chapter: chapter.place, show=lambda chapter: chapter)
    (shown,) = await project_views(cards, [project])
    return render(
        request,
        "projects/story.html",
        project=shown,
        tabs=project_tabs(cards, project, current="story", parts=await parts_in_project(request, project)),
        chapters=await chapter_views(cards, piece.items),
        pager=Page((), piece.next_url),
    )


routes = [
    Route("/projects/remote/{id:int}", show_remote_project, methods=["GET"]),
    Route("/projects/remote/{id:int}/story", show_remote_story, methods=["GET"]),
    Route("/projects/of/{id:int}", go_to_project, methods=["GET"]),
    Route("/p/{slug}", show_project, methods=["GET"]),
    Route("/p/{slug}/story", show_story, methods=["GET"]),
    Route("/p/{slug}/log", show_log, methods=["GET"]),
    Route("/p/{slug}/log/{key}", show_entry, methods=["GET"]),
    Route("/p/{slug}/steps/{key}", show_step, methods=["GET"]),
]
