"""Account numbers of the Single Euro Payments Area (ISO 13616), and the codes of banks (ISO 9362)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from fedirec.errors import Invalid

LENGTHS: Final[Mapping[str, int]] = MappingProxyType(
    {
        country: int(length)
        for length, countries in {
            "15": "NO",
            "16": "BE",
            "18": "DK FI NL",
            "19": "MK SI",
            "20": "AT EE LT LU",
            "21": "CH HR LI LV",
            "22": "BG DE GB IE ME RS VA",
            "23": "GI",
            "24": "AD CZ ES MD RO SE SK",
            "25": "PT",
            "26": "IS",
            "27": "FR GR IT MC SM",
            "28": "AL CY HU PL",
            "31": "MT",
        }.items()
        for country in countries.split()
    }
)
"""Characters of an account number, by country: those of the EPC's list of SEPA countries (EPC409-09)."""
OUTSIDE_EEA: Final = frozenset({"AD", "AL", "CH", "GB", "GI", "MC", "MD", "ME", "MK", "RS", "SM", "VA"})
"""Where banks ask for the address of whoever pays."""

_BIC: Final = re.compile(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?")


def read_iban(text: str, *, field: str = "iban") -> str:
    """What somebody typed, without spaces and in capitals. Raises Invalid unless it can be an account within SEPA."""
    iban = "".join(text.split()).upper()
    length = LENGTHS.get(iban[:2])
    if not (iban.isascii() and iban.isalnum() and iban[2:4].isdigit()):
        raise Invalid("That is not an IBAN: it begins with two letters and two digits.", field=field)
    if length is None:
        raise Invalid("Accounts in that country cannot be paid by SEPA transfer.", field=field)
    if len(iban) != length:
        raise Invalid("An IBAN of that country has %(n)s characters.", field=field, blanks={"n": length})
    if check_digits(iban[:2], iban[4:]) != iban[2:4]:
        raise Invalid("That IBAN has a mistake in it; please compare it with your bank's.", field=field)
    return iban


def read_bic(text: str, *, field: str = "bic") -> str:
    """What somebody typed, without spaces and in capitals. Raises Invalid for what is no code of a bank."""
    bic = "".join(text.split()).upper()
    if not _BIC.fullmatch(bic):
        raise Invalid("A BIC has 8 or 11 capital letters and digits.", field=field)
    return bic


def check_digits(country: str, account: str) -> str:
    """The two digits between `country` and `account` that make it an IBAN (ISO 7064, mod 97-10).

    They are 02 to 98: other ones that leave the same remainder are not given out.
    """
    digits = "".join(str(int(each, 36)) for each in account + country + "00")
    return f"{98 - int(digits) % 97:02}"


def write_iban(iban: str) -> str:
    """`iban` in groups of four, as people compare it."""
    return " ".join(iban[at : at + 4] for at in range(0, len(iban), 4))
