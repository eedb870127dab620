"""Projects that moderators hide, and show again: whoever is in one knows that, for they see it no more than others."""

from __future__ import annotations

from fedirec.accounts.actions.notifications import notify_all
from fedirec.accounts.models import Account
from fedirec.accounts.notices import Notice
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.projects.models import Project, ProjectMember
from fedirec.remix.actions.taking_down import hide_group, show_group_again
from fedirec.remix.queries.leading import leaders_of


async def hide_project(project: Project, *, besides: Actor) -> None:
    """Nobody is shown `project`, its Group says nothing, and those in it know; `besides` hears of it otherwise.

    It comes with its actor. Part of the caller's transaction. Raises Conflict for what is hidden already.
    """
    await hide_group(project.actor)
    await _tell(Notice.PROJECT_HIDDEN, project, besides, page="/projects")


async def show_project_again(project: Project, *, besides: Actor) -> None:
    """`project` is there again, and those in it know; part of the caller's transaction."""
    await show_group_again(project.actor)
    page = project.actor.uri if project.actor.is_local else f"/projects/remote/{project.id}"
    await _tell(Notice.PROJECT_SHOWN_AGAIN, project, besides, page=page)


async def _tell(kind: Notice, project: Project, besides: Actor, *, page: str) -> None:
    """Members and leaders with an account here, guests too."""
    inside = ProjectMember.filter(project_id=project.id, state="active")
    people = {int(str(key)) for key in await inside.values_list("actor_id", flat=True)}
    people |= {leader.id for leader in await leaders_of(project.actor)}
    accounts = await Account.filter(actor_id__in=list(people - {besides.id}), state="active") if people else []
    once = f"{project.actor.uri}#{kind.value}-{now().isoformat()}"
    await notify_all(accounts, kind, None, once, page, {"title": project.title})
