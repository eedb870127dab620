"""What people are told about who is named for what."""

from __future__ import annotations

from typing import Final

from fedirec.accounts.notices.kinds import Family, Notice, Words
from fedirec.translatable import N_

FAMILY: Final = Family(
    name="credits",
    label=N_("Credits"),
    sign="clap",
    words={
        Notice.CREDITED: Words(
            one=N_("%(who)s credits you in “%(title)s”."),
            several=N_("%(who)s credit you in “%(title)s”."),
            wish=N_("Somebody credits me"),
        ),
        Notice.ROLE_PROPOSED: Words(
            one=N_("%(who)s names you in the credits of “%(title)s” and asks whether that is so."),
            wish=N_("Somebody asks whether I did something for a production"),
        ),
        Notice.ROLE_ANSWERED: Words(
            one=N_("%(who)s answered how they are named in the credits of “%(title)s”."),
            wish=N_("Somebody whom I named in a production says whether that is so"),
        ),
        Notice.CREDIT_OFFERED: Words(
            one=N_("%(who)s names you in the credits of “%(title)s” and asks whether that is so."),
            wish=N_("A production elsewhere asks whether I did something for it"),
        ),
        Notice.CREDIT_CONTESTED: Words(
            one=N_("%(who)s says that a credit of “%(title)s” is not right. Their pay waits for your answer."),
        ),
        Notice.CREDIT_ANSWERED: Words(
            one=N_("%(who)s answered what you said about your credit in “%(title)s”."),
        ),
        Notice.GRANT_ASKED: Words(
            one=N_("%(who)s asks whether money may be made with a work of yours that is in “%(title)s”."),
        ),
        Notice.GRANT_GIVEN: Words(
            one=N_("%(who)s lets money be made with a work of theirs that is in “%(title)s”."),
            wish=N_("An author whom I asked lets money be made with their work"),
        ),
        Notice.WORK_USED: Words(
            one=N_("Something that you made is part of “%(title)s”, and its credits are final now."),
            wish=N_("Something that I made becomes part of a production"),
        ),
        Notice.PRODUCTION_RELEASED: Words(
            one=N_("“%(title)s”, which you are part of, is released."),
            wish=N_("A production that I am part of is released"),
        ),
    },
)
