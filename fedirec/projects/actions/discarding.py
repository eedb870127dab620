"""A project that was never launched is given up: what becomes of each of its parts."""

from __future__ import annotations

from fedirec.accounts.actions.audit import audit
from fedirec.accounts.actions.notifications import notify_actors
from fedirec.accounts.notices import Notice
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Conflict
from fedirec.media.actions import release_media
from fedirec.media.models import Media
from fedirec.projects.actions.deeds import begin_deed
from fedirec.projects.actions.productions.preparing import discard_production
from fedirec.projects.actions.steps import set_free
from fedirec.projects.models import Production, Project, ProjectMember, Step, StepChallenge, Task
from fedirec.projects.queries.productions import MAX_PRODUCTIONS
from fedirec.remix.models import Challenge, GroupLeader, GroupTag, Need
from fedirec.remix.powers import Deed
from fedirec.remix.queries.leading import leaders_of
from fedirec.web.language import gettext as _


async def discard_project(creator: Actor, project: Project) -> None:
    """A project that was never launched is gone, and everybody who was in it or invited knows.

    Its words, its cover, its steps, tasks and needs go with it, and so do productions that are prepared. Challenges
    that it had go on, and belong to no project. Its handle stays taken, as each that there ever was.

    Raises Conflict for what was launched, and where a production is frozen: its credits were promised.
    """
    async with transaction():
        await begin_deed(Deed.DISCARD_PROJECT, project, creator)
        if project.launched_at is not None:
            raise Conflict(_("It was launched. You can give it up by setting its stage, and say why."))
        if await Production.exists(project_id=project.id, state__not="draft"):
            raise Conflict(_("A production of it is frozen, and its credits are promised."))
        for production in await Production.filter(project_id=project.id).limit(MAX_PRODUCTIONS):
            production.project = project
            await discard_production(creator, production)
        for challenge in await Challenge.filter(part_of_id=project.actor_id).select_related("actor"):
            await set_free(challenge)
        await _tell_all(creator, project)
        await _empty(project)
        await audit(creator, "discard_project", project.actor.uri, title=project.title)


async def _tell_all(creator: Actor, project: Project) -> None:
    places = ProjectMember.filter(project_id=project.id, state__in=["active", "invited"]).select_related("actor")
    people = {person.id: person for person in [*await leaders_of(project.actor), *[row.actor for row in await places]]}
    people.pop(creator.id, None)
    uri = project.actor.uri
    about = {"title": project.title}
    await notify_actors(list(people.values()), Notice.PROJECT_DISCARDED, creator, uri, uri, about)


async def _empty(project: Project) -> None:
    """Nothing is left of it but its title, who was asked, and its log, which nobody but moderators sees."""
    group = project.actor
    await StepChallenge.filter(step__project_id=project.id).delete()
    await Task.filter(project_id=project.id).delete()
    await Step.filter(project_id=project.id).delete()
    # Whom a leader invited today stays counted.
    places = ProjectMember.filter(project_id=project.id)
    await places.update(state="removed", words="", is_trusted=False, ended_at=now())
    await GroupLeader.filter(group_id=group.id).delete()
    await GroupTag.filter(group_id=group.id).delete()
    await Need.filter(group_id=group.id, state="open").update(state="withdrawn", ended_at=now())
    await release_media(await Media.filter(id=project.cover_id) if project.cover_id else [])
    project.text = project.content = project.cover_description = group.summary = ""
    project.cover = None
    await project.save(update_fields=["text", "content", "cover_id", "cover_description"])
    group.state = "deleted"
    await group.save(update_fields=["state", "summary"])
