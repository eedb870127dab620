"""Somebody of another instance is forgotten, who is gone there."""

from __future__ import annotations

from tortoise.expressions import Q

from fedirec.accounts.models import Boundary, Notification
from fedirec.activitypub.models import Actor, Received
from fedirec.db import fetch_rows, transaction
from fedirec.db.search import make_unfindable
from fedirec.media.cache import MediaCache
from fedirec.remix.actions.claims.forgetting import forget_claims
from fedirec.remix.actions.erasing.works import BUILT_ON
from fedirec.remix.actions.needs import forget_answers
from fedirec.remix.actions.news import forget_news
from fedirec.remix.actions.pens.forgetting import forget_pens
from fedirec.remix.actions.remix_requests.expiring import forget_words
from fedirec.remix.actions.suggestions.forgetting import forget_suggestions
from fedirec.remix.actions.threads import bury_comments_of
from fedirec.remix.models import (
    Ability,
    Contributor,
    Profile,
    Snapshot,
    Source,
)


async def forget_remote(actor: Actor, cache: MediaCache) -> None:
    """Of an actor of another instance who is gone there, only the name is left, where they are credited."""
    icon = actor.icon_url
    credited = await Contributor.exists(actor_uri=actor.uri) or bool(await fetch_rows(BUILT_ON, actor.id))
    async with transaction():
        await Snapshot.filter(author_uri=actor.uri).update(document={})
        # That they came stays known, so that nothing is taken for new when it comes again.
        sent = Received.filter(sender_id=actor.id).exclude(state="waiting")
        await sent.update(body=b"", signed_headers=[])
        await Notification.filter(actor_id=actor.id).delete()
        await Boundary.filter(Q(owner_id=actor.id) | Q(other_id=actor.id)).delete()
        actor.summary, actor.icon_url, actor.document, actor.also_known_as = "", None, None, []
        if not credited and not await Source.exists(snapshot__author_uri=actor.uri):
            actor.name = ""
        await actor.save(update_fields=["summary", "icon_url", "document", "also_known_as", "name"])
        await Ability.filter(actor_id=actor.id).delete()
        await Profile.filter(actor_id=actor.id).delete()
        await make_unfindable("actor", actor.id)
    if icon:
        await cache.forget_of([icon])


async def forget_talk(actor: Actor) -> None:
    """Of what `actor`, of another instance, said about records, or here as a leader, only the places are left."""
    await forget_news(actor)
    async with transaction():
        await forget_words(actor)
        await forget_answers(actor)
        await forget_claims(actor)
        await forget_suggestions(actor)
        await forget_pens(actor)
        await bury_comments_of(actor)
