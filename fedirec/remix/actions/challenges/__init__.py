"""Preparing, opening, changing and ending challenges. Each is a Group, so that anyone on any server can follow it."""

from __future__ import annotations

from fedirec.remix.actions.challenges.changing import (
    ChallengeChange,
    change_challenge,
    close_challenge,
    close_overdue,
    empty_challenge,
)
from fedirec.remix.actions.challenges.ending import (
    MAX_SAID,
    Said,
    archive_challenge,
    begin_selecting,
    cancel_challenge,
    conclude_challenge,
)
from fedirec.remix.actions.challenges.opening import (
    GRACE,
    MAX_A_DAY,
    MAX_DRAFTS,
    MAX_FILES,
    MAX_GRACE,
    MAX_TEXT,
    MAX_TITLE,
    ChallengeDraft,
    discard_draft,
    open_challenge,
    open_draft,
    refuse_restless,
)

__all__ = [
    "GRACE",
    "MAX_A_DAY",
    "MAX_DRAFTS",
    "MAX_FILES",
    "MAX_GRACE",
    "MAX_SAID",
    "MAX_TEXT",
    "MAX_TITLE",
    "ChallengeChange",
    "ChallengeDraft",
    "Said",
    "archive_challenge",
    "begin_selecting",
    "cancel_challenge",
    "change_challenge",
    "close_challenge",
    "close_overdue",
    "conclude_challenge",
    "discard_draft",
    "empty_challenge",
    "open_challenge",
    "open_draft",
    "refuse_restless",
]
