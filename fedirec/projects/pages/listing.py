"""All projects: the list, and the slate, on which they stand by stage."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import viewer_of
from fedirec.accounts.permissions import Permission
from fedirec.projects.forms import FORM_NAMES, Form
from fedirec.projects.pages.views import ProjectView, form_word, project_views, stage_view, way_views
from fedirec.projects.queries.lists import (
    COUNTED,
    Sought,
    Standing,
    place_of_project,
    projects_by_age,
    projects_in_preparation,
    standing_of_each_stage,
)
from fedirec.projects.stages import ASIDE, WAY, Stage
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.matching import skill_word
from fedirec.remix.pages.visitors import visitor
from fedirec.remix.skills import CODES, SKILLS
from fedirec.remix.vocab import hashtag_key
from fedirec.web.language import gettext as _
from fedirec.web.paging import Page, page_of, wanted_page
from fedirec.web.render import render
from fedirec.web.views import Choice

_OF_EACH: Final = 6
"""Projects of each stage that stand on the slate."""
_ORDER: Final = (*WAY, *sorted(ASIDE, key=list(Stage).index))


async def show_projects(request: Request[Any]) -> Response:
    sought = _sought(request)
    member, viewer = viewer_of(request), visitor(request)
    prepared = (
        await projects_in_preparation(viewer) if viewer is not None and "after" not in request.query_params else []
    )
    return render(
        request,
        "projects/list.html",
        page=await _page(request, sought),
        prepared=await project_views(Cards(request), prepared),
        may_begin=member is not None and member.can(Permission.OPEN_CHALLENGE),
        stages=[Choice(value=each.code, label=each.name) for each in way_views()],
        **_filters(request, sought),
    )


async def show_slate(request: Request[Any]) -> Response:
    sought, viewer, cards = _sought(request), visitor(request), Cards(request)
    standing = await standing_of_each_stage(sought, viewer=viewer, each=_OF_EACH)
    of_stage = {stage: standing.get(stage, Standing()) for stage in _ORDER}
    shown: list[dict[str, Any]] = []
    page: Page[ProjectView] | None = None
    if sought.stage is not None:
        page = await _page(request, sought)
    else:
        views = iter(await project_views(cards, [project for each in of_stage.values() for project in each.newest]))
        for stage, each in of_stage.items():
            some = [next(views) for _each in each.newest]
            more = _with(request, stage=stage.value) if each.count > len(some) else ""
            shown.append({"stage": stage_view(stage.value), "projects": some, "more_url": more})
    return render(
        request,
        "projects/slate.html",
        page=page,
        chosen=stage_view(sought.stage.value) if sought.stage else None,
        rows=shown,
        stages=[
            {
                "stage": stage_view(stage.value),
                "count": f"{COUNTED}+" if each.count > COUNTED else each.count,
                "url": _with(request, stage=stage.value),
                "is_current": stage is sought.stage,
            }
            for stage, each in of_stage.items()
        ],
        all_url=_with(request, stage=""),
        **_filters(request, sought),
    )


async def _page(request: Request[Any], sought: Sought) -> Page[ProjectView]:
    wanted = wanted_page(request)
    rows = await projects_by_age(sought, viewer=visitor(request), after=wanted.after, limit=wanted.limit)
    piece = page_of(rows, request, wanted=wanted, place=place_of_project, show=lambda project: project)
    return Page(tuple(await project_views(Cards(request), piece.items)), piece.next_url)


def _sought(request: Request[Any]) -> Sought:
    asked = request.query_params
    stage, form, skill = asked.get("stage", ""), asked.get("form", ""), asked.get("skill", "")
    return Sought(
        stage=Stage(stage) if stage in set(Stage) else None,
        form=Form(form) if form in set(Form) else None,
        skill=skill if skill in CODES else "",
        tag=hashtag_key(asked.get("tag", ""))[:100],
        words=asked.get("q", "").strip()[:100],
    )


def _filters(request: Request[Any], sought: Sought) -> dict[str, Any]:
    return {
        "sought": sought,
        "is_filtered": sought != Sought(),
        "chosen_words": _in_words(sought),
        "form_choices": [Choice(value=form.value, label=_(name)) for form, name in FORM_NAMES.items()],
        "skill_choices": [Choice(value=skill.code, label=_(skill.label)) for skill in SKILLS],
    }


def _in_words(sought: Sought) -> list[str]:
    """What is sought, as the folded form says it; the stage has its place elsewhere on the slate, and here too."""
    return [
        word
        for word in (
            f"“{sought.words}”" if sought.words else "",
            form_word(sought.form.value) if sought.form else "",
            skill_word(sought.skill) if sought.skill else "",
            stage_view(sought.stage.value).name if sought.stage else "",
            f"#{sought.tag}" if sought.tag else "",
        )
        if word
    ]


def _with(request: Request[Any], **changed: str) -> str:
    asked = {name: value for name, value in request.query_params.items() if name in ("form", "skill", "tag", "stage")}
    wanted = {name: value for name, value in {**asked, **changed}.items() if value}
    return f"/slate?{urlencode(wanted)}" if wanted else "/slate"


routes = [
    Route("/projects", show_projects, methods=["GET"]),
    Route("/slate", show_slate, methods=["GET"]),
]
