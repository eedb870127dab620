"""Finding projects, and reading what they are and what happened in them."""

from __future__ import annotations

from fedirec.accounts.permissions import Permission
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.endpoints.alike import listed
from fedirec.api.endpoints.logs import log_of_group
from fedirec.api.endpoints.projects.finding import leads_it, project_in
from fedirec.api.paging import piece_of, read_place, size_of
from fedirec.api.shapes.logs import Log, LogQuery
from fedirec.api.shapes.projects import (
    Project,
    Projects,
    ProjectsQuery,
    Story,
    show_chapters,
    show_project,
    show_projects,
)
from fedirec.projects.actions.meeting import refresh_seen
from fedirec.projects.forms import Form
from fedirec.projects.queries.lists import Sought, place_of_project, projects_by_age
from fedirec.projects.queries.story import story_of
from fedirec.projects.stages import Stage
from fedirec.remix.vocab import hashtag_key


async def list_projects(call: Call) -> Projects:
    asked = call.asked(ProjectsQuery)
    sought = Sought(
        stage=Stage(asked.stage) if asked.stage else None,
        form=Form(asked.form) if asked.form else None,
        skill=asked.skill,
        tag=hashtag_key(asked.tag),
        words=asked.q,
    )
    rows = await projects_by_age(sought, viewer=call.looker, after=read_place(call), limit=size_of(call) + 1)
    shown = {card.id: card for card in await show_projects(call, rows)}
    return piece_of(call, Projects, rows, show=lambda row: shown[row.id], place=place_of_project)


async def show_one(call: Call) -> Project:
    project = await project_in(call)
    await refresh_seen(project)
    return await show_project(call, project, with_drafts=await leads_it(call, project))


async def show_story(call: Call) -> Story:
    project = await project_in(call)
    rows = await story_of(project, viewer=call.looker, after=read_place(call), limit=size_of(call) + 1)
    told = {row.key: shown for row, shown in zip(rows, await show_chapters(call, rows), strict=True)}
    return piece_of(call, Story, rows, show=lambda row: told[row.key], place=lambda row: row.place)


async def show_log(call: Call) -> Log:
    return await log_of_group(call, (await project_in(call)).actor)


ENDPOINTS = (
    listed(
        "list_projects",
        "/projects",
        "The projects that are known here, the newest first.",
        list_projects,
        answer=Projects,
        query=ProjectsQuery,
        is_open=True,
    ),
    Endpoint(
        name="show_project",
        method="GET",
        path="/projects/{id:int}",
        permission=Permission.READ_OWN,
        says="A project with its brief, its steps and where it can go from its stage.",
        run=show_one,
        answer=Project,
        is_open=True,
    ),
    listed(
        "show_story",
        "/projects/{id:int}/story",
        "What happened in a project and its challenges, the newest first: its log, its news, and what was taken up.",
        show_story,
        answer=Story,
        is_open=True,
    ),
    listed(
        "list_project_log",
        "/projects/{id:int}/log",
        "What was decided in a project, by whom and why, the newest first.",
        show_log,
        answer=Log,
        query=LogQuery,
        is_open=True,
    ),
)
