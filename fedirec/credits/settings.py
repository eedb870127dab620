"""What an instance decides about money before any comes in, and what of that makes sense."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from fedirec.credits.decisions import Rule
from fedirec.credits.pools import MAX_SUM
from fedirec.credits.proposals import LONGER, WINDOW
from fedirec.credits.shares import WHOLE
from fedirec.errors import Invalid
from fedirec.ledger.currencies import CURRENCIES
from fedirec.translatable import N_

LEAST_WINDOW: Final = WINDOW.days
"""Days for which a proposal is open at least."""
LEAST_MORE: Final = LONGER.days
"""Days that people get at least who lose by a revision, or are new in it."""
MOST_DAYS: Final = 365
MOST_MONTHS: Final = 120
MAX_TERMS: Final = 20_000
MAX_COUNTRIES: Final = 250
PEOPLE_NEEDED: Final = (3, 2)
"""How many different people a batch of payments can take."""


class Shown(StrEnum):
    """What everybody reads of the books."""

    NOTHING = "nothing"
    TOTALS = "totals"
    ENTRIES = "entries"


class Unclaimed(StrEnum):
    """What becomes of money that nobody claims."""

    HOLD = "hold"
    POOL = "pool"
    CHARITY = "charity"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """Something that a way of paying needs to know, and that nobody reads here again."""

    name: str
    label: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A way of paying."""

    name: str
    """What admins, treasurers and payees call it."""
    sentence: str
    credentials: tuple[Credential, ...] = ()


WAYS: Final[Mapping[str, Way]] = {
    "manual": Way(
        name=N_("By hand"),
        sentence=N_("Somebody pays as they like, and writes down what shows it. Always there."),
    ),
    "csv": Way(
        name=N_("A list for the treasurer (CSV)"), sentence=N_("A file for a bank or a program that takes one.")
    ),
    "sepa": Way(
        name=N_("Bank transfer (SEPA)"),
        sentence=N_("A file (pain.001) that you hand to your bank, for accounts in euros."),
    ),
    "paypal": Way(
        name=N_("PayPal"),
        sentence=N_("PayPal pays from your balance there. It needs an app with payouts in your PayPal account."),
        credentials=(
            Credential(
                name="client_id", label=N_("Client ID"), hint=N_("Of the live app, at developer.paypal.com under Apps.")
            ),
            Credential(name="secret", label=N_("Secret"), hint=N_("It stands beside the client ID.")),
        ),
    ),
    "stripe": Way(
        name=N_("Stripe"),
        sentence=N_("Stripe pays people who have an account there that is connected to yours."),
        credentials=(
            Credential(
                name="secret_key",
                label=N_("Secret key"),
                hint=N_("It begins with sk_live_, or rk_live_ for one that may only make transfers."),
            ),
        ),
    ),
}
"""Every way of paying, by the name of its adapter."""

DEBTOR_FIELDS: Final[Mapping[str, str]] = {
    "name": N_("Name of the legal entity"),
    "street": N_("Street and number"),
    "postcode": N_("Postcode"),
    "town": N_("Town"),
    "country": N_("Country, as two letters"),
}
DEBTOR_HINTS: Final[Mapping[str, str]] = {
    "name": N_("As the bank has it: an association, a company or a person. Without it nobody is paid by SEPA."),
    "street": N_("For accounts in Britain, Switzerland and others outside the EEA, whose banks ask for it."),
    "postcode": N_("As in a letter to that address."),
    "town": N_("Needed as soon as there is a country."),
    "country": N_("Such as DE. Without it nobody with an account outside the EEA is paid by SEPA."),
}
ACCOUNT_FIELDS: Final[Mapping[str, str]] = {"iban": N_("IBAN from which it pays"), "bic": N_("BIC")}
ACCOUNT_HINTS: Final[Mapping[str, str]] = {
    "iban": N_("An account in euros that is for this alone makes the books easier to compare."),
    "bic": N_("8 or 11 letters and digits; most banks do without it."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyPolicy:
    """All that is decided, without what is sealed. Making one raises Invalid beside the field that makes no sense."""

    currency: str
    host_share_ppm: int
    rule: str
    window_days: int
    more_days: int
    threshold: int
    """Minor units of `currency`."""
    adapters: Sequence[str]
    people_needed: int
    solo_days: int
    hold_days: int
    unclaimed_months: int
    unclaimed_policy: str
    unclaimed_charity: str
    shows_amounts: bool
    shows_ledger: str
    debtor: Mapping[str, str]
    terms: str
    form_countries: Sequence[str]

    def __post_init__(self) -> None:
        _refuse_choice("currency", self.currency, CURRENCIES)
        _refuse_choice("rule", self.rule, tuple(Rule))
        _refuse_choice("shows_ledger", self.shows_ledger, tuple(Shown))
        _refuse_choice("unclaimed_policy", self.unclaimed_policy, tuple(Unclaimed))
        for field, number, least, most in (
            ("host_share", self.host_share_ppm, 0, WHOLE),
            ("window_days", self.window_days, LEAST_WINDOW, MOST_DAYS),
            ("more_days", self.more_days, LEAST_MORE, MOST_DAYS),
            ("threshold", self.threshold, 0, MAX_SUM),
            ("people_needed", self.people_needed, min(PEOPLE_NEEDED), max(PEOPLE_NEEDED)),
            ("solo_days", self.solo_days, 1, MOST_DAYS),
            ("hold_days", self.hold_days, 1, MOST_DAYS),
            ("unclaimed_months", self.unclaimed_months, 1, MOST_MONTHS),
        ):
            if type(number) is not int or not least <= number <= most:
                raise Invalid(
                    N_("This is a whole number from %(least)s to %(most)s."),
                    field=field,
                    blanks={"least": least, "most": most},
                )
        if not set(self.adapters) <= WAYS.keys():
            raise Invalid(N_("Please choose from the answers that are offered."), field="adapters")
        if self.unclaimed_policy == Unclaimed.CHARITY and not self.unclaimed_charity.strip():
            raise Invalid(N_("Please say which charity, by name."), field="unclaimed_charity")
        if len(self.unclaimed_charity) > 200:
            raise Invalid(N_("please keep it under %(n)s characters"), field="unclaimed_charity", blanks={"n": 200})
        if len(self.terms) > MAX_TERMS:
            raise Invalid(N_("please keep it under %(n)s characters"), field="terms", blanks={"n": MAX_TERMS})
        if not set(self.debtor) <= DEBTOR_FIELDS.keys() or any(len(value) > 140 for value in self.debtor.values()):
            raise Invalid(N_("Please keep these under 140 characters each."), field="debtor_name")
        if (country := self.debtor.get("country", "")) and not _is_country(country):
            raise Invalid(N_("A country is two letters, such as DE."), field="debtor_country")
        if len(self.form_countries) > MAX_COUNTRIES or not all(map(_is_country, self.form_countries)):
            raise Invalid(N_("Countries are two letters each, such as US."), field="form_countries")


def _refuse_choice(field: str, value: str, choices: Sequence[str] | Mapping[str, int]) -> None:
    if value not in choices:
        raise Invalid(N_("Please choose one of the answers that are offered."), field=field)


def _is_country(code: str) -> bool:
    return len(code) == 2 and code.isascii() and code.isalpha() and code.isupper()
