"""What belongs to a submission, and the terms that bind for it."""

from __future__ import annotations

from fedirec.activitypub.models import Actor
from fedirec.remix.models import Challenge, ChallengeTerms, Record, Submission


async def parts_of(submission: Submission) -> tuple[Challenge, Record, Actor, Actor]:
    """The challenge, the record, the Group and the author, as they are now; `submission` has its present state."""
    whole = await Submission.get(id=submission.id).select_related("challenge__actor", "record__author")
    submission.state = whole.state
    return whole.challenge, whole.record, whole.challenge.actor, whole.record.author


async def named_terms(
    challenge: Challenge, version: int | None = None, digest: str | None = None
) -> ChallengeTerms | None:
    """The terms that an author named, if they were really said; else the newest."""
    found = ChallengeTerms.filter(challenge_id=challenge.id).order_by("-version")
    if version is not None and digest is not None:
        named = await found.filter(version=version, digest=digest).first()
        if named:
            return named
    return await found.first()
