"""On somebody's first page: the open steps of projects, anywhere, that need what they can do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request

from fedirec.accounts.door import viewer_of
from fedirec.activitypub.models import Actor
from fedirec.projects.pages.views import project_url
from fedirec.projects.queries.fitting import steps_that_fit
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.matching import FitView, skill_word
from fedirec.translatable import N_
from fedirec.web.language import gettext as _
from fedirec.web.sections import Section

AT_HOME: Final = 4


async def _load(request: Request[Any], actor: Actor) -> Mapping[str, Any] | None:
    viewer, cards = viewer_of(request), Cards(request)
    skills = viewer.account.skills or [] if viewer is not None else []
    found = [
        FitView(
            title=step.title,
            url=f"{project_url(cards, project)}#step-{step.uri.rpartition('/')[2]}",
            why=_("It is open, and you named: %(role)s") % {"role": skill_word(skill)},
            place=project.title,
            is_remote=not project.actor.is_local,
            host=project.actor.host,
        )
        for step, project, skill in await steps_that_fit(actor, skills, limit=AT_HOME)
    ]
    return {"fits": found} if found else None


STEPS_THAT_FIT: Final = Section(
    name="steps", title=N_("Steps that need your skill"), template="projects/fitting_steps.html", load=_load
)
