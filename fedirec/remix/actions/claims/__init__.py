"""Claims about what a record was made from and who is credited: opened, answered, decided, carried out."""

from __future__ import annotations

from fedirec.remix.actions.claims.answering import (
    add_evidence,
    agree,
    appeal_claim,
    contradict,
    refuse_answer,
    withdraw,
)
from fedirec.remix.actions.claims.deciding import decide_claim, find_missing_source, look_at
from fedirec.remix.actions.claims.opening import ClaimDraft, page_of, refuse_flood
from fedirec.remix.actions.claims.travelling import open_claim, take_claim, take_outcome, take_withdrawal

__all__ = [
    "ClaimDraft",
    "add_evidence",
    "agree",
    "appeal_claim",
    "contradict",
    "decide_claim",
    "find_missing_source",
    "look_at",
    "open_claim",
    "page_of",
    "refuse_answer",
    "refuse_flood",
    "take_claim",
    "take_outcome",
    "take_withdrawal",
    "withdraw",
]
