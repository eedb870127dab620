"""How an address leads to a project or a production."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from fedirec.activitypub.models import Actor
from fedirec.activitypub.remote import Remote
from fedirec.activitypub.vocab import Entity
from fedirec.errors import Invalid
from fedirec.projects.actions.meeting import find_project
from fedirec.projects.actions.productions.meeting import find_production
from fedirec.projects.models import Project
from fedirec.projects.queries.projects import project_of
from fedirec.projects.vocab import IntroductionObject, ProductionObject, ProjectObject, StepObject
from fedirec.remix.actions.finding import Finder, Place


async def find_place(remote: Remote, entity: Entity) -> Place:
    """The page here of the project or the production that `entity` is, or belongs to.

    Raises what `find_project` and `find_production` raise.
    """
    if isinstance(entity, ProductionObject):
        production = await find_production(remote, entity.id)
        return Place(kind="production", uri=production.uri, path=f"/productions/remote/{production.id}")
    if isinstance(entity, ProjectObject):
        return _place_of(await find_project(remote, entity.id))
    if isinstance(entity, StepObject):
        return _place_of(await find_project(remote, entity.project))
    if isinstance(entity, IntroductionObject):
        return _place_of(await find_project(remote, entity.attributed_to))
    raise Invalid("That is no project.")


async def find_group(remote: Remote | None, group: Actor) -> Place | None:
    """The page here of the project whose Group that is, asked for when it is not known and there is a way to."""
    known = await project_of(group)
    if known is not None:
        return _place_of(known)
    return _place_of(await find_project(remote, group.uri)) if remote is not None and not group.is_local else None


def _place_of(project: Project) -> Place:
    group = project.actor
    path = urlsplit(group.uri).path if group.is_local else f"/projects/remote/{project.id}"
    return Place(kind="project", uri=group.uri, path=path)


FINDERS: Final = (
    Finder(
        entities=(ProjectObject, IntroductionObject, StepObject, ProductionObject),
        find=find_place,
        group_kind=ProjectObject.KIND,
        find_group=find_group,
    ),
)
