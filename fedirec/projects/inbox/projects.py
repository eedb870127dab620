"""Projects elsewhere say what they are like, and which steps they take."""

from __future__ import annotations

from typing import Final

from fedirec.accounts.boundaries import refuse_unwelcome
from fedirec.activitypub.actors import save_remote_actor
from fedirec.activitypub.authority import may_create, may_describe
from fedirec.activitypub.handlers import Handlers
from fedirec.activitypub.models import Actor, Follow
from fedirec.activitypub.vocab import Create, Offer, Update
from fedirec.errors import Forbidden, NotFound, Unsupported
from fedirec.projects.actions.meeting import save_project, save_step
from fedirec.projects.actions.offering import take_challenge_offer
from fedirec.projects.models import Project
from fedirec.projects.queries.projects import with_parts
from fedirec.projects.vocab import IntroductionObject, ProjectObject, StepObject
from fedirec.remix.actions.holding import has_to_wait
from fedirec.remix.actions.insistence import refuse_insistent
from fedirec.remix.actions.meeting import ask_for_project, save_challenge
from fedirec.remix.inbox.talking import refuse_talkative
from fedirec.remix.models import Challenge
from fedirec.remix.queries.leading import leaders_of
from fedirec.remix.vocab import ChallengeObject

MAX_OFFERS: Final = 5
"""Times in an hour that one challenge says to projects of ours that it is part of them."""
MAX_OF_HOST: Final = 20
"""Challenges of one other instance that wait to be part of one project of ours."""

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
    project = await Project.filter(actor_id=sender.id, fetched_at__not_isnull=True).select_related("actor").first()
    if project is None:
        await _refuse_unasked(sender)
        await ask_for_project(sender.uri)
        return
    await refuse_talkative(sender)
    if not await save_step(project, update.object):
        await ask_for_project(sender.uri)


@handlers.on(Offer, ChallengeObject, evidence=True, vouched=True)
async def challenge_offered(sender: Actor, offer: Offer[ChallengeObject]) -> None:
    """A challenge elsewhere says that it is part of a project of ours, whose leaders decide whether it is."""
    described = offer.object
    if not may_describe(described.id, speaker=sender.uri):
        raise Forbidden("only its own Group says of what a challenge is part")
    project = await with_parts(Project.filter(actor__uri=offer.target or "", actor__is_local=True)).first()
    if project is None or project.launched_at is None or described.part_of != project.actor.uri:
        raise NotFound("there is no such project here")
    await refuse_insistent(sender, what=Offer.TYPE, limit=MAX_OFFERS)
    if await has_to_wait(sender):
        raise Unsupported("strangers are not heard at the moment")
    for leader in await leaders_of(project.actor):
        await refuse_unwelcome(sender, to=leader)
    waiting = Challenge.filter(named_project=project.actor.uri, part_of_id=None, actor__host=sender.host)
    if await waiting.exclude(actor_id=sender.id).count() >= MAX_OF_HOST:
        raise Unsupported("too many challenges of that server wait already")
    document = offer.object_document or described.write()
    await save_remote_actor(described.actor, document, is_vouched=offer.is_vouched)
    group = await Actor.get(id=sender.id)
    challenge = await save_challenge(group, described)
    challenge.actor = group
    await take_challenge_offer(challenge, project)


async def _introduced(sender: Actor, said: IntroductionObject) -> None:
    """A project says what it is; its Group document says it too, and is what we keep."""
    if not may_create(said.id, author=said.attributed_to, speaker=sender.uri):
        raise Forbidden("a project introduces itself")
    await _refuse_unasked(sender)
    await ask_for_project(sender.uri)


async def _refuse_unasked(group: Actor) -> None:
    """Raise Unsupported for a project that nobody here follows, is in or has looked at: none gets on our pages by
    itself, nor by inviting somebody.
    """
    known = await Project.exists(actor_id=group.id, fetched_at__not_isnull=True)
    asked = known or await Follow.exists(target_id=group.id)
    if not asked:
        raise Unsupported("nobody here follows that project")
