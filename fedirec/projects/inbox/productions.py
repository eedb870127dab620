"""Projects elsewhere say what they have finished."""

from __future__ import annotations

from fedirec.activitypub.authority import may_create
from fedirec.activitypub.handlers import Handlers
from fedirec.activitypub.models import Actor
from fedirec.activitypub.vocab import Update
from fedirec.errors import Forbidden, Unsupported
from fedirec.lanes import enqueue
from fedirec.projects.models import Project
from fedirec.projects.vocab import ProductionObject
from fedirec.remix.actions.releases import asking_for_production
from fedirec.remix.inbox.talking import refuse_talkative

handlers = Handlers()


@handlers.on(Update, ProductionObject, vouched=True)
async def production_changed(sender: Actor, update: Update[ProductionObject]) -> None:
    """A production is asked for at its origin: what it consists of stands in lists there."""
    if not may_create(update.object.id, author=update.object.project, speaker=sender.uri):
        raise Forbidden("a production is described by its own project")
    if not await Project.exists(actor_id=sender.id):
        raise Unsupported("nobody here knows that project")
    await refuse_talkative(sender)
    await enqueue([asking_for_production(update.object.id)])
