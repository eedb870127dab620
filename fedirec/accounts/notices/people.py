"""What people are told about following, and what people do with each other's things."""

from __future__ import annotations

from typing import Final

from fedirec.accounts.notices.kinds import Family, Notice, Words
from fedirec.translatable import N_

FAMILY: Final = Family(
    name="people",
    label=N_("People"),
    sign="people",
    words={
        Notice.FOLLOWED: Words(
            one=N_("%(who)s follows you."), several=N_("%(who)s follow you."), wish=N_("Somebody follows me")
        ),
        Notice.ASKED_TO_FOLLOW: Words(
            one=N_("%(who)s asks to follow you."),
            several=N_("%(who)s ask to follow you."),
            wish=N_("Somebody asks to follow me"),
        ),
        Notice.RECOMMENDED: Words(
            one=N_("%(who)s likes “%(title)s”."),
            several=N_("%(who)s like “%(title)s”."),
            wish=N_("Somebody likes a record of mine"),
        ),
        Notice.PASSED_ON: Words(
            one=N_("%(who)s passed on “%(title)s”."),
            several=N_("%(who)s have passed on “%(title)s”."),
            wish=N_("Somebody passes on a record of mine"),
        ),
        Notice.MOVED: Words(one=N_("%(who)s lives at %(title)s now."), wish=N_("Somebody whom I follow moves")),
    },
)
