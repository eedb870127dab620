"""What its author deletes is offered to nobody any more."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from fedirec.errors import Conflict
from fedirec.remix.actions.submissions.offers import end_offer
from fedirec.remix.models import Record, Submission
from fedirec.remix.submissions import SubmissionState

MAX_OFFERS: Final = 100
"""Challenges to which one record is offered, the newest; what waits in more is passed over there."""
_STANDING: Final = frozenset(SubmissionState) - {SubmissionState.DECLINED, SubmissionState.WITHDRAWN}


async def end_offers_of(record: Record) -> None:
    """`record`, which its author has just deleted, is taken back wherever it was offered, and the logs say so.

    In a production that is frozen it stays, and so does its credit. Part of the caller's transaction.
    """
    standing = Submission.filter(record_id=record.id, state__in=[state.value for state in _STANDING])
    for submission in await standing.order_by("-id").limit(MAX_OFFERS):
        with suppress(Conflict):
            await end_offer(submission)
