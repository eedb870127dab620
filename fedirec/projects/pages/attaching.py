"""The challenges of the steps of a project: they are put into one, opened for one, and taken out of it."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.projects.actions.steps import attach_challenge, detach_challenge
from fedirec.projects.models import Project, Step
from fedirec.projects.pages.finding import doer_in, leader_in, step_in
from fedirec.projects.pages.leading import back_to_steps, show_leading
from fedirec.projects.pages.views import project_url
from fedirec.projects.queries.projects import get_challenge_to_attach
from fedirec.remix.logbook import MAX_REASON
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.leading.opening import Purpose, opened_in, show_blank
from fedirec.remix.pages.visitors import members_only, number_of, row_in
from fedirec.remix.powers import Deed
from fedirec.remix.queries.challenges import find_challenge_row
from fedirec.web.forms import read_form
from fedirec.web.language import gettext as _


async def post_attach(request: Request[Any]) -> Response:
    viewer, project = await doer_in(request)
    step, form = await step_in(request, project), await read_form(request)
    challenge = await get_challenge_to_attach(viewer.actor, project, number_of(form.value("challenge")) or 0)
    await attach_challenge(viewer.actor, step, challenge)
    return back_to_steps(request, project, _("“%(title)s” is part of the project now.") % {"title": challenge.title})


@members_only
async def show_new_challenge(request: Request[Any]) -> Response:
    """The form that opens a challenge, for one that belongs to a step."""
    _viewer, project = await leader_in(request, Deed.ATTACH_CHALLENGE)
    return await show_blank(request, _purpose_of(request, project, await step_in(request, project)))


async def post_new_challenge(request: Request[Any]) -> Response:
    viewer, project = await leader_in(request, Deed.ATTACH_CHALLENGE)
    step = await step_in(request, project)
    challenge = await opened_in(request, _purpose_of(request, project, step))
    if isinstance(challenge, Response):
        return challenge
    await attach_challenge(viewer.actor, step, challenge)
    return back_to_steps(request, project, _("“%(title)s” is part of the project now.") % {"title": challenge.title})


async def post_detach(request: Request[Any]) -> Response:
    viewer, project = await leader_in(request, Deed.ATTACH_CHALLENGE)
    step, form = await step_in(request, project), await read_form(request)
    row = row_in(request, "challenge")
    reason = form.line("reason", required=True, max=MAX_REASON)
    challenge = await find_challenge_row(row)
    if challenge is not None and not form.errors:
        with form.collecting():
            await detach_challenge(viewer.actor, step, challenge, reason=reason)
            return back_to_steps(
                request, project, _("It is not part of the project any more, and everybody can read why.")
            )
    about = f"{request.path_params['key']}-out-{row}"
    return await show_leading(request, viewer, project, form, status=422, about=about)


def _purpose_of(request: Request[Any], project: Project, step: Step) -> Purpose:
    words = _("For the step “%(step)s” of “%(project)s”") % {"step": step.title, "project": project.title}
    place = f"#step-{request.path_params['key']}"
    return Purpose(words=words, url=f"{project_url(Cards(request), project)}/lead{place}")


routes = [
    Route("/p/{slug}/steps/{key}/challenge", show_new_challenge, methods=["GET"]),
    Route("/p/{slug}/steps/{key}/challenge", post_new_challenge, methods=["POST"]),
    Route("/p/{slug}/steps/{key}/challenges", post_attach, methods=["POST"]),
    Route("/p/{slug}/steps/{key}/challenges/{challenge:int}/remove", post_detach, methods=["POST"]),
]
