"""A remix is offered to the author of what it was made from, as a change that they could make theirs.

It is a record of whoever made it, and stays one: credited, licensed and kept like every other, whatever comes of the
offer. The offer is the proposer's consent to that one use of it.
"""

from __future__ import annotations

from fedirec.remix.actions.suggestions.adopting import adopt_suggestion, bring_files
from fedirec.remix.actions.suggestions.answering import decline_suggestion
from fedirec.remix.actions.suggestions.merging import find_merge
from fedirec.remix.actions.suggestions.offering import suggest_change, withdraw_suggestion

__all__ = [
    "adopt_suggestion",
    "bring_files",
    "decline_suggestion",
    "find_merge",
    "suggest_change",
    "withdraw_suggestion",
]
