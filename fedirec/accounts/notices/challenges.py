"""What people are told about challenges, what is offered to them, and whom they look for."""

from __future__ import annotations

from typing import Final

from fedirec.accounts.notices.kinds import Family, Notice, Words
from fedirec.translatable import N_

FAMILY: Final = Family(
    name="challenges",
    label=N_("Challenges"),
    sign="challenge",
    words={
        Notice.SUBMITTED: Words(
            one=N_("%(who)s offers something to “%(title)s”."),
            several=N_("%(who)s offer something to “%(title)s”."),
            wish=N_("Something is offered to a challenge that I lead"),
        ),
        Notice.SUBMISSION_ACCEPTED: Words(
            one=N_("“%(title)s” is now part of “%(challenge)s”."),
            wish=N_("A record of mine becomes part of a challenge"),
        ),
        Notice.SUBMISSION_DECLINED: Words(
            one=N_("“%(title)s” was not taken up by “%(challenge)s”."),
            wish=N_("A record of mine is not taken up by a challenge"),
        ),
        Notice.SUBMISSION_USED: Words(
            one=N_("“%(title)s” was used in “%(challenge)s”."),
            wish=N_("Something that I offered to a challenge is used"),
        ),
        Notice.SUBMISSION_BUILT_ON: Words(
            one=N_("“%(title)s” was built on in “%(challenge)s”."),
            wish=N_("Something that I offered to a challenge is built on"),
        ),
        Notice.SUBMISSION_THANKED: Words(
            one=N_("“%(challenge)s” is finished. Thank you for “%(title)s”."),
            wish=N_("A challenge that I took part in thanks me"),
        ),
        Notice.TERMS_CHANGED: Words(
            one=N_("The terms of “%(title)s” have changed. Yours holds as you know it until you agree."),
            wish=N_("The terms of a challenge that I took part in change"),
        ),
        Notice.CHALLENGE_CONCLUDED: Words(
            one=N_("“%(title)s” is finished. Thank you for taking part."),
            wish=N_("A challenge that I took part in is finished"),
        ),
        Notice.CHALLENGE_CANCELLED: Words(
            one=N_("“%(title)s” was called off."), wish=N_("A challenge that I took part in is called off")
        ),
        Notice.SUBMISSION_RECONSIDERED: Words(
            one=N_("The decision about “%(title)s” is open again."),
            wish=N_("A decision about a record of mine is open again"),
        ),
        Notice.SUBMISSION_CHANGED: Words(
            one=N_("%(who)s changed “%(title)s”, as you had asked."),
            wish=N_("Somebody changes what they offered, as I asked"),
        ),
        Notice.CHANGE_ASKED: Words(
            one=N_("%(who)s would like “%(title)s” to be a little different before it is decided about."),
            wish=N_("A change is asked for before a record of mine is decided about"),
        ),
        Notice.INVITED_TO_SUBMIT: Words(
            one=N_("%(who)s invites you to make something for “%(title)s”."),
            wish=N_("Somebody invites me to make something for a challenge"),
        ),
        Notice.WORK_WANTED: Words(
            one=N_("%(who)s would like to have a work of yours in “%(title)s”."),
            wish=N_("Somebody would like to have a work of mine in a challenge"),
        ),
        Notice.WORK_REDONE: Words(
            one=N_("“%(title)s”, which you made or built on, is made anew."),
            wish=N_("Something that I made or built on is made anew"),
        ),
        Notice.NEED_ANSWERED: Words(
            one=N_("%(who)s could do what “%(title)s” looks for."),
            several=N_("%(who)s could do what “%(title)s” looks for."),
            wish=N_("Somebody could do what I look for"),
        ),
        Notice.NEED_FILLED: Words(
            one=N_("%(who)s wrote down that “%(title)s” found you."),
            wish=N_("A challenge or project that I answered found me"),
        ),
        Notice.CHALLENGE_CLOSES: Words(
            one=N_("“%(title)s” closes in three days."), wish=N_("A challenge that concerns me closes in three days")
        ),
        Notice.CHALLENGE_LAST_DAY: Words(
            one=N_("“%(title)s” closes within a day."), wish=N_("A challenge that concerns me closes within a day")
        ),
    },
)
