"""What becomes of the projects of somebody who leaves for good, and what they take along."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator

from fedirec.accounts.actions.notifications import notify_actors
from fedirec.accounts.notices import Notice
from fedirec.activitypub.models import Actor, Outgoing
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.db.holding import hold
from fedirec.media.actions import release_media
from fedirec.media.models import Media
from fedirec.projects.actions.announcing import publish_project_update
from fedirec.projects.actions.copying import forget_steps
from fedirec.projects.actions.findable import make_project_findable
from fedirec.projects.actions.takeovers import forget_offers
from fedirec.projects.actions.tasks import forget_tasks, free_tasks
from fedirec.projects.models import Project, ProjectMember, RoleLine
from fedirec.projects.queries.projects import with_parts
from fedirec.projects.queries.tasks import tasks_around
from fedirec.remix.actions.logbook import log
from fedirec.remix.actions.needs import save_needs
from fedirec.remix.logbook import Happening
from fedirec.remix.models import GroupLeader, GroupTag, News
from fedirec.remix.queries.leading import leaders_of


async def forget_projects(actor: Actor) -> None:
    """`actor`, from here or elsewhere, leads no project and is in none; what they said in them is gone.

    Their own projects go to those who lead them too. What nobody else leads says nothing but its title, and waits for a
    member to take it over. If it is the Group of a project elsewhere that is gone, so is our copy.
    """
    led = GroupLeader.filter(actor_id=actor.id).order_by("id").values_list("group_id", flat=True)
    for group in [int(str(key)) for key in await led]:
        async with transaction():
            await _leave(actor, group)
    for member in await ProjectMember.filter(actor_id=actor.id).order_by("id"):
        async with transaction():
            await free_tasks(member.project_id, actor.id)
            member.state = "left" if member.state in ("active", "asked", "invited") else member.state
            member.words, member.is_trusted = "", False
            await member.save(update_fields=["state", "words", "is_trusted"])
    async with transaction():
        await forget_offers(actor)
        await forget_tasks(actor)
    async with transaction():
        await _forget_copy(actor)


async def project_entries(actor: Actor) -> AsyncIterator[dict[str, object]]:
    """The projects that `actor` leads, is or was in, or is named in, as a copy for them has them."""
    found, roles = dict[int, str](), defaultdict[int, list[RoleLine]](list)
    for group in await GroupLeader.filter(actor_id=actor.id).values_list("group__project__id", flat=True):
        found[int(str(group))] = "leader"
    async for member in ProjectMember.filter(actor_id=actor.id).order_by("id"):
        found.setdefault(member.project_id, member.state)
    async for line in RoleLine.filter(actor_id=actor.id).order_by("id").select_related("production"):
        found.setdefault(line.production.project_id, "named")
        roles[line.production.project_id].append(line)
    for key, part in found.items():
        project = await with_parts(Project.filter(id=key)).prefetch_related("steps").first()
        if project is None:
            continue
        is_own = part == "leader"
        yield {
            "project": project.actor.uri,
            "title": project.title,
            "you": part,
            "form": project.form,
            "stage": project.stage,
            "begun_at": project.created_at,
            "launched_at": project.launched_at,
            "text": project.text if is_own else "",
            "steps": [
                {"title": step.title, "text": step.text, "state": step.state} for step in project.steps if is_own
            ],
            "tasks": [
                {"title": task.title, "text": task.text, "state": task.state, "due_at": task.due_at}
                for task in await tasks_around(actor, project)
            ],
            "roles": [
                {"production": line.production.title, "role": line.role, "words": line.words, "state": line.state}
                for line in roles[key]
            ],
        }


async def _forget_copy(group: Actor) -> None:
    """Of a project elsewhere that is gone there only the title is left. Nobody of ours is in it any more, and they are
    told; part of the caller's transaction.
    """
    project = await Project.filter(actor_id=group.id, actor__is_local=False).select_related("actor").first()
    if project is None:
        return
    places = ProjectMember.filter(project_id=project.id, state__in=("active", "asked", "invited"))
    people = [place.actor for place in await places.select_related("actor")]
    await places.update(state="removed", is_trusted=False, ended_at=now())
    about = {"title": project.title}
    await notify_actors(people, Notice.MEMBERSHIP_ENDED, None, group.uri, "/projects", about)
    await forget_steps(project)
    await GroupLeader.filter(group_id=group.id).delete()
    await GroupTag.filter(group_id=group.id).delete()
    await save_needs(group, ())
    await News.filter(group_id=group.id, deleted_at=None).update(title="", text="", content="", deleted_at=now())
    project.text = project.content = project.cover_description = ""
    project.cover_url = None
    await project.save(update_fields=["text", "content", "cover_url", "cover_description"])
    await make_project_findable(project)


async def _leave(actor: Actor, group: int) -> None:
    project = await with_parts(Project.filter(actor_id=group, actor__is_local=True)).first()
    if project is not None:
        await hold(project)
    await GroupLeader.filter(group_id=group, actor_id=actor.id).delete()
    if project is None:
        return
    others = [leader for leader in await leaders_of(project.actor) if leader.state == "active"]
    if project.creator_id == actor.id:
        project.creator = others[0] if others else None
        await project.save(update_fields=["creator_id"])
    await log(project.actor, Happening.STEPPED_DOWN, by=actor, person=actor)
    if not others:
        await _empty(project)
    await publish_project_update(project)


async def _empty(project: Project) -> None:
    """It says nothing but its title, and what its steps are called; part of the caller's transaction."""
    group = project.actor
    await release_media(await Media.filter(id=project.cover_id) if project.cover_id else [])
    await Outgoing.filter(actor_id=group.id, type__in=("Create", "Update")).delete()
    project.text = project.content = project.cover_description = group.summary = ""
    project.cover = None
    await project.save(update_fields=["text", "content", "cover_id", "cover_description"])
    await make_project_findable(project)
    await group.save(update_fields=["summary"])
