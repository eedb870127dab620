"""Getting to know the projects of other instances, and what they are like now: copies to read, never more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from fedirec.activitypub.actors import save_remote_actor
from fedirec.activitypub.actors.vouching import refuse_changed
from fedirec.activitypub.authority import may_describe, may_have
from fedirec.activitypub.models import Actor
from fedirec.activitypub.remote import Remote
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import FedirecError, Forbidden, Gone, Invalid
from fedirec.html import clean, one_line
from fedirec.lanes import Done, Job, Later, Outcome
from fedirec.projects.actions.copying import join_named, save_steps
from fedirec.projects.actions.findable import make_project_findable
from fedirec.projects.actions.listing import find_leaders, find_steps, meet_challenges
from fedirec.projects.forms import Form
from fedirec.projects.models import Project
from fedirec.projects.stages import Stage
from fedirec.projects.vocab import ProjectObject, StepObject
from fedirec.remix.actions.group_tags import save_group_tags
from fedirec.remix.actions.meeting import ask_for_project, forget_gone, is_stale
from fedirec.remix.actions.needs import save_needs
from fedirec.remix.models import Challenge, GroupLeader
from fedirec.uris import origin_of
from fedirec.web.language import gettext as _

REST: Final = timedelta(seconds=10)
"""How long nobody is asked again, whoever wants it."""


async def find_project(remote: Remote, uri: str, *, fresh: bool = False) -> Project:
    """The project whose Group is at `uri` or is called by a handle: from the database, or fetched and saved.

    It comes with its actor, with its steps, and with those who lead it as far as that is certain. Raises Invalid when
    something else is there, and what `Remote.read` raises: after Gone our copy is forgotten.
    """
    address = uri.strip()
    if not address.startswith(("https://", "http://")):
        address = (await remote.find_by_handle(address)).uri
    origin_of(address)
    known = await Project.filter(actor__uri=address).select_related("actor").first()
    if known and (known.actor.is_local or not fresh):
        return known
    try:
        entity, document = await remote.read(address)
    except Gone:
        await forget_gone(known.actor if known else None)
        raise
    if not isinstance(entity, ProjectObject):
        raise Invalid(_("That address leads to something that is not a project."))
    steps, is_whole = await find_steps(remote, entity)
    leaders = await find_leaders(remote, entity)
    await meet_challenges(remote, entity.id, steps)
    async with transaction():
        if await Actor.filter(uri=entity.id).exclude(type=ProjectObject.TYPE).exists():
            raise Forbidden(_("That address leads to something that is not a project."))
        actor = await save_remote_actor(entity.actor, document)
        await refuse_changed(actor.id)
        project = await save_project(actor, entity, leaders=leaders)
        project.fetched_at = now()
        await project.save(update_fields=["fetched_at"])
        await save_steps(project, steps, is_whole=is_whole)
    return await Project.get(id=project.id).select_related("actor")


async def fetch_project(remote: Remote, job: Job) -> Outcome:
    """A project is known as its Group describes it now, and has the challenges that say so and that it has itself."""
    uri, challenge = str(job.payload["uri"]), job.payload.get("challenge")
    known = await Project.filter(actor__uri=uri).select_related("actor").first()
    if known is not None and known.actor.is_local:
        async with transaction():
            await join_named(known)
        return Done()
    if challenge and await Challenge.exists(actor__uri=challenge, part_of__uri=uri):
        return Done()
    if known is not None and known.fetched_at is not None and known.fetched_at > now() - REST:
        return Later(after=REST, error="it was asked a moment ago", blame="job")
    try:
        await find_project(remote, uri, fresh=True)
    except FedirecError as error:
        if error.retryable:
            return Later(error=str(error), blame="job")
        if known is not None:  # it was asked, and does not answer: nobody who looks at the copy has it asked each time
            await Project.filter(id=known.id).update(fetched_at=now())
    return Done()


async def refresh_seen(project: Project) -> None:
    """A copy that somebody looks at is made anew soon, when it is older than STALE; nothing waits for that.

    Of what only invites people here no more is asked before one of them comes.
    """
    if project.fetched_at is not None and is_stale(project.fetched_at):
        await ask_for_project(project.actor.uri)


async def save_project(actor: Actor, described: ProjectObject, *, leaders: Sequence[Actor] | None = None) -> Project:
    """A project of another instance is known here as its Group describes it; part of the caller's transaction.

    `leaders` are those who are certain, None when nobody asked.
    """
    if not may_describe(described.id, speaker=actor.uri) or actor.is_local:
        raise Forbidden("only its own Group describes a project")
    stage = described.stage if described.stage in set(Stage) else Stage.IDEA.value
    launched = min(described.actor.published or now(), now())
    columns = {
        "title": one_line(described.actor.name)[:500] or actor.handle,
        "content": clean(described.actor.summary),
        "form": described.form if described.form in set(Form) else Form.OTHER.value,
        "cover_url": described.cover.url if described.cover else None,
        "cover_description": described.cover.description if described.cover else "",
        "launched_at": launched,
        "language": described.language,
        "updated_at": now(),
    }
    project, is_new = await Project.get_or_create(actor_id=actor.id, defaults=columns | {"stage": stage})
    if not is_new:
        # A date that is still to come, or none, does not make it the newest again.
        project.update_from_dict(columns | {"launched_at": min(project.launched_at or launched, launched)})
        if project.stage != stage:
            project.stage, project.stage_at = stage, now()
        await project.save()
    project.actor = actor
    await save_group_tags(actor, (hashtag.name for hashtag in described.hashtags))
    await make_project_findable(project)
    if described.needs is not None:
        await save_needs(actor, described.needs)
    if leaders is not None:
        await GroupLeader.filter(group_id=actor.id).exclude(actor_id__in=[leader.id for leader in leaders]).delete()
        rows = [GroupLeader(group_id=actor.id, actor_id=leader.id) for leader in leaders]
        await GroupLeader.bulk_create(rows, ignore_conflicts=True)
    return project


async def save_step(project: Project, described: StepObject) -> bool:
    """A step of a project elsewhere is known as its Group describes it; whether all its challenges are known too.

    Part of the caller's transaction. Raises Forbidden for a step of another origin or another project.
    """
    if described.project != project.actor.uri or not may_have(described.id, owner=project.actor.uri):
        raise Forbidden("a step belongs to the origin of its project")
    return await save_steps(project, [described], is_whole=False)
