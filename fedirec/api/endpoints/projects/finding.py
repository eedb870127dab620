"""From what a program names to the rows of a project."""

from __future__ import annotations

from fedirec.accounts.permissions import Permission
from fedirec.activitypub.models import Actor
from fedirec.api.endpoint import Call
from fedirec.errors import NotFound
from fedirec.projects.models import Project, Step
from fedirec.projects.queries.projects import get_project_row, parts_of
from fedirec.remix.powers import Deed, may_do


async def project_in(call: Call) -> Project:
    """The project in the path, ours or not, if whoever asks may see it. Raises NotFound."""
    is_moderator = call.visitor is not None and call.visitor.can(Permission.MODERATE)
    return await get_project_row(call.row(), call.looker, is_moderator=is_moderator)


async def leads_it(call: Call, project: Project) -> bool:
    """Whether whoever asks sees what only leaders see."""
    looker = call.looker
    return looker is not None and may_do(Deed.WRITE_STEP, await parts_of(project, looker))


async def step_in(call: Call, project: Project) -> Step:
    """The step of `project` in the path. Raises NotFound."""
    step = await Step.get_or_none(id=call.row("step"), project_id=project.id)
    if step is None or (step.state == "draft" and not await leads_it(call, project)):
        raise NotFound("There is no such step.")
    step.project = project
    return step


async def person_in(call: Call) -> Actor:
    """The person in the path. Raises NotFound."""
    return await person_at(call.row("person"))


async def person_at(key: int) -> Actor:
    """The person in row `key`. Raises NotFound."""
    person = await Actor.get_or_none(id=key)
    if person is None:
        raise NotFound("There is nobody like that.")
    return person
