"""What somebody can do, what they are available for and what they like: by that they find what waits for them, and
others find them if they want to be found.
"""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer
from fedirec.accounts.pages.views import settings_tabs
from fedirec.accounts.permissions import Permission
from fedirec.accounts.viewer import Viewer
from fedirec.errors import FedirecError
from fedirec.remix.actions.profiles import MAX_WORDS, change_profile
from fedirec.remix.models import Profile
from fedirec.remix.queries.profiles import shown_interests
from fedirec.remix.queries.tags import followed_tags
from fedirec.remix.skills import SKILLS
from fedirec.web.forms import Form, filled_form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import redirect, render
from fedirec.web.views import Choice

_HOME: Final = "home"
"""Where the form on the first page says that it comes from."""


def skill_choices() -> list[Choice]:
    """The skills that are offered, in the reader's words."""
    return [Choice(value=skill.code, label=_(skill.label)) for skill in SKILLS]


async def show_skills(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MANAGE_OWN)
    profile = await Profile.get_or_none(actor_id=viewer.actor.id)
    said = {
        "skills": viewer.account.skills or [],
        "shows_skills": profile is not None and profile.shows_skills,
        "available_for": profile.available_for if profile else "",
        "interests": await shown_interests(viewer.actor),
    }
    return await _show(request, viewer, filled_form(said))


async def post_skills(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MANAGE_OWN)
    form = await read_form(request)
    is_from_home = form.text("from", max=10) == _HOME
    whole: dict[str, Any] = {
        "shows_skills": form.flag("shows_skills"),
        "available_for": form.line("available_for", max=2 * MAX_WORDS),
        "interests": form.values("interests"),
    }
    try:
        await change_profile(viewer.account, skills=form.values("skills"), **({} if is_from_home else whole))
    except FedirecError as error:
        form.refuse(error)
        return await _show(request, viewer, form, status=422)
    if is_from_home:
        return redirect(request, "/", _("Saved. Here is what you could do now."))
    if not viewer.account.skills:
        return redirect(request, "/settings/skills", _("Saved."))
    return redirect(request, "/explore?skill=mine", _("Saved. These wait for what you do."))


async def _show(request: Request[Any], viewer: Viewer, form: Form, *, status: int = 200) -> Response:
    return render(
        request,
        "remix/skills.html",
        status,
        form=form,
        tabs=settings_tabs(request, viewer),
        skills=skill_choices(),
        tags=[Choice(value=tag, label=f"#{tag}") for tag in await followed_tags(viewer.actor)],
    )


routes = [
    Route("/settings/skills", show_skills, methods=["GET"]),
    Route("/settings/skills", post_skills, methods=["POST"]),
]
