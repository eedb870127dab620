"""What people are told about money: pools, proposals and payments."""

from __future__ import annotations

from typing import Final

from fedirec.accounts.notices.kinds import Family, Notice, Words
from fedirec.translatable import N_

FAMILY: Final = Family(
    name="money",
    label=N_("Money"),
    sign="coins",
    words={
        Notice.MONEY_STATED: Words(
            one=N_("%(who)s states that money moved in “%(title)s”. It counts when a treasurer has confirmed it.")
        ),
        Notice.MONEY_CONFIRMED: Words(one=N_("%(who)s confirmed what you stated about “%(title)s”.")),
        Notice.MONEY_ALONE: Words(
            one=N_(
                "Money is said to have moved in “%(title)s”, and only %(who)s, who says so, can confirm it here: from "
                "%(day)s on. Please look at it before."
            )
        ),
        Notice.MONEY_SETTINGS: Words(
            one=N_("%(who)s changed how this place handles money. The audit log says what it was before, and is now.")
        ),
        Notice.MONEY_REFUSED: Words(one=N_("%(who)s did not confirm what you stated about “%(title)s”, and says why.")),
    },
)
