"""SEPA credit transfers as a file for the bank: ISO 20022 pain.001.001.09, one booking, euro only.

The rules to know: the same batch makes the same message identification, by which a bank recognises a file that it has
seen; and what is written is checked against the schema of ISO before anybody gets it. Unstructured addresses are not
written at all: SEPA forbids them since 15 November 2026.

Payees' banks compare name and account (Verification of Payee). What the bank will see of a name is `cleaned_name`, to
be shown to the payee before they agree to it. A file with one transfer cannot be left out of that comparison.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC
from functools import lru_cache
from importlib import import_module
from importlib.resources import as_file, files
from typing import Any, Final
from xml.etree import ElementTree

from fedirec.credits.settings import WAYS
from fedirec.errors import Invalid, Misconfigured
from fedirec.ledger.iban import OUTSIDE_EEA, read_bic, read_iban
from fedirec.payouts.adapters.details import HIDDEN, LAST, read_details
from fedirec.payouts.adapters.protocol import Attempt, Batch, Detail, File, Kind, Limits, refuse_amount
from fedirec.translatable import N_

SCHEMA: Final = "pain.001.001.09"
CURRENCY: Final = "EUR"
MAXIMUM: Final = 99_999_999_999
"""Cents: 999,999,999.99 euro, the most that the scheme carries in one transfer."""
NAME_LENGTH: Final = 70
MESSAGE_LENGTH: Final = 140
NO_ADDRESS: Final = N_(
    "Transfers to accounts outside the EEA need the address of the account that pays. Please add it."
)
_NAMESPACE: Final = {"p": f"urn:iso:std:iso:20022:tech:xsd:{SCHEMA}"}
_KEY: Final = re.compile(r"[A-Za-z0-9]{1,35}")
_CONVERSION: Final = str.maketrans(
    {
        **dict.fromkeys("!#$%*<=>@^~", "."),
        **dict.fromkeys("[{", "("),
        **dict.fromkeys("]}", ")"),
        **dict.fromkeys("\\|", "/"),
        "&": "+",
        ";": ",",
        "_": "-",
        "`": "'",
        '"': "'",
    }
)
"""What stands for the rest of ASCII in the characters that every bank takes, in the manner of EPC217-08."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payer:
    """The account that is paid from. The address is needed as soon as a payee's bank is outside the EEA."""

    name: str
    iban: str = field(repr=False)
    bic: str = ""
    street: str = ""
    postcode: str = ""
    town: str = ""
    country: str = ""

    def __post_init__(self) -> None:
        """Raises Invalid, with a field, for what no bank would take."""
        cleaned_name(self.name)
        if read_iban(self.iban) != self.iban:
            raise Invalid("That is not an IBAN in its short spelling.", field="iban")
        if self.bic and read_bic(self.bic) != self.bic:
            raise Invalid("A BIC has 8 or 11 capital letters and digits.", field="bic")
        _address_of({name: getattr(self, name) for name in ("street", "postcode", "town", "country")})


class Sepa:
    """Writes a file for the payer's bank."""

    name = "sepa"
    label = WAYS["sepa"].name
    kind = Kind.FILE
    asks = (
        Detail(
            name="name",
            label=N_("Name of the account's owner"),
            hint=N_("Exactly as your bank has it: banks compare it."),
            autocomplete="name",
            max_length=NAME_LENGTH,
        ),
        Detail(name="iban", label=N_("IBAN"), max_length=42),
        Detail(
            name="street",
            label=N_("Street and number"),
            hint=N_("Only if your bank asks senders for your address."),
            autocomplete="street-address",
            required=False,
            max_length=70,
        ),
        Detail(name="postcode", label=N_("Postcode"), autocomplete="postal-code", required=False, max_length=16),
        Detail(name="town", label=N_("Town"), autocomplete="address-level2", required=False, max_length=35),
        Detail(
            name="country",
            label=N_("Country"),
            hint=N_("Two letters, such as DE."),
            autocomplete="country",
            required=False,
            max_length=2,
        ),
    )

    def __init__(self, payer: Payer) -> None:
        self.payer = payer

    def find_limits(self, currency: str) -> Limits | None:
        return Limits(maximum=MAXIMUM) if currency == CURRENCY else None

    def expected_fee(self, amount: int, currency: str) -> int:
        return 0

    @classmethod
    def check_details(cls, details: Mapping[str, str]) -> dict[str, str]:
        """As asked, the name as it was typed. Raises Invalid where nothing is left of it in the bank's letters."""
        kept = read_details(cls.asks, details)
        kept["iban"] = read_iban(kept["iban"])
        if "country" in kept:
            kept["country"] = kept["country"].upper()
        cleaned_name(kept["name"])
        _address_of(kept)
        return kept

    @staticmethod
    def mask(details: Mapping[str, str]) -> str:
        iban = details["iban"]
        return f"{iban[:2]}** {HIDDEN} {iban[-LAST:]}"

    def find_fault(self, details: Mapping[str, str]) -> str | None:
        if not self.payer.country and details.get("iban", "")[:2] in OUTSIDE_EEA:
            return NO_ADDRESS
        try:
            _written(details)
        except Invalid as error:
            return error.message
        return None

    def write(self, batch: Batch) -> File:
        """The file that pays `batch`, valid against the schema."""
        _refuse_batch(batch)
        for attempt in batch.attempts:
            refuse_amount(self, attempt.amount, attempt.currency)
        writing = _library("sepaxml").SepaTransfer(self._config(batch), schema=SCHEMA, clean=False)
        for attempt in batch.attempts:
            writing.add_payment(_payment_of(attempt, batch))
        content = _identified(writing.export(validate=False), batch)
        _refuse_schema(content)
        return File(name=f"sepa-{batch.key}.xml", media_type="application/xml", content=content)

    def _config(self, batch: Batch) -> dict[str, Any]:
        payer = self.payer
        place = {name: getattr(payer, name) for name in ("street", "postcode", "town", "country")}
        if not payer.country and any(each.details["iban"][:2] in OUTSIDE_EEA for each in batch.attempts):
            raise Misconfigured(NO_ADDRESS)
        config: dict[str, Any] = {
            "name": cleaned_name(payer.name),
            "IBAN": payer.iban,
            "currency": CURRENCY,
            "batch": True,
            "address": _address_of(place),
        }
        return config | ({"BIC": payer.bic} if payer.bic else {})


def cleaned_name(name: str) -> str:
    """What banks will see of `name`: Latin letters, digits and few signs.

    Raises Invalid when nothing of a name is left, or more than fits.
    """
    cleaned = _cleaned(name)
    if not re.search(r"[A-Za-z]", cleaned):
        raise Invalid("Please write this in Latin letters, as your bank does.", field="name")
    if len(cleaned) > NAME_LENGTH:
        raise Invalid(
            "In the letters that banks use, this is longer than %(n)s characters.",
            field="name",
            blanks={"n": NAME_LENGTH},
        )
    return cleaned


def name_in_file(adapter: str, details: Mapping[str, str]) -> str:
    """How the name of a payee stands in the file for the bank, where it is not as they wrote it; else empty, and where
    they are paid in another way.
    """
    if adapter != Sepa.name:
        return ""
    name = cleaned_name(details["name"])
    return name if name != " ".join(details["name"].split()) else ""


def _cleaned(text: str) -> str:
    latin: str = _library("text_unidecode").unidecode(text).translate(_CONVERSION)
    latin = re.sub(r"[^A-Za-z0-9/?:().,'+ -]", " ", latin)
    latin = re.sub(r"/{2,}", "/", " ".join(latin.split()))
    return latin.strip("/ ").strip()


def _address_of(details: Mapping[str, str]) -> dict[str, str]:
    """Without the kind of address, which the library writes as no schema has it (python-sepaxml#72)."""
    place = {name: _cleaned(details.get(name, "")) for name in ("street", "postcode", "town", "country")}
    if not any(place.values()):
        return {}
    for name in ("town", "country"):
        if not place[name]:
            raise Invalid("An address has a town and a country.", field=name)
    if not re.fullmatch(r"[A-Z]{2}", place["country"]):
        raise Invalid("Please write the country as two letters, such as DE.", field="country")
    for name, length in (("street", 70), ("postcode", 16), ("town", 35)):
        if len(place[name]) > length:
            raise Invalid("Please keep this to %(n)s characters.", field=name, blanks={"n": length})
    names = {"street": "street_name", "postcode": "postcode", "town": "town", "country": "country"}
    return {names[name]: text for name, text in place.items() if text}


def _refuse_batch(batch: Batch) -> None:
    keys = [attempt.key for attempt in batch.attempts]
    if not keys:
        raise Invalid("there is nothing to pay")
    if len(set(keys)) != len(keys):
        raise Invalid("two payments have the same key")
    if not all(_KEY.fullmatch(key) for key in (batch.key, *keys)):
        raise Invalid("a key has characters that banks do not take, or too many")
    if batch.currency != CURRENCY:
        raise Invalid("%(currency)s is not paid this way", field="currency", blanks={"currency": batch.currency})
    if batch.execute_on < batch.created_at.date():
        raise Invalid("Please choose a day that is not over.", field="execute_on")


def _payment_of(attempt: Attempt, batch: Batch) -> dict[str, Any]:
    return _written(attempt.details) | {
        "amount": attempt.amount,
        "execution_date": batch.execute_on,
        "description": _cleaned(attempt.message)[:MESSAGE_LENGTH].strip("/ ") or attempt.key,
        "endtoend_id": attempt.key,
    }


def _written(details: Mapping[str, str]) -> dict[str, Any]:
    """How somebody stands in the file. Raises Invalid for what no bank takes."""
    payment = {"name": cleaned_name(details["name"]), "IBAN": read_iban(details["iban"])}
    address = _address_of(details)
    return payment | ({"address": address} if address else {})


def _identified(document: bytes, batch: Batch) -> bytes:
    """`document` under the key of its batch, where the library had made up something new each time.

    A bank that has no BIC is written as the EPC's guidelines have it, not left empty.
    """
    root = ElementTree.fromstring(document)  # noqa: S314  (it was written here, a moment ago)
    for path, text in {
        "MsgId": batch.key,
        "CreDtTm": batch.created_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "PmtInfId": batch.key,
    }.items():
        [found] = root.findall(f".//p:{path}", _NAMESPACE)
        found.text = text
    for bank in root.findall(".//p:FinInstnId", _NAMESPACE):
        if not len(bank):
            other = ElementTree.SubElement(bank, f"{{{_NAMESPACE['p']}}}Othr")
            ElementTree.SubElement(other, f"{{{_NAMESPACE['p']}}}Id").text = "NOTPROVIDED"
    written: bytes = ElementTree.tostring(root, "utf-8", xml_declaration=True)
    return written


def _refuse_schema(content: bytes) -> None:
    errors = list(_schema().iter_errors(content.decode()))
    if errors:
        raise Invalid("that does not make a file that a bank would take") from errors[0]


@lru_cache(maxsize=1)
def _schema() -> Any:
    with as_file(files(_library("sepaxml")) / "schemas" / f"{SCHEMA}.xsd") as path:
        return _library("xmlschema").XMLSchema(str(path))


def _library(name: str) -> Any:
    """Loaded for the first file, not with every process: few of them write one."""
    return import_module(name)
