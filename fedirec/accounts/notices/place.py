"""What people are told about this place: members, reports, decisions and claims."""

from __future__ import annotations

from typing import Final

from fedirec.accounts.notices.kinds import Family, Notice, Words
from fedirec.translatable import N_

FAMILY: Final = Family(
    name="place",
    label=N_("This place"),
    sign="home",
    words={
        Notice.ASKED_TO_JOIN: Words(one=N_("%(who)s would like to join."), several=N_("%(who)s ask to join.")),
        Notice.ROLE_CHANGED: Words(one=N_("What you may do here has changed.")),
        Notice.PASSWORD_CHANGED: Words(one=N_("Your password was changed.")),
        Notice.HOST_LEFT: Words(
            one=N_(
                "This place exchanges nothing with %(title)s any more. Whom you followed there, and who followed you "
                "from there, cannot be reached."
            )
        ),
        Notice.HOST_BACK: Words(
            one=N_("This place exchanges things with %(title)s again. Whom you followed there was asked anew.")
        ),
        Notice.REPORTED: Words(one=N_("There is a report about %(title)s.")),
        Notice.REPORT_HEEDED: Words(
            one=N_("Thank you: a moderator looked at what you reported, and did something about it.")
        ),
        Notice.REPORT_DISMISSED: Words(
            one=N_("Thank you: a moderator looked at what you reported, and left it as it is.")
        ),
        Notice.DECIDED: Words(one=N_("A moderator made a decision that concerns you. Here is what was done, and why.")),
        Notice.DECISION_UNDONE: Words(one=N_("A decision that concerned you was taken back.")),
        Notice.APPEALED: Words(one=N_("%(title)s asks you to look at a decision again.")),
        Notice.APPEAL_ANSWERED: Words(one=N_("You asked us to look at a decision again, and here is the answer.")),
        Notice.CLAIMED: Words(one=N_("%(who)s says that something about “%(title)s” is not right.")),
        Notice.CLAIM_ANSWERED: Words(one=N_("%(who)s answered what was said about the trail of “%(title)s”.")),
        Notice.CLAIM_DECIDED: Words(
            one=N_("What was said about the trail of “%(title)s” is settled. Here is how, and why.")
        ),
        Notice.CLAIM_WAITS: Words(one=N_("Somebody says that something about the trail of “%(title)s” is not right.")),
    },
)
