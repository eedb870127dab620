"""A leader does something in a project that waits for somebody to take it over: it needs nobody any more."""

from __future__ import annotations

from fedirec.accounts.notices import Notice
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.projects.actions.announcing import publish_project_update
from fedirec.projects.actions.own_news import in_its_language, say
from fedirec.projects.actions.staging import bring_back
from fedirec.projects.models import Project, Takeover
from fedirec.projects.queries.takeovers import latest_deed
from fedirec.projects.takeovers import ADOPTABLE
from fedirec.remix.actions.logbook import log
from fedirec.remix.actions.private_notes import tell_people
from fedirec.remix.logbook import Happening
from fedirec.remix.models import LogEntry
from fedirec.translatable import N_


async def come_back(leader: Actor, project: Project, *, restores: bool = True) -> bool:
    """Whether `project` was up for adoption because its leaders were silent; then it is where it was before, and who
    offered to lead it knows. Part of the caller's transaction.

    What its leaders put up for adoption themselves stays so until they say otherwise, but offers end; the same holds
    for all where what the leader does does not restore it.
    """
    fresh = await Project.get(id=project.id)
    project.stage, project.stage_before, project.stage_at = fresh.stage, fresh.stage_before, fresh.stage_at
    if project.stage != ADOPTABLE:
        return False
    await _end_offers(leader, project)
    if not restores or await was_put_up(project):
        return False
    await bring_back(project)
    reason = in_its_language(project, N_("A leader has come back."))
    stages = {"before": ADOPTABLE, "stage": project.stage}
    await log(await project.actor, Happening.STAGE_SET, by=leader, reason=reason, details=stages)
    await publish_project_update(project)
    await say(project, title=N_("Its leaders are back"), text=N_("“%(title)s” goes on as before."))
    return True


async def notice_deeds(project: Project) -> None:
    """What a leader did in a challenge of `project`, in what it looks for or in its news since it was last known to be
    led counts as any other deed: nobody loses a project in which they work. Part of the caller's transaction.
    """
    deed = await latest_deed(project)
    if deed is None:
        return
    project.led_at, leader = deed
    await Project.filter(id=project.id).update(led_at=project.led_at)
    await come_back(leader, project)


async def _end_offers(back: Actor, project: Project) -> None:
    """Whoever offered to lead it is not needed any more."""
    waiting = await Takeover.filter(project_id=project.id, state="waiting").select_related("actor")
    if not waiting:
        return
    await Takeover.filter(id__in=[row.id for row in waiting]).update(state="ended", decided_at=now())
    group = await project.actor
    for row in waiting:
        await log(group, Happening.TAKEOVER_ENDED, by=back, person=row.actor)
    subject, page = f"{group.uri}#back-{waiting[0].id}", f"{group.uri}/takeover"
    people = [row.actor for row in waiting]
    about = {"title": project.title}
    await tell_people(group, people, Notice.LEADER_BACK, back, subject, page, about, language=project.language)


async def was_put_up(project: Project) -> bool:
    """Whether its leaders themselves put `project` up for adoption: no rule did it since it stands there."""
    return not await LogEntry.exists(
        group_id=project.actor_id, kind=Happening.ADOPTABLE.value, created_at__gte=project.stage_at
    )
