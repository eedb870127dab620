"""What belongs to a submission, and the terms that bind for it."""

from __future__ import annotations

from datetime import timedelta

from fedirec.activitypub.arriving import arrived_at
from fedirec.activitypub.models import Actor
from fedirec.errors import Conflict
from fedirec.remix.models import Challenge, ChallengeTerms, Record, Submission
from fedirec.remix.queries.terms import newest_terms
from fedirec.web.language import gettext as _


async def parts_of(submission: Submission) -> tuple[Challenge, Record, Actor, Actor]:
    """The challenge, the record, the Group and the author, as they are now; `submission` has its present state."""
    whole = await Submission.get(id=submission.id).select_related("challenge__actor", "record__author")
    submission.state = whole.state
    return whole.challenge, whole.record, whole.challenge.actor, whole.record.author


async def named_terms(challenge: Challenge, version: int | None, digest: str | None) -> ChallengeTerms | None:
    """The terms that an author named, if they were really said; else the newest."""
    if version is not None and digest is not None:
        named = await ChallengeTerms.get_or_none(challenge_id=challenge.id, version=version, digest=digest)
        if named is not None:
            return named
    return await newest_terms(challenge)


async def refuse_past(challenge: Challenge, terms: ChallengeTerms | None) -> None:
    """Raise Conflict where `terms`, to which somebody agrees now, were not in force any more when that reached us.

    Who had read them just before others came has the grace of the challenge: nobody chooses among old promises.
    """
    if terms is None:
        return
    later = ChallengeTerms.filter(challenge_id=challenge.id, version__gt=terms.version)
    following = await later.order_by("version").first()
    grace = timedelta(minutes=challenge.grace_minutes)
    if following is not None and arrived_at() > following.created_at + grace:
        raise Conflict(_("The terms have changed again meanwhile. Please read them anew."), field="terms")
