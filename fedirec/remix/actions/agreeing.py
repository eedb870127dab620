"""Writing down to which terms of a challenge an author agreed, and how they said so."""

from __future__ import annotations

from typing import Final

from fedirec.remix.models import Agreement, ChallengeTerms, Submission

MAX_WORDS: Final = 10_000
"""Characters of the words that are kept; the signed activity has all of them."""


async def agree(
    submission: Submission, terms: ChallengeTerms, *, activity_uri: str | None = None, words: str = ""
) -> Agreement:
    """The author of `submission` agreed to `terms`, which bind from now on; part of the caller's transaction.

    By the signed activity at `activity_uri`, perhaps in `words` of their own, or else here. Agreeing again changes
    nothing of how it was said first.
    """
    agreement, _ = await Agreement.get_or_create(
        submission_id=submission.id,
        version=terms.version,
        defaults={"digest": terms.digest, "activity_uri": activity_uri, "words": words[:MAX_WORDS]},
    )
    if submission.terms_version is None or submission.terms_version <= terms.version:
        submission.terms_version, submission.terms_digest = terms.version, terms.digest
        await submission.save(update_fields=["terms_version", "terms_digest"])
    return agreement
