"""The currencies of ISO 4217, and how many digits of each are minor units."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_BY_DIGITS: Final = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF",
    2: (
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP "
        "CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS "
        "INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN "
        "MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE "
        "SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR "
        "ZMW ZWG"
    ),
    3: "BHD IQD JOD KWD LYD OMR TND",
}

CURRENCIES: Final[Mapping[str, int]] = MappingProxyType(
    {code: digits for digits, codes in _BY_DIGITS.items() for code in codes.split()}
)
"""Minor digits by code."""


def write_amount(amount: int, currency: str) -> str:
    """`amount` minor units in digits: 12000 of EUR is "120.00", 12000 of JPY is "12000"."""
    digits = CURRENCIES[currency]
    sign, text = ("-", str(-amount)) if amount < 0 else ("", str(amount))
    if not digits:
        return sign + text
    text = text.zfill(digits + 1)
    return f"{sign}{text[:-digits]}.{text[-digits:]}"


def write_money(amount: int, currency: str) -> str:
    """`amount` minor units with their currency: "120.00 EUR"."""
    return f"{write_amount(amount, currency)} {currency}"


def find_amount(text: str, currency: str) -> int | None:
    """The minor units in what somebody typed, with a point or a comma; None when it is no such amount."""
    whole, separator, rest = text.strip().replace(",", ".").partition(".")
    digits = CURRENCIES.get(currency)
    if digits is None or not whole.isascii() or not whole.isdigit() or len(whole) > 14 or len(rest) > digits:
        return None
    if separator and not (rest.isascii() and rest.isdigit()):
        return None
    return int(whole + rest.ljust(digits, "0"))
