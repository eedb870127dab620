"""What people are told about pay proposals: always what concerns their own share, for it is their money."""

from __future__ import annotations

from typing import Final

from fedirec.accounts.notices.kinds import Family, Notice, Words
from fedirec.translatable import N_

FAMILY: Final = Family(
    name="proposals",
    label=N_("Shares of money"),
    sign="check",
    words={
        Notice.PROPOSAL_PUBLISHED: Words(
            one=N_("It is proposed who gets what: “%(title)s”. You are listed, and can object until %(day)s.")
        ),
        Notice.PROPOSAL_WITHOUT_MONEY: Words(
            one=N_(
                "It is proposed who gets what: “%(title)s”. You are listed, and can object until %(day)s. That money "
                "has not come in yet: nobody owes it to you so far."
            )
        ),
        Notice.PROPOSAL_REVISED: Words(
            one=N_(
                "The proposal “%(title)s”, in which you are listed, was revised. Please look at your share again: you "
                "can object until %(day)s."
            )
        ),
        Notice.PROPOSAL_CLOSING: Words(
            one=N_("The time to object to “%(title)s” is over. It waits to be decided."),
        ),
        Notice.DECIDES_ALONE: Words(
            one=N_(
                "Nobody can decide about “%(title)s” here who did not propose it and gets nothing of it. So %(who)s "
                "can from %(day)s on. Please look at it before."
            )
        ),
        Notice.LOCKS_ALONE: Words(
            one=N_(
                "Nobody can lock “%(title)s” here who did not propose it and gets nothing of it. So %(who)s can from "
                "%(day)s on: then it is owed. Please look at it before."
            )
        ),
        Notice.PROPOSAL_DECIDED: Words(one=N_("It is decided that money is shared as “%(title)s” says.")),
        Notice.PROPOSAL_REJECTED: Words(one=N_("It is decided that money is not shared as “%(title)s” says.")),
        Notice.PROPOSAL_LOCKED: Words(
            one=N_(
                "“%(title)s” is locked: what you get by it is owed to you. If you have not said yet how you want to be "
                "paid, please do."
            )
        ),
        Notice.PROPOSAL_RELEASED: Words(
            one=N_("What was contested in “%(title)s” is settled, and owed like the rest.")
        ),
        Notice.PROPOSAL_CANCELLED: Words(one=N_("%(who)s called the proposal “%(title)s” off. Nothing was shared.")),
        Notice.DEPARTURE_ASKED: Words(
            one=N_("“%(title)s” is not what you were promised when you contributed. It waits for you to agree, or not.")
        ),
        Notice.PERSON_NAMED: Words(
            one=N_("%(who)s says that you are somebody who gets a share by “%(title)s”. Please say whether that is so.")
        ),
        Notice.OBJECTED: Words(one=N_("%(who)s objects to the proposal “%(title)s”. Every objection gets an answer.")),
        Notice.OBJECTION_ANSWERED: Words(one=N_("%(who)s answered your objection to “%(title)s”.")),
        Notice.OBJECTION_APPEALED: Words(
            one=N_("%(who)s asks others to look at the answer to an objection to “%(title)s”.")
        ),
        Notice.OBJECTION_DECIDED: Words(
            one=N_("The appeal against an answer to an objection to “%(title)s” is decided, with a reason.")
        ),
        Notice.OBJECTION_DECIDED_ALONE: Words(
            one=N_(
                "The appeal against an answer to an objection to “%(title)s” is decided, with a reason, by %(who)s. "
                "They are listed or had a part in it, for nobody else here could."
            )
        ),
        Notice.SHARE_GIVEN_BACK: Words(
            one=N_("%(who)s gave a share of “%(title)s” back, or took it back. What others get changes with it."),
        ),
    },
)
