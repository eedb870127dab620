"""What becomes of the projects of somebody who leaves for good, and what they take along."""

from __future__ import annotations

from collections.abc import AsyncIterator

from fedirec.activitypub.models import Actor, Outgoing
from fedirec.db import transaction
from fedirec.media.actions import release_media
from fedirec.media.models import Media
from fedirec.projects.actions.announcing import publish_project_update
from fedirec.projects.actions.takeovers import forget_offers
from fedirec.projects.actions.tasks import forget_tasks, free_tasks
from fedirec.projects.models import Project, ProjectMember
from fedirec.projects.queries.projects import with_parts
from fedirec.projects.queries.tasks import tasks_around
from fedirec.remix.actions.logbook import log
from fedirec.remix.logbook import Happening
from fedirec.remix.models import GroupLeader
from fedirec.remix.queries.leading import leaders_of


async def forget_projects(actor: Actor) -> None:
    """`actor`, from here or elsewhere, leads no project and is in none; what they said in them is gone.

    Their own projects go to those who lead them too. What nobody else leads says nothing but its title, and waits for a
    member to take it over.
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


async def project_entries(actor: Actor) -> AsyncIterator[dict[str, object]]:
    """The projects that `actor` leads, began or is in, as a copy for them has them."""
    found = dict[int, str]()
    for group in await GroupLeader.filter(actor_id=actor.id).values_list("group__project__id", flat=True):
        found[int(str(group))] = "leader"
    async for member in ProjectMember.filter(actor_id=actor.id).order_by("id"):
        found.setdefault(member.project_id, member.state)
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
        }


async def _leave(actor: Actor, group: int) -> None:
    await GroupLeader.filter(group_id=group, actor_id=actor.id).delete()
    project = await with_parts(Project.filter(actor_id=group, actor__is_local=True)).first()
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
    await group.save(update_fields=["summary"])
