"""Who is in a project, and who waits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from fedirec.activitypub.models import Actor
from fedirec.projects.models import Project, ProjectMember
from fedirec.web.paging import Cursor

MAX_WAITING = 50
"""People who wait to be let in, or who are invited, on one page."""


async def members_of(project: Project, *, after: Cursor | None = None, limit: int) -> Sequence[ProjectMember]:
    """Those who are part of it, the longest first, each with their actor; nobody who is suspended or gone."""
    found = ProjectMember.filter(project_id=project.id, state="active", actor__state="active")
    if after is not None:
        found = found.filter(id__gt=after.id)
    return await found.order_by("id").limit(limit).select_related("actor")


async def waiting_in(project: Project) -> Sequence[ProjectMember]:
    """Those who asked to join, and those who were invited, the longest first, each with their actor."""
    found = ProjectMember.filter(project_id=project.id, state__in=["asked", "invited"], actor__state="active")
    return await found.order_by("created_at", "id").limit(MAX_WAITING).select_related("actor")


async def memberships_of(person: Actor, *, limit: int) -> Sequence[ProjectMember]:
    """The projects in which `person` is, or to which they are invited, each with its actor, the newest first; none that
    is hidden or gone.
    """
    found = ProjectMember.filter(
        actor_id=person.id, state__in=["active", "invited"], project__actor__state__in=["active", "pending"]
    )
    return (
        await found.order_by("-id").limit(limit).select_related("project__actor", "project__creator", "project__cover")
    )


def place_of_member(member: ProjectMember) -> Cursor:
    """Where somebody stands in the list of members."""
    return Cursor(at=since(member), id=member.id)


def since(member: ProjectMember) -> datetime:
    """Since when they are part of it."""
    return member.joined_at or member.created_at
