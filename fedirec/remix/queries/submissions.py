"""What leaders ask about what was offered to their challenge, and what others said about it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from fedirec.accounts.boundaries import away_from
from fedirec.activitypub.models import Actor
from fedirec.remix.models import Agreement, Challenge, ChallengeTerms, Record, Submission
from fedirec.remix.queries.logs import invited_to
from fedirec.remix.queries.parts import records_in
from fedirec.remix.queries.pseudonyms import stand_ins_of
from fedirec.remix.submissions import ASIDE, ENDED, SubmissionState, wants_words

MAX_DECIDED = 24
"""Decisions that stand below what waits."""
MAX_REMARKS = 30
MAX_PROPOSED = 20


async def decided_submissions(challenge: Challenge) -> list[Submission]:
    """What was decided last, with each record, the newest decision first."""
    return await _newest(
        challenge, (SubmissionState.ACCEPTED, SubmissionState.DECLINED), order=("-decided_at", "-id"), limit=MAX_DECIDED
    )


async def proposed_submissions(challenge: Challenge) -> list[Submission]:
    """The works whose authors have been asked, and have not said anything yet."""
    return await _newest(challenge, (SubmissionState.PROPOSED,), order=("-id",), limit=MAX_PROPOSED)


async def remarks_on(challenge: Challenge, *, viewer: Actor | None) -> list[Submission]:
    """What was said about the challenge in words alone, the newest first, without those from whom `viewer` keeps away;
    with each record.
    """
    rows = await _newest(challenge, (SubmissionState.REMARK,), order=("-id",), limit=MAX_REMARKS, shown=ASIDE)
    kept = await away_from(viewer)
    return [row for row in rows if not kept.has(row.record.author)]


async def invited_in(challenge: Challenge, rows: Sequence[Submission]) -> set[int]:
    """Those of these submissions whose authors were invited, unless they do not want to be named for them."""
    invited = await invited_to(challenge.actor, {row.record.author_id for row in rows})
    unnamed = await stand_ins_of({row.record.uri for row in rows if row.record.author_id in invited})
    return {row.id for row in rows if row.record.author_id in invited and row.record.uri not in unnamed}


async def agreed_in(rows: Sequence[Submission]) -> dict[int, set[int]]:
    """The versions of the terms to which the authors of these submissions agreed, by the row of the submission."""
    agreed: dict[int, set[int]] = {row.id: set() for row in rows}
    said = Agreement.filter(submission_id__in=list(agreed)) if agreed else None
    for key, version in await said.values_list("submission_id", "version") if said else ():
        agreed[int(str(key))].add(int(str(version)))
    return agreed


async def waiting_for(record: Record) -> list[tuple[Submission, ChallengeTerms]]:
    """Where `record` is offered, or may be, as soon as its author says what may be done with it: to challenges of ours
    that are not over, with the terms that hold then.
    """
    states = (SubmissionState.LICENCE_PENDING, SubmissionState.PROPOSED, SubmissionState.REMARK)
    found = Submission.filter(record_id=record.id, state__in=[state.value for state in states])
    rows = (
        await found.filter(challenge__actor__is_local=True).order_by("id").limit(20).select_related("challenge__actor")
    )
    said = ChallengeTerms.filter(challenge_id__in=[row.challenge_id for row in rows]).order_by("version")
    versions: dict[int, list[ChallengeTerms]] = {}
    for terms in await said if rows else ():
        versions.setdefault(terms.challenge_id, []).append(terms)
    waiting = []
    for row in rows:
        known = versions.get(row.challenge_id, [])
        is_meant = row.state != SubmissionState.REMARK or wants_words(row.challenge.kinds)
        if known and is_meant and row.challenge.state not in ENDED:
            waiting.append((row, next((each for each in known if each.digest == row.terms_digest), known[-1])))
    return waiting


async def _newest(
    challenge: Challenge, states: Collection[str], *, order: Sequence[str], limit: int, shown: str = "public"
) -> list[Submission]:
    found = Submission.filter(
        challenge_id=challenge.id,
        state__in=[str(state) for state in states],
        record__deleted_at=None,
        record__visibility__in=("public", shown),
        record__author__state__in=("active", "deleted"),
    )
    rows = await found.order_by(*order).limit(limit).select_related("challenge__actor")
    records = {record.id: record for record in await records_in([row.record_id for row in rows])}
    for row in rows:
        row.record = records[row.record_id]
    return rows
