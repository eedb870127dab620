"""What people are told about what is made from records, and with others."""

from __future__ import annotations

from typing import Final

from fedirec.accounts.notices.kinds import Family, Notice, Words
from fedirec.translatable import N_

FAMILY: Final = Family(
    name="remixes",
    label=N_("Remixes"),
    sign="remix",
    words={
        Notice.REMIXED: Words(
            one=N_("%(who)s made something from “%(title)s”."),
            several=N_("%(who)s have made something from “%(title)s”."),
            wish=N_("Somebody makes something from a record of mine"),
        ),
        Notice.ANSWERED_WITH_WORK: Words(
            one=N_("%(who)s answered “%(title)s” with something of their own."),
            several=N_("%(who)s have answered “%(title)s” with something of their own."),
            wish=N_("Somebody answers a record of mine with something of their own"),
        ),
        Notice.SOURCE_CHANGED: Words(
            one=N_("“%(title)s”, which you built on, was changed by %(who)s."),
            wish=N_("Something that I built on changes"),
        ),
        Notice.ASKED_TO_REMIX: Words(
            one=N_("%(who)s made something from “%(title)s” and asks whether you agree."),
            wish=N_("Somebody asks whether I agree to a remix of mine"),
        ),
        Notice.REMIX_AGREED: Words(
            one=N_("%(who)s agrees to what you made from “%(title)s”."),
            wish=N_("Somebody agrees to a remix that I made"),
        ),
        Notice.REMIX_REFUSED: Words(
            one=N_("%(who)s does not agree to what you made from “%(title)s”."),
            wish=N_("Somebody does not agree to a remix that I made"),
        ),
        Notice.REMIX_REVOKED: Words(
            one=N_("%(who)s does not agree any more to what you made from “%(title)s”."),
            wish=N_("Somebody takes back that they agreed to a remix that I made"),
        ),
        Notice.REMIX_UNANSWERED: Words(
            one=N_("A question about a remix of “%(title)s” has waited too long, and was not answered."),
            wish=N_("A question about a remix is not answered in time"),
        ),
        Notice.SUGGESTED: Words(
            one=N_("%(who)s suggests a change to “%(title)s”."),
            wish=N_("Somebody suggests a change to a record of mine"),
        ),
        Notice.SUGGESTION_ADOPTED: Words(
            one=N_("%(who)s took up the change that you suggested to “%(title)s”."),
            wish=N_("Somebody takes up a change that I suggested"),
        ),
        Notice.SUGGESTION_ANSWERED: Words(
            one=N_("%(who)s answered the change that you suggested to “%(title)s”."),
            wish=N_("Somebody answers a change that I suggested"),
        ),
        Notice.PEN_OFFERED: Words(
            one=N_("%(who)s invites you to write “%(title)s” with them."),
            wish=N_("Somebody invites me to write a record with them"),
        ),
        Notice.PEN_ACCEPTED: Words(
            one=N_("%(who)s writes “%(title)s” with you now."),
            wish=N_("Somebody whom I invited writes a record with me"),
        ),
        Notice.PEN_DECLINED: Words(
            one=N_("%(who)s does not want to write “%(title)s” with you."),
            wish=N_("Somebody whom I invited does not want to write with me"),
        ),
        Notice.PEN_LAID_DOWN: Words(
            one=N_("%(who)s does not write “%(title)s” with you any more."),
            wish=N_("Somebody stops writing a record with me"),
        ),
        Notice.PEN_TAKEN_BACK: Words(
            one=N_("%(who)s writes “%(title)s” without you from now on."),
            wish=N_("Somebody goes on with a record without me"),
        ),
        Notice.PEN_WRITTEN: Words(
            one=N_("%(who)s made a new version of “%(title)s”, which you write together."),
            wish=N_("Somebody makes a new version of a record that we write together"),
        ),
        Notice.PEN_REFUSED: Words(
            one=N_("What you wrote for “%(title)s”, by %(who)s, was not taken. You find it as you left it."),
            wish=N_("A version that I wrote with somebody is not taken"),
        ),
    },
)
