"""Where a project stands, and where it stood before it went aside: written in one place."""

from __future__ import annotations

from fedirec.clock import now
from fedirec.projects.models import Project
from fedirec.projects.stages import ASIDE, Stage


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
