"""What people are told about who leads a project."""

from __future__ import annotations

from typing import Final

from fedirec.accounts.notices.kinds import Family, Notice, Words
from fedirec.translatable import N_

FAMILY: Final = Family(
    name="leading",
    label=N_("Leading"),
    sign="challenge",
    words={
        Notice.LEADERS_QUIET: Words(
            one=N_(
                "Nobody who leads “%(title)s” has done anything there for a long time. Please look in, or members can "
                "take it over soon."
            )
        ),
        Notice.LEAD_OFFERED: Words(
            one=N_("%(who)s offers to lead “%(title)s”."), several=N_("%(who)s offer to lead “%(title)s”.")
        ),
        Notice.TAKEN_OVER: Words(one=N_("%(who)s leads “%(title)s” from now on.")),
        Notice.LEADS_NOW: Words(one=N_("You lead “%(title)s” from now on.")),
        Notice.LEADS_NO_MORE: Words(one=N_("You do not lead “%(title)s” any more. The log says why.")),
        Notice.MEMBERSHIP_ENDED: Words(one=N_("You are not part of “%(title)s” any more. The log says why.")),
    },
)
