"""What the public log of a challenge or a project tells: what was decided, by whom, and why.

Work that is re-done by people who were invited, without a word to those who offered theirs, is what drives people away.
So each of these is said where everybody can read it, and those of `DECISIONS` have a reason.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from fedirec.errors import Invalid

MAX_REASON: Final = 500
"""Characters."""


class Happening(StrEnum):
    """What happened."""

    OPENED = "opened"
    EXTENDED = "extended"
    CLOSED = "closed"
    REOPENED = "reopened"
    SELECTING = "selecting"
    CONCLUDED = "concluded"
    CANCELLED = "cancelled"
    ARCHIVED = "archived"
    TERMS_CHANGED = "terms_changed"
    CHOSEN = "chosen"
    CHANGE_ASKED = "change_asked"
    DECLINED = "declined"
    RECONSIDERED = "reconsidered"
    WITHDRAWN = "withdrawn"
    INVITED = "invited"
    REDONE = "redone"
    BEGUN = "begun"
    LAUNCHED = "launched"
    STAGE_SET = "stage_set"
    LEADER_ADDED = "leader_added"
    LEADER_REMOVED = "leader_removed"
    STEPPED_DOWN = "stepped_down"
    STEP_PUBLISHED = "step_published"
    STEP_LOCKED = "step_locked"
    STEP_OPENED = "step_opened"
    STEP_DONE = "step_done"
    CHALLENGE_ADDED = "challenge_added"
    CHALLENGE_REMOVED = "challenge_removed"
    JOINED = "joined"
    LEFT = "left"
    REMOVED = "removed"
    TRUSTED = "trusted"
    TASK_DONE = "task_done"
    TASK_DROPPED = "task_dropped"
    NEED_NAMED = "need_named"
    NEED_ANSWERED = "need_answered"
    NEED_FILLED = "need_filled"
    NEED_WITHDRAWN = "need_withdrawn"
    ADOPTABLE = "adoptable"
    TAKEOVER_OFFERED = "takeover_offered"
    TAKEOVER_ENDED = "takeover_ended"
    TAKEN_OVER = "taken_over"
    FROZEN = "frozen"
    RELEASED = "released"
    CREDIT_CORRECTED = "credit_corrected"
    CREDIT_KEPT = "credit_kept"
    POOL_OPENED = "pool_opened"
    POOL_CHANGED = "pool_changed"
    POOL_CLOSED = "pool_closed"
    MONEY_CONFIRMED = "money_confirmed"
    MONEY_REFUSED = "money_refused"
    WORDS_HIDDEN = "words_hidden"
    WORDS_SHOWN = "words_shown"


DECISIONS: Final = frozenset(
    {
        Happening.EXTENDED,
        Happening.REOPENED,
        Happening.CANCELLED,
        Happening.TERMS_CHANGED,
        Happening.CHOSEN,
        Happening.CHANGE_ASKED,
        Happening.DECLINED,
        Happening.RECONSIDERED,
        Happening.INVITED,
        Happening.REDONE,
        Happening.STAGE_SET,
        Happening.LEADER_REMOVED,
        Happening.STEP_LOCKED,
        Happening.CHALLENGE_REMOVED,
        Happening.REMOVED,
        Happening.TASK_DROPPED,
        Happening.CREDIT_CORRECTED,
        Happening.CREDIT_KEPT,
        Happening.POOL_CHANGED,
        Happening.POOL_CLOSED,
        Happening.MONEY_REFUSED,
        Happening.WORDS_HIDDEN,
        Happening.WORDS_SHOWN,
    }
)
"""What is done to somebody's work or standing: it needs a reason."""


def check_reason(kind: Happening, reason: str) -> str:
    """The reason as it is kept. Raises Invalid when a decision has none, or when it is too long."""
    said = reason.strip()
    if kind in DECISIONS and not said:
        raise Invalid("Please say why, in a sentence. Everybody can read it.", field="reason")
    if len(said) > MAX_REASON:
        raise Invalid("Please keep the reason under %(n)s characters.", field="reason", blanks={"n": MAX_REASON})
    return said
