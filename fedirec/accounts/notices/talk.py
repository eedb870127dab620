"""What people are told about what is said."""

from __future__ import annotations

from typing import Final

from fedirec.accounts.notices.kinds import Family, Notice, Words
from fedirec.translatable import N_

FAMILY: Final = Family(
    name="talk",
    label=N_("Talk"),
    sign="comment",
    words={
        Notice.COMMENTED: Words(
            one=N_("%(who)s commented on “%(title)s”."),
            several=N_("%(who)s have commented on “%(title)s”."),
            wish=N_("Somebody comments on a record of mine"),
        ),
        Notice.ANSWERED: Words(
            one=N_("%(who)s answered you about “%(title)s”."),
            several=N_("%(who)s have answered you about “%(title)s”."),
            wish=N_("Somebody answers a comment of mine"),
        ),
        Notice.MENTIONED: Words(
            one=N_("%(who)s mentions you in a comment on “%(title)s”."),
            several=N_("%(who)s mention you in comments on “%(title)s”."),
            wish=N_("Somebody mentions me"),
        ),
        Notice.ANSWER_ALLOWED: Words(
            one=N_("%(who)s agreed: what you said about “%(title)s” can be seen now."),
            wish=N_("Something I said waited for somebody, and they agreed"),
        ),
        Notice.ANSWER_REFUSED: Words(
            one=N_("%(who)s did not agree: what you said about “%(title)s” is seen by you alone."),
            wish=N_("Something I said waited for somebody, and they did not agree"),
        ),
        Notice.QUOTED: Words(
            one=N_("%(who)s quotes “%(title)s”."),
            several=N_("%(who)s quote “%(title)s”."),
            wish=N_("Somebody quotes a record of mine"),
        ),
        Notice.ASKED_TO_QUOTE: Words(
            one=N_("%(who)s asks to quote “%(title)s”."),
            several=N_("%(who)s ask to quote “%(title)s”."),
            wish=N_("Somebody asks to quote a record of mine"),
        ),
    },
)
