"""What a challenge promises before anyone works: the licence, the money, and who decides.

Terms are versioned. A submission keeps the version and the digest of the terms under which it was made, and those bind
later.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from fedirec.activitypub.digests import digest_json
from fedirec.errors import Invalid
from fedirec.ledger.currencies import CURRENCIES
from fedirec.remix.licences import CHOICES, Licence, find_licence, may_carry

MAX_AMOUNT: Final = 10**13
"""Minor units: more than any pot, and still exact in every reader of JSON."""
MAX_TEXT: Final = 5_000
MAX_RULE: Final = 1_000
"""Characters, of the rule and of the method."""
MAX_VERSION: Final = 1_000_000


class Pays(StrEnum):
    """What a challenge pays."""

    NOTHING = "nothing"
    PERHAPS = "perhaps"
    POT = "pot"


class DecidedBy(StrEnum):
    """Who decides what is chosen and how money is shared."""

    LEADERS = "leaders"
    COMMUNITY = "community"
    CONTRIBUTORS = "contributors"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """One version of what a challenge promises. Making one raises Invalid when it makes no sense."""

    version: int
    licence: str
    """The SPDX name of the licence that what is made together will carry."""
    pays: Pays = Pays.NOTHING
    amount: int | None = None
    """Minor units of `currency`, when it pays a pot."""
    currency: str | None = None
    """ISO 4217."""
    decided_by: DecidedBy = DecidedBy.LEADERS
    rule: str = ""
    """How money is shared, in words. New terms with a pot have one (`refuse_unruled`); those of before had none."""
    method: str = ""
    """How it is decided, in words."""
    text: str = ""

    def __post_init__(self) -> None:
        if not 1 <= self.version <= MAX_VERSION:
            raise Invalid("terms are counted from 1")
        if find_licence(self.licence) not in CHOICES:
            raise Invalid("please choose one of the licences", field="licence")
        if len(self.text) > MAX_TEXT:
            raise Invalid("please keep the terms under %(n)s characters", field="terms", blanks={"n": MAX_TEXT})
        for field, said in (("rule", self.rule), ("method", self.method)):
            if len(said) > MAX_RULE:
                raise Invalid("please keep it under %(n)s characters", field=field, blanks={"n": MAX_RULE})
        if self.rule and self.pays == Pays.NOTHING:
            raise Invalid("where nothing is paid, nothing is shared", field="rule")
        if self.pays == Pays.POT:
            if self.currency not in CURRENCIES:
                raise Invalid("please say the currency of the pot, such as EUR", field="currency")
            if self.amount is None or not 0 < self.amount <= MAX_AMOUNT:
                raise Invalid("please say how much is in the pot", field="amount")
        elif self.amount is not None or self.currency is not None:
            raise Invalid("an amount belongs to a pot only", field="amount")

    def write(self) -> dict[str, Any]:
        """The terms as the wire carries them, without their digest."""
        document: dict[str, Any] = {
            "termsVersion": self.version,
            "license": find_licence(self.licence).url,
            "pays": str(self.pays),
            "decidedBy": str(self.decided_by),
        }
        if self.amount is not None and self.currency is not None:
            document |= {"minorUnits": str(self.amount), "currency": self.currency}
        if self.rule:
            document["rule"] = self.rule
        if self.method:
            document["method"] = self.method
        if self.text:
            document["content"] = self.text
        return document

    @property
    def digest(self) -> str:
        """What binds: the multibase SHA-256 of the canonical form of what is written."""
        return digest_json(self.write())

    def admits(self, licence: Licence) -> bool:
        """Whether a record under `licence` can go into what is made under these terms."""
        wanted = find_licence(self.licence)
        return licence == wanted or may_carry(licence, wanted)


def refuse_unruled(terms: Terms) -> None:
    """Raise Invalid for a pot without a word about how it is shared: nobody works for money whose rule comes later."""
    if terms.pays is Pays.POT and not terms.rule.strip():
        raise Invalid("please say how the pot is shared, before anybody works for it", field="rule")


def revise(terms: Terms, wanted: Terms) -> Terms:
    """What `wanted` says, as the version after `terms`; or `terms` themselves when that changes nothing."""
    return terms if replace(wanted, version=terms.version) == terms else replace(wanted, version=terms.version + 1)
