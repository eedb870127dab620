"""What happens to how somebody is paid, and how it is said. It tells no detail."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from fedirec.translatable import N_


class Happening(StrEnum):
    """What a `PayeeEvent` is about."""

    GIVEN = "given"
    CHANGED = "changed"
    CONFIRMED = "confirmed"
    HELD = "held"
    RELEASED = "released"
    READ = "read"
    FORM = "form"
    TERMS = "terms"
    ERASED = "erased"


SAID: Final[Mapping[str, str]] = MappingProxyType(
    {
        Happening.GIVEN: N_("Details were given"),
        Happening.CHANGED: N_("Details were changed"),
        Happening.CONFIRMED: N_("Details were confirmed"),
        Happening.HELD: N_("Payment was held back for some days"),
        Happening.RELEASED: N_("Payment was let go"),
        Happening.READ: N_("A treasurer read the details"),
        Happening.FORM: N_("A treasurer noted something about the form for taxes"),
        Happening.TERMS: N_("The terms were accepted"),
        Happening.ERASED: N_("Details were erased"),
    }
)
