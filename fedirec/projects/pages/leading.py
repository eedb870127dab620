"""Leading a project: its steps, its launch, its stage, and what is told to those who follow."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.permissions import Permission
from fedirec.accounts.viewer import Viewer
from fedirec.activitypub.models import Actor
from fedirec.errors import FedirecError
from fedirec.projects.actions.leaders_news import tell_followers
from fedirec.projects.actions.projects import launch_project, set_stage
from fedirec.projects.actions.steps import (
    MAX_SKILLS,
    MAX_TITLE,
    StepDraft,
    add_step,
    change_step,
    drop_step,
    finish_step,
    lock_step,
    move_step,
    name_step_need,
    open_step,
    publish_step,
)
from fedirec.projects.models import Project, Step
from fedirec.projects.pages.finding import doer_in, leader_in, parts_in_project, step_in
from fedirec.projects.pages.tabs import project_tabs
from fedirec.projects.pages.views import project_url, project_views, stage_view, step_views
from fedirec.projects.queries.projects import challenges_to_attach, facts_of, steps_of
from fedirec.projects.queries.takeovers import may_put_up
from fedirec.projects.stages import Stage, next_stages, refusal_of
from fedirec.remix.actions.news import MAX_TITLE as MAX_NEWS_TITLE
from fedirec.remix.logbook import MAX_REASON
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.matching import skill_word
from fedirec.remix.pages.visitors import members_only
from fedirec.remix.powers import Deed, may_do
from fedirec.remix.queries.needs import needs_of
from fedirec.remix.skills import CODES, SKILLS
from fedirec.web.forms import Form, filled_form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import redirect, render
from fedirec.web.views import Choice

_MAX_STEP: Final = 5_000
_MAX_NEWS: Final = 12_000
"""Characters that forms take; what counts in the end are bytes, and those the actions know."""
_MOVES: Final[Mapping[str, Callable[[Actor, Step], Awaitable[Step]]]] = {
    "publish": publish_step,
    "open": open_step,
    "finish": finish_step,
}


@members_only
async def show_lead(request: Request[Any]) -> Response:
    viewer, project = await leader_in(request, Deed.CHANGE_PROJECT)
    return await show_leading(request, viewer, project, Form())


async def post_launch(request: Request[Any]) -> Response:
    viewer, project = await doer_in(request)
    await launch_project(viewer.actor, project)
    said = _("It is launched. Tell people about it: whoever follows it hears what happens.")
    return redirect(request, project_url(Cards(request), project), said)


async def post_step(request: Request[Any]) -> Response:
    viewer, project = await leader_in(request, Deed.WRITE_STEP)
    form = await read_form(request)
    draft = _step_in(form)
    if not form.errors:
        with form.collecting():
            await add_step(viewer.actor, project, draft)
            return back_to_steps(request, project, _("Added. Publish it when people may see it."))
    return await show_leading(request, viewer, project, form, status=422)


@members_only
async def show_step_edit(request: Request[Any]) -> Response:
    _viewer, project = await leader_in(request, Deed.WRITE_STEP)
    step = await step_in(request, project)
    return await _show_step(request, project, step, filled_form(_words_of(step)))


async def post_step_edit(request: Request[Any]) -> Response:
    viewer, project = await leader_in(request, Deed.WRITE_STEP)
    step, form = await step_in(request, project), await read_form(request)
    draft = _step_in(form)
    if not form.errors:
        with form.collecting():
            await change_step(viewer.actor, step, draft)
            return back_to_steps(request, project, _("Saved."))
    return await _show_step(request, project, step, form, status=422)


async def post_step_state(request: Request[Any]) -> Response:
    viewer, project = await doer_in(request)
    step, form = await step_in(request, project), await read_form(request)
    move = _MOVES[form.choice("do", _MOVES) or "open"]
    await move(viewer.actor, step)
    return back_to_steps(request, project, _("Saved."))


async def post_step_lock(request: Request[Any]) -> Response:
    viewer, project = await leader_in(request, Deed.MOVE_STEP)
    step, form = await step_in(request, project), await read_form(request)
    reason = form.line("reason", required=True, max=MAX_REASON)
    if not form.errors:
        with form.collecting():
            await lock_step(viewer.actor, step, reason=reason)
            return back_to_steps(request, project, _("It is locked, and everybody can read why."))
    about = f"{request.path_params['key']}-lock"
    return await show_leading(request, viewer, project, form, status=422, about=about)


async def post_step_move(request: Request[Any]) -> Response:
    viewer, project = await doer_in(request)
    step, form = await step_in(request, project), await read_form(request)
    await move_step(viewer.actor, step, earlier=form.value("to") == "earlier")
    return back_to_steps(request, project, _("Moved."))


async def post_step_need(request: Request[Any]) -> Response:
    """The project looks for somebody with a skill that the step needs."""
    viewer, project = await doer_in(request)
    step, form = await step_in(request, project), await read_form(request)
    await name_step_need(viewer.actor, step, form.value("skill"))
    if project.launched_at is None:
        return back_to_steps(request, project, _("Written down. It is said when the project is launched."))
    return back_to_steps(request, project, _("Everybody can see now whom you look for."))


async def post_step_drop(request: Request[Any]) -> Response:
    viewer, project = await doer_in(request)
    await drop_step(viewer.actor, await step_in(request, project))
    return back_to_steps(request, project, _("Dropped. Nobody else ever saw it."))


async def post_stage(request: Request[Any]) -> Response:
    viewer, project = await leader_in(request, Deed.SET_STAGE)
    form = await read_form(request)
    stage = form.choice("stage", [stage.value for stage in Stage])
    reason = form.line("reason", required=True, max=MAX_REASON)
    if not form.errors:
        with form.collecting():
            await set_stage(viewer.actor, project, Stage(stage), reason=reason)
            return redirect(request, project_url(Cards(request), project), _("The stage is set."))
    return await show_leading(request, viewer, project, form, status=422)


async def post_news(request: Request[Any]) -> Response:
    viewer, project = await leader_in(request, Deed.POST_NEWS)
    form = await read_form(request)
    title, text = form.line("news_title", max=MAX_NEWS_TITLE), form.text("news", required=True, max=_MAX_NEWS)
    if not form.errors:
        try:
            await tell_followers(viewer.actor, project, title=title, text=text)
        except FedirecError as error:
            form.fail({"title": "news_title", "text": "news"}.get(error.field or "", ""), error.detail)
        else:
            return redirect(request, f"{project_url(Cards(request), project)}/story", _("Those who follow it hear it."))
    return await show_leading(request, viewer, project, form, status=422)


async def show_leading(
    request: Request[Any], viewer: Viewer, project: Project, form: Form, *, status: int = 200, about: str = ""
) -> Response:
    """The page on which a project is led; what is wrong in `form` stands beside what it is `about`."""
    cards = Cards(request)
    steps = await steps_of(project, with_drafts=True)
    parts = await parts_in_project(request, project)
    before = Stage(project.stage_before) if project.stage_before else None
    facts, kept = await facts_of(project), set[Stage]()
    if not await may_put_up(project, parts):
        kept.add(Stage.ADOPTABLE)
    ways = [
        stage_view(stage.value)
        for stage in next_stages(Stage(project.stage), before=before)
        if stage not in kept and (stage is before or refusal_of(stage, facts) is None)
    ]
    (shown,) = await project_views(cards, [project])
    return render(
        request,
        "projects/lead.html",
        status,
        form=form,
        blank=Form(),
        about=about,
        project=shown,
        tabs=project_tabs(cards, project, current="lead", parts=parts),
        steps=await step_views(cards, project, steps),
        wanted=await _wanted(project, steps),
        may_launch=any(step.state != "draft" for step in steps),
        may_discard=project.launched_at is None and may_do(Deed.DISCARD_PROJECT, parts),
        may_open=viewer.can(Permission.OPEN_CHALLENGE),
        free_challenges=[
            Choice(value=str(each.id), label=each.title) for each in await challenges_to_attach(viewer.actor, project)
        ],
        skills=_skill_choices(),
        next_stages=[Choice(value=way.code, label=way.name, hint=way.criteria) for way in ways],
    )


def _skill_choices() -> list[Choice]:
    return [Choice(value=skill.code, label=_(skill.label)) for skill in SKILLS]


async def _wanted(project: Project, steps: Sequence[Step]) -> dict[str, list[Choice]]:
    """By the key of each open step, the skills that it needs and that are not looked for already."""
    sought = {(need.part_uri, need.skill) for need in await needs_of(project.actor)}
    return {
        step.uri.rpartition("/")[2]: [
            Choice(value=code, label=skill_word(code)) for code in step.skills.split() if (step.uri, code) not in sought
        ]
        for step in steps
        if step.state == "open"
    }


async def _show_step(request: Request[Any], project: Project, step: Step, form: Form, *, status: int = 200) -> Response:
    cards = Cards(request)
    (shown,) = await project_views(cards, [project])
    (view,) = await step_views(cards, project, [await _whole(step)])
    return render(request, "projects/step.html", status, form=form, project=shown, step=view, skills=_skill_choices())


async def _whole(step: Step) -> Step:
    await step.fetch_related("challenges")
    return step


def _words_of(step: Step) -> dict[str, object]:
    return {"title": step.title, "text": step.text, "skills": step.skills.split()}


def _step_in(form: Form) -> StepDraft:
    return StepDraft(
        title=form.line("title", required=True, max=MAX_TITLE),
        text=form.text("text", max=_MAX_STEP),
        skills=form.many("skills", CODES, max=MAX_SKILLS),
    )


def back_to_steps(request: Request[Any], project: Project, said: str) -> Response:
    """To that page, where the step in the address stands, with a sentence about what was done."""
    place = f"#step-{request.path_params['key']}" if "key" in request.path_params else "#steps-title"
    return redirect(request, f"{project_url(Cards(request), project)}/lead{place}", said)


routes = [
    Route("/p/{slug}/lead", show_lead, methods=["GET"]),
    Route("/p/{slug}/launch", post_launch, methods=["POST"]),
    Route("/p/{slug}/stage", post_stage, methods=["POST"]),
    Route("/p/{slug}/tell", post_news, methods=["POST"]),
    Route("/p/{slug}/steps", post_step, methods=["POST"]),
    Route("/p/{slug}/steps/{key}/edit", show_step_edit, methods=["GET"]),
    Route("/p/{slug}/steps/{key}/edit", post_step_edit, methods=["POST"]),
    Route("/p/{slug}/steps/{key}/state", post_step_state, methods=["POST"]),
    Route("/p/{slug}/steps/{key}/lock", post_step_lock, methods=["POST"]),
    Route("/p/{slug}/steps/{key}/move", post_step_move, methods=["POST"]),
    Route("/p/{slug}/steps/{key}/need", post_step_need, methods=["POST"]),
    Route("/p/{slug}/steps/{key}/drop", post_step_drop, methods=["POST"]),
]
