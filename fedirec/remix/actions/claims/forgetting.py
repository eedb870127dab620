"""Whoever leaves takes along what they said about the trails of others."""

from __future__ import annotations

from fedirec.activitypub.models import Actor
from fedirec.remix.claims import ClaimState
from fedirec.remix.models import Claim, ClaimEvent


async def forget_claims(actor: Actor) -> None:
    """What `actor` said about claims is gone, and what they claimed and was not decided is taken back.

    What was decided stays so. Part of the caller's transaction.
    """
    await ClaimEvent.filter(actor_id=actor.id).update(words="", links=[])
    waiting = Claim.filter(claimant_id=actor.id, state__in=(ClaimState.OPENED.value, ClaimState.CONTRADICTED.value))
    await waiting.update(state=ClaimState.WITHDRAWN.value, dedupe_key=None)
