"""When leaders give a project up, put it up for others, or end a step, those whose work that concerns are told why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fedirec.accounts.notices import Notice
from fedirec.activitypub.models import Actor
from fedirec.projects.models import Project, Step
from fedirec.projects.queries.takeovers import MAX_TOLD, members_to_tell
from fedirec.projects.stages import Stage
from fedirec.projects.tasks import TaskState
from fedirec.remix.actions.private_notes import tell_people
from fedirec.remix.actions.terms import STANDING
from fedirec.remix.logbook import Happening
from fedirec.remix.models import LogEntry
from fedirec.remix.queries.leading import leaders_of
from fedirec.remix.submissions import SubmissionState
from fedirec.web.times import in_utc

_TOLD: Final[Mapping[Stage, Notice]] = {
    Stage.ABANDONED: Notice.PROJECT_ABANDONED,
    Stage.ADOPTABLE: Notice.PROJECT_ADOPTABLE,
}
_ENDED: Final[Mapping[Happening, Notice]] = {
    Happening.STEP_LOCKED: Notice.STEP_LOCKED,
    Happening.STEP_DONE: Notice.STEP_DONE,
}
_WAITING: Final = (SubmissionState.PENDING.value, SubmissionState.LICENCE_PENDING.value)


async def tell_of_stop(project: Project, stage: Stage, *, by: Actor, reason: str) -> None:
    """Where `by` has just put `project` at a `stage` that ends work in it, those who are in it know why; when it is
    given up, so does everybody whose offer to one of its challenges stands. Part of the caller's transaction.
    """
    kind = _TOLD.get(stage)
    if kind is None:
        return
    people = [*await leaders_of(project.actor), *await members_to_tell(project)]
    if stage is Stage.ABANDONED:
        people += await _authors_in(project)
    group = project.actor
    about = {"title": project.title, "reason": reason.strip()}
    subject = f"{group.uri}#{stage.value}-{in_utc(project.stage_at)}"
    await tell_people(group, people, kind, by, subject, group.uri, about, language=project.language)


async def tell_of_step(step: Step, entry: LogEntry) -> None:
    """Where `step`, which comes with its project, was just locked or done, those who see to open tasks in it, and those
    whose offers to its challenges wait, know it with the reason in the log. Part of the caller's transaction.
    """
    kind = _ENDED.get(Happening(entry.kind))
    if kind is None:
        return
    busy = Actor.filter(tasks__step_id=step.id, tasks__state=TaskState.OPEN.value)
    waiting = Actor.filter(
        records__submissions__challenge__step_of__step_id=step.id, records__submissions__state__in=_WAITING
    )
    people = [actor for found in (busy, waiting) for actor in await found.distinct().order_by("id").limit(MAX_TOLD)]
    about = {"title": step.title, "reason": entry.reason}
    group, subject = step.project.actor, f"{step.uri}#{entry.uri.rpartition('/')[2]}"
    await tell_people(group, people, kind, entry.by, subject, step.uri, about, language=step.project.language)


async def _authors_in(project: Project) -> list[Actor]:
    """Those whose offers to the challenges of `project` stand, at most MAX_TOLD."""
    standing = Actor.filter(
        records__submissions__challenge__part_of_id=project.actor_id,
        records__submissions__state__in=[state.value for state in STANDING],
    )
    return await standing.distinct().order_by("id").limit(MAX_TOLD)
