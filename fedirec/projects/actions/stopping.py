"""When leaders give a project up, or look for others who lead it, those whose work that concerns are told why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fedirec.accounts.notices import Notice
from fedirec.activitypub.models import Actor
from fedirec.projects.models import Project
from fedirec.projects.queries.takeovers import MAX_TOLD, members_to_tell
from fedirec.projects.stages import Stage
from fedirec.remix.actions.private_notes import tell_people
from fedirec.remix.actions.terms import STANDING
from fedirec.remix.queries.leading import leaders_of
from fedirec.web.times import in_utc

_TOLD: Final[Mapping[Stage, Notice]] = {
    Stage.ABANDONED: Notice.PROJECT_ABANDONED,
    Stage.ADOPTABLE: Notice.PROJECT_ADOPTABLE,
}


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


async def _authors_in(project: Project) -> list[Actor]:
    """Those whose offers to the challenges of `project` stand, at most MAX_TOLD."""
    standing = Actor.filter(
        records__submissions__challenge__part_of_id=project.actor_id,
        records__submissions__state__in=[state.value for state in STANDING],
    )
    return await standing.distinct().order_by("id").limit(MAX_TOLD)
