"""Files for the bank and lists for the treasurer: what is written is valid, pays whom it names, and runs nowhere."""

from __future__ import annotations

import csv
import string
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from importlib import import_module
from importlib.resources import files
from io import StringIO
from typing import Any, Final
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fedirec.errors import Invalid, Misconfigured
from fedirec.ledger.currencies import CURRENCIES, find_amount
from fedirec.ledger.iban import LENGTHS, OUTSIDE_EEA, check_digits, read_iban, write_iban
from fedirec.payouts.adapters.csv_file import COLUMNS, CsvFile
from fedirec.payouts.adapters.manual import Manual, check_proof, returned_by, settled_by
from fedirec.payouts.adapters.protocol import Attempt, Batch, Standing, key_of
from fedirec.payouts.adapters.sepa import MAXIMUM, SCHEMA, Payer, Sepa, cleaned_name, name_in_file
from fedirec.web.tables import read_cell, write_cell

etree: Final = import_module("lxml.etree")
DOCUMENT: Final = f"urn:iso:std:iso:20022:tech:xsd:{SCHEMA}"
IBAN: Final = "DE89370400440532013000"
SWISS: Final = "CH9300762011623852957"
AT: Final = datetime(2026, 11, 23, 12, tzinfo=UTC)
PAYER: Final = Payer(
    name="Studio Ümlaut e. V.", iban=IBAN, street="Gasse 1", postcode="10115", town="Berlin", country="DE"
)


def attempt(**changes: Any) -> Attempt:
    given: dict[str, Any] = {
        "key": key_of(uuid4()),
        "amount": 1234,
        "currency": "EUR",
        "details": {"name": "Ana Díaz", "iban": "ES9121000418450200051332"},
        "message": "Your share of “Lanterns”",
    }
    return Attempt(**(given | changes))


def batch(*attempts: Attempt, **changes: Any) -> Batch:
    given: dict[str, Any] = {
        "key": key_of(uuid4()),
        "currency": "EUR",
        "created_at": AT,
        "execute_on": date(2026, 11, 24),
        "attempts": attempts,
    }
    return Batch(**(given | changes))


@cache
def schema() -> Any:
    return etree.XMLSchema(etree.parse(str(files("sepaxml") / "schemas" / f"{SCHEMA}.xsd")))


def read(content: bytes) -> Any:
    """The document, held to the schema of ISO by another program than the one that wrote it."""
    root = etree.fromstring(content)
    schema().assertValid(root)
    return root


def every(root: Any, name: str) -> list[str]:
    return [each.text for each in root.iter(f"{{{DOCUMENT}}}{name}")]


def test_a_sepa_file_pays_whom_it_names_what_they_are_owed() -> None:
    first, second = attempt(amount=5), attempt(amount=MAXIMUM, details={"name": "Bo & Søn", "iban": SWISS})
    made = batch(first, second)
    root = read(Sepa(PAYER).write(made).content)
    assert every(root, "InstdAmt") == ["0.05", "999999999.99"]
    assert {each.get("Ccy") for each in root.iter(f"{{{DOCUMENT}}}InstdAmt")} == {"EUR"}
    assert every(root, "EndToEndId") == [first.key, second.key]
    assert every(root, "IBAN") == [IBAN, "ES9121000418450200051332", SWISS]
    assert every(root, "Nm") == ["Studio Umlaut e. V."] * 2 + ["Ana Diaz", "Bo + Son"]
    assert every(root, "Ustrd") == ["Your share of 'Lanterns'"] * 2
    assert set(every(root, "CtrlSum")) == {"1000000000.04"}
    assert set(every(root, "NbOfTxs")) == {"2"}
    assert every(root, "MsgId") == every(root, "PmtInfId") == [made.key]
    assert every(root, "Dt") == ["2026-11-24"]
    assert every(root, "TwnNm") == ["Berlin"]
    assert not every(root, "AdrLine")
    assert not every(root, "AdrTp")


def test_a_message_fits_and_is_never_empty() -> None:
    art, long, slashes = attempt(message="🎨"), attempt(message="ä" * 200), attempt(message="//A//B/")
    root = read(Sepa(PAYER).write(batch(art, long, slashes)).content)
    assert every(root, "Ustrd") == [art.key, "a" * 140, "A/B"]


def test_a_bank_without_a_code_is_written_as_the_guidelines_have_it() -> None:
    bare, coded = (read(Sepa(replace(PAYER, bic=bic)).write(batch(attempt())).content) for bic in ("", "COBADEFFXXX"))
    assert (every(bare, "Id")[-2:], every(bare, "BICFI")) == (["NOTPROVIDED", None], [])
    assert every(coded, "BICFI") == ["COBADEFFXXX"]
    assert "NOTPROVIDED" not in every(coded, "Id")


def test_a_file_is_dated_in_one_zone_wherever_it_is_made() -> None:
    made = AT.astimezone(timezone(timedelta(hours=5)))
    assert every(read(Sepa(PAYER).write(batch(attempt(), created_at=made)).content), "CreDtTm") == [
        "2026-11-23T12:00:00Z"
    ]


def test_a_file_that_does_not_keep_to_the_schema_is_given_to_nobody() -> None:
    payer = replace(PAYER)
    object.__setattr__(payer, "bic", "what nobody checked")
    with pytest.raises(Invalid):
        Sepa(payer).write(batch(attempt()))


def test_a_bank_recognises_a_file_that_was_written_a_second_time() -> None:
    made, sepa = batch(attempt()), Sepa(replace(PAYER, bic="COBADEFFXXX"))
    assert sepa.write(made).content == sepa.write(made).content
    assert sepa.write(made).name == f"sepa-{made.key}.xml"


@pytest.mark.parametrize(
    "wrong",
    [
        batch(),
        batch(attempt(key="A"), attempt(key="A")),
        batch(attempt(key="A" * 36)),
        batch(attempt(key="A-B")),
        batch(attempt(), key=""),
        batch(attempt(), currency="USD"),
        batch(attempt(currency="USD")),
        batch(attempt(amount=0)),
        batch(attempt(amount=-1)),
        batch(attempt(amount=MAXIMUM + 1)),
        batch(attempt(), execute_on=date(2026, 11, 22)),
        batch(attempt(details={"name": "Ana", "iban": "DE00370400440532013000"})),
        batch(attempt(details={"name": "🎨", "iban": IBAN})),
    ],
)
def test_what_a_bank_would_not_take_is_not_written(wrong: Batch) -> None:
    with pytest.raises(Invalid):
        Sepa(PAYER).write(wrong)


def test_an_address_is_written_in_its_parts() -> None:
    typed = {
        "name": "Zoë",
        "iban": SWISS,
        "street": "Rämistr. 5",
        "postcode": "8001",
        "town": "Zürich",
        "country": "ch",
    }
    kept = Sepa(PAYER).check_details(typed)
    root = read(Sepa(PAYER).write(batch(attempt(details=kept))).content)
    assert (every(root, "StrtNm")[1], every(root, "TwnNm")[1], every(root, "Ctry")[1]) == ("Ramistr. 5", "Zurich", "CH")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"iban": "DE00370400440532013000"}, "iban"),
        ({"iban": "DE8937040044053201300"}, "iban"),
        ({"iban": "US89370400440532013000"}, "iban"),
        ({"iban": "DE\uff18\uff19"}, "iban"),
        ({"iban": ""}, "iban"),
        ({"name": ""}, "name"),
        ({"name": "🎨"}, "name"),
        ({"name": "Ж" * 70}, "name"),
        ({"name": "A\u202eB"}, "name"),
        ({"town": "Zürich"}, "country"),
        ({"country": "CH"}, "town"),
        ({"town": "Zürich", "country": "C1"}, "country"),
    ],
)
def test_details_that_cannot_be_right_are_refused_beside_their_field(changes: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as raised:
        Sepa(PAYER).check_details({"name": "Ana", "iban": IBAN} | changes)
    assert raised.value.field == field


def test_details_are_kept_as_they_were_meant() -> None:
    typed = {"name": " Ana   Díaz ", "iban": "de89 3704 0044 0532 0130 00", "note": "x"}
    assert Sepa(PAYER).check_details(typed) == {"name": "Ana Díaz", "iban": IBAN}
    assert write_iban(IBAN) == "DE89 3704 0044 0532 0130 00"


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("Añá 🎨 Ж", "Ana Zh"),
        ("Müller & Söhne", "Muller + Sohne"),
        ("O\u2019Neill", "O'Neill"),
        ("Ana_B [x] <y>", "Ana-B (x) .y."),
        ("//Ana//", "Ana"),
    ],
)
def test_payees_see_beforehand_what_their_bank_will_see(name: str, cleaned: str) -> None:
    assert cleaned_name(name) == cleaned
    assert (name_in_file("sepa", {"name": name}), name_in_file("csv", {"name": name})) == (cleaned, "")
    assert name_in_file("sepa", {"name": cleaned}) == "", "nothing was replaced"


def test_banks_outside_the_eea_are_told_who_pays() -> None:
    nowhere = Sepa(Payer(name="Studio", iban=IBAN))
    assert read(nowhere.write(batch(attempt())).content) is not None
    with pytest.raises(Misconfigured):
        nowhere.write(batch(attempt(), attempt(details={"name": "Bo", "iban": SWISS})))
    assert set(LENGTHS) > OUTSIDE_EEA


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"iban": "DE00"}, "iban"),
        ({"iban": "DE89 3704"}, "iban"),
        ({"bic": "x"}, "bic"),
        ({"name": "?"}, "name"),
        ({"town": ""}, "town"),
    ],
)
def test_a_payer_that_no_bank_would_know_is_refused(changes: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as raised:
        replace(PAYER, **changes)
    assert raised.value.field == field


accounts = st.sampled_from(sorted(LENGTHS)).flatmap(
    lambda country: st.text(
        string.digits + string.ascii_uppercase, min_size=LENGTHS[country] - 4, max_size=LENGTHS[country] - 4
    ).map(lambda account: country + check_digits(country, account) + account)
)
anything = st.text(max_size=90)
messages = st.text(max_size=200)
places = st.fixed_dictionaries(
    {"town": st.text("Zürich -&", min_size=1, max_size=12), "country": st.sampled_from(["CH", "de"])},
    optional={"street": st.text("Gaße 1/", max_size=12), "postcode": st.text(string.digits, max_size=9)},
)
people = st.one_of(
    anything, st.text("AñáЖß🎨&<>\"'/- ", min_size=1, max_size=40), st.text(string.printable, max_size=60)
)
details = st.builds(
    lambda name, iban, place: {"name": name, "iban": iban, **place},
    st.one_of(people, people.map(lambda name: f"Ana {name}")),
    accounts,
    st.one_of(st.just({}), places, st.dictionaries(st.sampled_from(["street", "town", "country"]), anything)),
)
amounts = st.one_of(
    st.integers(1, MAXIMUM),
    st.integers(1, 999),
    st.integers(1, 99),
    st.sampled_from([0, -1, MAXIMUM, MAXIMUM + 1, 2**63]),
)


@settings(max_examples=120, deadline=None)
@given(st.lists(st.tuples(details, amounts, messages, st.uuids()), min_size=1, max_size=3))
def test_any_payment_makes_a_valid_file_or_is_refused(
    payments: list[tuple[dict[str, str], int, str, UUID]],
) -> None:
    sepa, attempts = Sepa(PAYER), []
    try:
        for typed, amount, message, key in payments:
            kept = sepa.check_details(typed)
            assert sepa.check_details(kept) == kept
            attempts.append(attempt(key=key_of(key), amount=amount, message=message, details=kept))
        content = sepa.write(batch(*attempts)).content
    except Invalid:
        return
    root = read(content)
    assert [find_amount(each, "EUR") for each in every(root, "InstdAmt")] == [each.amount for each in attempts]
    assert find_amount(every(root, "CtrlSum")[0], "EUR") == sum(each.amount for each in attempts)
    assert every(root, "IBAN")[1:] == [each.details["iban"] for each in attempts]
    allowed = set(string.ascii_letters + string.digits + "/-?:().,'+ ")
    assert set("".join(every(root, "Nm") + every(root, "Ustrd"))) <= allowed


@settings(max_examples=80)
@given(accounts, st.integers(2, 33), st.sampled_from(string.digits + string.ascii_uppercase))
def test_one_wrong_character_in_an_iban_is_found(iban: str, at: int, other: str) -> None:
    assert read_iban(write_iban(iban).lower()) == iban
    at %= len(iban)
    if iban[at] != other and iban[at].isdigit() == other.isdigit():  # what ISO 7064 promises
        with pytest.raises(Invalid):
            read_iban(iban[:at] + other + iban[at + 1 :])


def rows(content: bytes) -> list[Mapping[str, str]]:
    return list(csv.DictReader(StringIO(content.decode("utf-8-sig"), newline="")))


RISKY: Final = tuple("=+-@\t\r\n＝＋－＠")  # noqa: RUF001
cells = st.one_of(anything, st.text("=+-@\t\r\n'\" ,;|a＝1", max_size=12))  # noqa: RUF001


@given(cells)
def test_no_cell_begins_as_a_formula_does_and_each_is_read_back(text: str) -> None:
    written = write_cell(text)
    assert read_cell(written) == text
    for separator in '\t,;|"\r\n':
        for piece in written.split(separator):
            assert not piece.strip(" ").startswith(RISKY) or piece.strip(" ")[0] in "\t\r\n"
    assert not written.lstrip(" ").startswith(RISKY)


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.text(min_size=1, max_size=60), cells, st.integers(1, 2**63 - 1), st.sampled_from(sorted(CURRENCIES))
        ),
        min_size=1,
        max_size=4,
    )
)
def test_a_list_for_the_treasurer_says_what_was_meant(payments: list[tuple[str, str, int, str]]) -> None:
    by_csv, currency, attempts = CsvFile(), payments[0][3], []
    for name, message, amount, _ in payments:
        try:
            kept = by_csv.check_details({"name": name, "account": f"={name}"})
        except Invalid:
            continue
        attempts.append(attempt(details=kept, message=message, amount=amount, currency=currency))
    if not attempts:
        return
    found = rows(by_csv.write(batch(*attempts, currency=currency)).content)
    assert [row["key"] for row in found] == [each.key for each in attempts]
    for row, each in zip(found, attempts, strict=True):
        assert tuple(row) == COLUMNS
        assert read_cell(row["name"]) == each.details["name"]
        assert read_cell(row["account"]) == each.details["account"]
        assert row["account"].startswith("'=")
        assert read_cell(row["message"]) == " ".join(each.message.split()) or not each.message.isascii()
        whole, _, rest = row["amount"].partition(".")
        assert (int(whole + rest), len(rest)) == (each.amount, CURRENCIES[currency])


@pytest.mark.parametrize(
    "wrong",
    [
        batch(),
        batch(attempt(key="A"), attempt(key="A")),
        batch(attempt(currency="USD")),
        batch(attempt(amount=0)),
        batch(attempt(amount=-3)),
        batch(attempt(currency="XXX"), currency="XXX"),
    ],
)
def test_a_list_that_would_mislead_is_not_written(wrong: Batch) -> None:
    with pytest.raises(Invalid):
        CsvFile().write(wrong)


def test_a_list_opens_in_a_spreadsheet_with_its_letters() -> None:
    file = CsvFile().write(batch(attempt(details={"name": "Añá Жук", "account": "1"})))
    assert file.content.startswith(b"\xef\xbb\xbf")
    assert (file.media_type, rows(file.content)[0]["name"]) == ("text/csv", "Añá Жук")


def test_payment_by_hand_needs_a_proof_with_something_in_it() -> None:
    proof = check_proof(" No. 7 ", text="Cash on 23 November,\nsigned for")
    assert settled_by(proof).standing is Standing.SETTLED
    assert (proof.reference, proof.text) == ("No. 7", "Cash on 23 November, signed for")
    back = returned_by(check_proof("No. 8", text="Sent back"), attempt(amount=70))
    assert (back.standing, back.came_back) == (Standing.RETURNED, 70)
    for reference, text, field in (("", "x", "reference"), ("7", " ", "text"), ("7" * 101, "x", "reference")):
        with pytest.raises(Invalid) as raised:
            check_proof(reference, text=text)
        assert raised.value.field == field
    assert Manual().check_details({"instructions": "cash"}) == {"instructions": "cash"}


def test_what_payees_told_is_in_no_word_about_a_payment() -> None:
    one = attempt(details={"name": "planted", "iban": "planted"})
    made = batch(one)
    assert "planted" not in f"{one} {one!r} {made!r}"
    assert IBAN not in repr(PAYER)


def test_a_key_is_made_of_what_every_bank_takes() -> None:
    key = key_of(UUID("0190a5c4-7b1e-7000-8000-000000000001"))
    assert (len(key), key.isalnum(), key.isupper()) == (26, True, True)
