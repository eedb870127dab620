"""What people are told about how they are paid."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from fedirec.accounts.notices.kinds import Family, Notice, Words
from fedirec.translatable import N_

WHY_HELD: Final[Mapping[str, str]] = MappingProxyType(
    {
        "move": N_("the account has moved"),
        "key": N_("the account has a new key"),
        "details": N_("the details are new"),
        "code": N_("somebody used the code for proving who they are"),
        "name": N_("you turned out to be somebody who was listed without an account"),
        "treasurer": N_("a treasurer decided so"),
    }
)
"""Why somebody is not paid for a while: what `title` of PAY_HELD is a code for."""

FAMILY: Final = Family(
    name="paying",
    label=N_("Being paid"),
    sign="coins",
    words={
        Notice.PAY_DETAILS_GIVEN: Words(
            one=N_(
                "Somebody said how you are paid. If it was not you, say so at once: for some days, nothing is paid "
                "there."
            )
        ),
        Notice.PAY_DETAILS_ERASED: Words(one=N_("How you are paid was erased. What you are owed stays yours.")),
        Notice.PAY_HELD: Words(
            one=N_("You are not paid for some days, because %(title)s. Please say again how you are paid.")
        ),
        Notice.PAY_RELEASED: Words(one=N_("What you are owed can be paid again.")),
        Notice.PAY_CODE_MADE: Words(one=N_("There is a new code with which you prove who you are.")),
        Notice.PAY_CODE_USED: Words(
            one=N_("%(who)s says that they are you, and knows your code. If they are not, say so at once.")
        ),
        Notice.PAY_CODE_WAITS: Words(
            one=N_("%(who)s says that they are %(title)s, and knows the code of that person.")
        ),
        Notice.PAY_CODE_DENIED: Words(
            one=N_(
                "The account of %(title)s says that nobody else is that person, and somebody says so with a code. "
                "Neither is paid until two treasurers have decided it."
            )
        ),
        Notice.PAY_CODE_ACCEPTED: Words(one=N_("You are known as %(title)s now: credits and pay are yours.")),
        Notice.PAY_CODE_REFUSED: Words(one=N_("Nobody became %(title)s by a code: it was refused.")),
        Notice.PAY_MOVED: Words(
            one=N_(
                "%(who)s says that they live at %(title)s now, and are one person with whoever is there. What that "
                "means for credits and pay stands on the page."
            )
        ),
        Notice.PAY_JOINED: Words(one=N_("Your account counts as that of %(title)s now, with all credits and pay.")),
        Notice.PAY_ALONE: Words(
            one=N_(
                "You are to be paid after %(title)s. Fewer people see to that on this server than it takes, so "
                "everybody concerned has time to look at it first."
            )
        ),
        Notice.PAY_NOTED: Words(
            one=N_(
                "A backup of this server came back, and it was written down that you had been paid before. Nobody else "
                "here can compare that, so payments go out again after %(title)s only. If you were not paid, please "
                "say so until then."
            )
        ),
        Notice.PAY_SENT: Words(
            one=N_("You have been paid. How much, and what for, stands on the page."), wish=N_("I have been paid")
        ),
        Notice.PAY_CAME_BACK: Words(
            one=N_(
                "Money for you could not be paid, or came back. Please look at what you are owed, and how you are paid."
            )
        ),
        Notice.PAY_UNCLAIMED: Words(
            one=N_(
                "You are owed money. Please say how you want to be paid: otherwise it counts as unclaimed, and what "
                "then happens to it stands on the page."
            )
        ),
    },
)
