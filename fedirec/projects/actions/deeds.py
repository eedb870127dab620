"""The door to every deed in a project: who may do it, and that somebody led it."""

from __future__ import annotations

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db.holding import hold
from fedirec.errors import Conflict, NotFound
from fedirec.projects.actions.returning import come_back
from fedirec.projects.models import Project
from fedirec.projects.queries.projects import parts_of
from fedirec.remix.powers import Deed, Part, refuse_unless
from fedirec.translatable import N_

_ELSEWHERE = N_("This project lives on another server. Please go there to take part in it.")


async def begin_deed(deed: Deed, project: Project, actor: Actor, *, also: Part | None = None) -> frozenset[Part]:
    """`actor` may do it in `project`, and if they lead it, it has been led just now; what they are to it.

    A project that waited for somebody to take it over has its leader back.

    The first in the caller's transaction: until it ends nobody else does anything in `project`, which is as it is now.
    `also` is what they are to the thing that it is about, such as its author. Raises Forbidden, NotFound for a project
    that was discarded, and Conflict for one of another server.
    """
    if not project.actor.is_local:
        raise Conflict(_ELSEWHERE)
    await hold(project)
    project.actor.state = (await Actor.get(id=project.actor_id)).state
    if project.actor.state == "deleted":
        raise NotFound
    parts = await parts_of(project, actor)
    if also is not None:
        parts |= {also}
    refuse_unless(deed, parts)
    if Part.LEADER in parts:
        project.led_at = now()
        await Project.filter(id=project.id).update(led_at=project.led_at)
        if deed is not Deed.STEP_DOWN:
            await come_back(actor, project, restores=deed is not Deed.SET_STAGE)
    return parts
