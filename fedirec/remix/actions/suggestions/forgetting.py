"""What people who are gone suggested, and said with it."""

from __future__ import annotations

from tortoise.expressions import Q

from fedirec.activitypub.models import Actor
from fedirec.remix.models import Suggestion


async def forget_suggestions(actor: Actor) -> None:
    """Nothing that `actor`, who is gone, suggested or was suggested waits any more, and their words are forgotten; what
    was taken up stays so. Part of the caller's transaction.
    """
    concerned = Suggestion.filter(Q(proposer_id=actor.id) | Q(owner_id=actor.id))
    await concerned.filter(state__in=("arriving", "waiting", "withdrawn")).delete()
    await Suggestion.filter(proposer_id=actor.id).exclude(words="").update(words="")
    await Suggestion.filter(owner_id=actor.id).exclude(answer="").update(answer="")
