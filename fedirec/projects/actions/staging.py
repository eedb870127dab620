"""Where a project stands, and where it stood before it went aside: written in one place."""

from __future__ import annotations

from fedirec.clock import now
from fedirec.projects.actions.own_news import in_its_language
from fedirec.projects.models import Project
from fedirec.projects.queries.projects import facts_of
from fedirec.projects.stages import ASIDE, CRITERIA, Stage, is_carried
from fedirec.remix.actions.logbook import log
from fedirec.remix.logbook import Happening


async def move_to_stage(project: Project, stage: Stage) -> None:
    """It stands at `stage` from now on, and knows where it stood before it went aside.

    Part of the caller's transaction, which has judged whether it may.
    """
    was = Stage(project.stage)
    if stage not in ASIDE:
        project.stage_before = None
    elif was not in ASIDE:
        project.stage_before = was.value
    project.stage, project.stage_at = stage.value, now()
    await project.save(update_fields=["stage", "stage_before", "stage_at"])


async def bring_back(project: Project) -> None:
    """It stands where it stood before it went aside; part of the caller's transaction."""
    await move_to_stage(project, Stage(project.stage_before or Stage.IDEA))


async def carry_on(project: Project, to: Stage) -> bool:
    """Whether what its leaders have just done takes the project on to `to`; then the log says what that stage asks for.

    Part of the caller's transaction, who tells its followers.
    """
    was = Stage(project.stage)
    if not is_carried(was, to, await facts_of(project)):
        return False
    await move_to_stage(project, to)
    reason = in_its_language(project, CRITERIA[to])
    stages = {"before": was.value, "stage": to.value}
    await log(await project.actor, Happening.STAGE_SET, by=None, reason=reason, details=stages)
    return True
