"""What somebody can do: by that they find records and challenges that wait for it."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer
from fedirec.accounts.pages.views import settings_tabs
from fedirec.accounts.permissions import Permission
from fedirec.accounts.viewer import Viewer
from fedirec.errors import FedirecError
from fedirec.remix.actions.skills import choose_skills
from fedirec.remix.skills import SKILLS
from fedirec.web.forms import Form, filled_form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import redirect, render
from fedirec.web.views import Choice


def skill_choices() -> list[Choice]:
    """The skills that are offered, in the reader's words."""
    return [Choice(value=skill.code, label=_(skill.label)) for skill in SKILLS]


async def show_skills(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MANAGE_OWN)
    return _show(request, viewer, filled_form({"skills": viewer.account.skills or []}))


async def post_skills(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MANAGE_OWN)
    form = await read_form(request)
    try:
        await choose_skills(viewer.account, form.values("skills"))
    except FedirecError as error:
        form.refuse(error)
        return _show(request, viewer, form, status=422)
    if not viewer.account.skills:
        return redirect(request, "/settings/skills", _("Saved."))
    return redirect(request, "/explore?skill=mine", _("Saved. These wait for what you do."))


def _show(request: Request[Any], viewer: Viewer, form: Form, *, status: int = 200) -> Response:
    tabs = settings_tabs(request, viewer)
    return render(request, "remix/skills.html", status, form=form, tabs=tabs, skills=skill_choices())


routes = [
    Route("/settings/skills", show_skills, methods=["GET"]),
    Route("/settings/skills", post_skills, methods=["POST"]),
]
