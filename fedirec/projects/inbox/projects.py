"""Projects elsewhere say what they are like, and which steps they take."""

from __future__ import annotations

from fedirec.activitypub.actors import save_remote_actor
from fedirec.activitypub.authority import may_create, may_describe
from fedirec.activitypub.handlers import Handlers
from fedirec.activitypub.models import Actor, Follow
from fedirec.activitypub.vocab import Create, Update
from fedirec.errors import Forbidden, Unsupported
from fedirec.projects.actions.meeting import save_project, save_step
from fedirec.projects.models import Project
from fedirec.projects.vocab import IntroductionObject, ProjectObject, StepObject
from fedirec.remix.actions.meeting import ask_for_project
from fedirec.remix.inbox.talking import refuse_talkative

handlers = Handlers()


@handlers.on(Create, IntroductionObject, vouched=True)
async def project_launched(sender: Actor, create: Create[IntroductionObject]) -> None:
    await _introduced(sender, create.object)


@handlers.on(Update, IntroductionObject, vouched=True)
async def introduction_changed(sender: Actor, update: Update[IntroductionObject]) -> None:
    await _introduced(sender, update.object)


@handlers.on(Update, ProjectObject, evidence=True, vouched=True)
async def project_changed(sender: Actor, update: Update[ProjectObject]) -> None:
    """A project is what it says now; those who lead it, and its steps, are asked for."""
    if not may_describe(update.object.id, speaker=sender.uri):
        raise Forbidden("only its own Group describes a project")
    await _refuse_unasked(sender)
    document = update.object_document or update.object.write()
    await save_remote_actor(update.object.actor, document, is_vouched=update.is_vouched)
    await save_project(await Actor.get(id=sender.id), update.object)
    await ask_for_project(sender.uri)


@handlers.on(Update, StepObject, vouched=True)
async def step_changed(sender: Actor, update: Update[StepObject]) -> None:
    """A step is new, or what it says now. Challenges that do not say themselves that they belong to it are asked."""
    if not may_create(update.object.id, author=update.object.project, speaker=sender.uri):
        raise Forbidden("a step is described by its own project")
    project = await Project.filter(actor_id=sender.id).select_related("actor").first()
    if project is None:
        await _refuse_unasked(sender)
        await ask_for_project(sender.uri)
        return
    await refuse_talkative(sender)
    if not await save_step(project, update.object):
        await ask_for_project(sender.uri)


async def _introduced(sender: Actor, said: IntroductionObject) -> None:
    """A project says what it is; its Group document says it too, and is what we keep."""
    if not may_create(said.id, author=said.attributed_to, speaker=sender.uri):
        raise Forbidden("a project introduces itself")
    await _refuse_unasked(sender)
    await ask_for_project(sender.uri)


async def _refuse_unasked(group: Actor) -> None:
    """Raise Unsupported for a project that nobody here follows, is in or has looked at: none gets on our pages by
    itself.
    """
    asked = await Follow.exists(target_id=group.id) or await Project.exists(actor_id=group.id)
    if not asked:
        raise Unsupported("nobody here follows that project")
