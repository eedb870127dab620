"""Records offered to challenges, and what becomes of the offer."""

from __future__ import annotations

from fedirec.remix.actions.submissions.deciding import (
    accept_submission,
    ask_for_change,
    decline_submission,
    reconsider_submission,
    redo_work,
)
from fedirec.remix.actions.submissions.granting import grant_licence
from fedirec.remix.actions.submissions.inviting import (
    MAX_INVITED,
    find_invited,
    invite_to_submit,
    propose_record,
    take_remark,
)
from fedirec.remix.actions.submissions.offers import (
    MAX_OFFERED_A_DAY,
    MAX_OFFERED_TO_ONE,
    end_offer,
    refuse_unfit_licence,
    refuse_unread,
    save_remark,
    save_submission,
    submit_record,
    tell_leaders,
    withdraw_submission,
)

__all__ = [
    "MAX_INVITED",
    "MAX_OFFERED_A_DAY",
    "MAX_OFFERED_TO_ONE",
    "accept_submission",
    "ask_for_change",
    "decline_submission",
    "end_offer",
    "find_invited",
    "grant_licence",
    "invite_to_submit",
    "propose_record",
    "reconsider_submission",
    "redo_work",
    "refuse_unfit_licence",
    "refuse_unread",
    "save_remark",
    "save_submission",
    "submit_record",
    "take_remark",
    "tell_leaders",
    "withdraw_submission",
]
