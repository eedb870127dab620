"""What a challenge promises, and promised before."""

from __future__ import annotations

from fedirec.remix.models import Challenge, ChallengeTerms

MAX_SHOWN = 100


async def newest_terms(challenge: Challenge) -> ChallengeTerms | None:
    """What the challenge promises now, if it promises anything."""
    return await ChallengeTerms.filter(challenge_id=challenge.id).order_by("-version").first()


async def terms_history(challenge: Challenge) -> list[ChallengeTerms]:
    """Every version of what the challenge promises, the newest first."""
    return await ChallengeTerms.filter(challenge_id=challenge.id).order_by("-version").limit(MAX_SHOWN)
