"""What people read after they said something of a credit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fedirec.credits.lines import CreditHappening
from fedirec.translatable import N_

SAID: Final[Mapping[CreditHappening, str]] = {
    CreditHappening.CONFIRM: N_("Thank you. You are credited for it."),
    CreditHappening.CONTEST: N_("Those who lead the project will answer. Until then pay for this line waits."),
    CreditHappening.UNNAME: N_("You keep the credit, and no page names you."),
    CreditHappening.DECLINE: N_("Thank you. It is not said of you any more."),
    CreditHappening.CORRECT: N_("It is corrected, and they are asked to confirm it."),
    CreditHappening.KEEP: N_("It stays as it is. They have been told why."),
}
