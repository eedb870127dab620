"""Which production with a credit list a request is about."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from fedirec.errors import NotFound
from fedirec.projects.models import Production, Project
from fedirec.projects.pages.finding import project_in
from fedirec.projects.pages.productions.showing import production_in
from fedirec.web.language import gettext as _


async def frozen_in(request: Request[Any]) -> tuple[Production, Project]:
    """The production in the path and its project, once it is frozen. Raises NotFound before."""
    project = await project_in(request)
    production = await production_in(request, project)
    if production.frozen_at is None:
        raise NotFound(_("Who is credited is final once it is frozen."))
    return production, project
