"""Sums of money and shares, as readers write them."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from babel.numbers import format_currency, format_decimal

from fedirec.ledger.currencies import CURRENCIES
from fedirec.web.language import gettext as _
from fedirec.web.language import reader

_WHOLE: Final = 1_000_000


def money(amount: int, currency: str) -> str:
    """`amount` minor units of `currency`, such as "€1,200.00" or "1.200,00 €"."""
    value = Decimal(amount).scaleb(-CURRENCIES.get(currency, 2))
    return str(format_currency(value, currency, locale=_locale(), currency_digits=True))


def share(ppm: int) -> str:
    """Parts per million as a percentage with two decimals at most: "33.33 %"; to the last of them only where that would
    make nothing of a little, or everything of a little less.
    """
    rounded = round(ppm, -2)
    return exact_share(ppm if rounded in (0, _WHOLE) else rounded)


def exact_share(ppm: int) -> str:
    """Parts per million as a percentage, to the last of them: "33.3334 %"."""
    number = format_decimal(Decimal(ppm).scaleb(-4).normalize(), format="#,##0.####", locale=_locale())
    return _("%(number)s %%") % {"number": number}


def _locale() -> str:
    return reader().locale.replace("-", "_")
