"""Who leads a project: its creator lets others lead with them, and everybody can step down but the last one."""

from __future__ import annotations

from collections.abc import Iterable

from fedirec.accounts.actions.notifications import notify_actors
from fedirec.accounts.notices import Notice
from fedirec.activitypub.models import Actor
from fedirec.db import transaction
from fedirec.errors import Conflict
from fedirec.projects.actions.announcing import publish_project_update
from fedirec.projects.actions.deeds import begin_deed
from fedirec.projects.models import Project
from fedirec.projects.queries.projects import find_member
from fedirec.remix.actions.logbook import log
from fedirec.remix.logbook import Happening
from fedirec.remix.models import GroupLeader
from fedirec.remix.powers import Deed
from fedirec.remix.queries.leading import MAX_LEADERS
from fedirec.web.language import gettext as _


async def make_leader(project: Project, person: Actor) -> None:
    """`person` leads `project`, if they did not before; part of the caller's transaction."""
    await GroupLeader.bulk_create([GroupLeader(group=project.actor, actor=person)], ignore_conflicts=True)


async def add_leader(creator: Actor, project: Project, person: Actor) -> None:
    """`person`, a member of the project from here or elsewhere, leads it too.

    Raises Conflict for who is no member, who leads it already, and for more than MAX_LEADERS.
    """
    async with transaction():
        await begin_deed(Deed.ADD_LEADER, project, creator)
        member = await find_member(project, person)
        if member is None or member.state != "active" or person.state != "active":
            raise Conflict(_("Only members of the project can lead it. Invite them first."), field="person")
        if await GroupLeader.exists(group_id=project.actor_id, actor_id=person.id):
            raise Conflict(_("They lead it already."), field="person")
        if await GroupLeader.filter(group_id=project.actor_id).count() >= MAX_LEADERS:
            raise Conflict(_("A project has %(n)s leaders at most.") % {"n": MAX_LEADERS}, field="person")
        await welcome_leader(project, person, by=creator)


async def welcome_leader(project: Project, person: Actor, *, by: Actor) -> None:
    """`person` leads it too, and everybody whom that concerns knows; part of the caller's transaction."""
    await make_leader(project, person)
    await log(project.actor, Happening.LEADER_ADDED, by=by, person=person)
    await publish_project_update(project)
    await _tell(Notice.LEADS_NOW, project, [person], by=by)


async def remove_leader(creator: Actor, project: Project, person: Actor, *, reason: str) -> None:
    """`person` leads it no more and stays a member. Raises Conflict for who does not lead it, and for its creator."""
    async with transaction():
        await begin_deed(Deed.REMOVE_LEADER, project, creator)
        if person.id == project.creator_id:
            raise Conflict(_("Hand the project over first, and then step down."), field="person")
        if not await GroupLeader.filter(group_id=project.actor_id, actor_id=person.id).delete():
            raise Conflict(_("They do not lead it."), field="person")
        await log(project.actor, Happening.LEADER_REMOVED, by=creator, person=person, reason=reason)
        await publish_project_update(project)
        await _tell(Notice.LEADS_NO_MORE, project, [person], by=creator)


async def hand_over(creator: Actor, project: Project, heir: Actor) -> None:
    """`heir`, one of its leaders, adds and removes leaders from now on. Raises Conflict for who does not lead it."""
    async with transaction():
        await begin_deed(Deed.ADD_LEADER, project, creator)
        if heir.id == creator.id or not await GroupLeader.exists(group_id=project.actor_id, actor_id=heir.id):
            raise Conflict(_("Choose somebody who leads it with you."), field="person")
        project.creator = heir
        await project.save(update_fields=["creator_id"])
        await log(project.actor, Happening.TAKEN_OVER, by=creator, person=heir)
        await _tell(Notice.LEADS_NOW, project, [heir], by=creator)


async def step_down(leader: Actor, project: Project) -> None:
    """`leader` leads it no more. Raises Conflict for the last one, and for its creator before they hand it over."""
    async with transaction():
        await begin_deed(Deed.STEP_DOWN, project, leader)
        if await GroupLeader.filter(group_id=project.actor_id).count() < 2:
            raise Conflict(_("You are the last who leads it. Let somebody lead with you, and hand it over first."))
        if project.creator_id == leader.id:
            raise Conflict(_("Hand the project over to another leader first."))
        await GroupLeader.filter(group_id=project.actor_id, actor_id=leader.id).delete()
        await log(project.actor, Happening.STEPPED_DOWN, by=leader, person=leader)
        await publish_project_update(project)


async def _tell(kind: Notice, project: Project, people: Iterable[Actor], *, by: Actor) -> None:
    uri = project.actor.uri
    await notify_actors(people, kind, by, uri, uri, {"title": project.title})
