"""Projects that everybody may see are found by their words."""

from __future__ import annotations

from typing import Final

from fedirec.db import transaction
from fedirec.db.search import MAX_TEXT, gathering_words, make_findable, make_unfindable
from fedirec.html import plain
from fedirec.projects.models import Project
from fedirec.remix.actions.findable import make_all_findable
from fedirec.remix.models import GroupTag

_HTML: Final = 2 * MAX_TEXT
_LAUNCHED: Final = "SELECT id FROM project WHERE launched_at IS NOT NULL"


async def make_project_findable(project: Project) -> None:
    """A launched project is found by its title, its tags and what it is to become, any other by nothing.

    Part of the caller's transaction.
    """
    if project.launched_at is None:
        await make_unfindable("project", project.id)
        return
    text = project.text[:MAX_TEXT] or plain(project.content[:_HTML])
    tags = await GroupTag.filter(group_id=project.actor_id).order_by("id").values_list("name", flat=True)
    await make_findable("project", project.id, project.title, " ".join(map(str, tags)), text)


async def make_projects_findable() -> int:
    """Launched projects that should be found and are not yet, are; how many."""
    return await make_all_findable("project", _LAUNCHED, _some)


async def _some(keys: list[int]) -> None:
    projects = await Project.filter(id__in=keys)
    async with transaction(), gathering_words():
        for project in projects:
            await make_project_findable(project)
