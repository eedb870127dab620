"""What a challenge promises."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedirec.errors import Invalid
from fedirec.ledger.currencies import CURRENCIES, find_amount, write_amount
from fedirec.remix.licences import ALL_RIGHTS_RESERVED, BY, BY_NC, BY_SA, CC0, UNKNOWN, Licence
from fedirec.remix.terms import MAX_AMOUNT, MAX_TEXT, DecidedBy, Pays, Terms, revise

POT = Terms(version=1, licence="CC-BY-SA-4.0", pays=Pays.POT, amount=50_000, currency="EUR", text="Half to the band.")


def test_terms_say_what_they_pay_and_bind_by_their_digest() -> None:
    assert POT.write() == {
        "termsVersion": 1,
        "license": "https://creativecommons.org/licenses/by-sa/4.0/",
        "pays": "pot",
        "minorUnits": "50000",
        "currency": "EUR",
        "decidedBy": "leaders",
        "content": "Half to the band.",
    }
    # SHA-256 of the canonical form, computed apart from this code.
    assert POT.digest == "zQmRzz8ESWApjwHq7hKvbW41k8aNqEU8gzL7vXJpivUBh9j"


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"licence": "CC-BY-4.0"},
        {"amount": 50_001},
        {"currency": "USD"},
        {"decided_by": DecidedBy.COMMUNITY},
        {"text": ""},
        {"rule": "By hours."},
        {"method": "By lot."},
        {"pays": Pays.PERHAPS, "amount": None, "currency": None},
    ],
)
def test_every_change_of_the_terms_changes_their_digest(change: dict[str, Any]) -> None:
    fields = {name: getattr(POT, name) for name in ("version", "licence", "pays", "amount", "currency", "decided_by")}
    assert Terms(**({"text": POT.text} | fields | change)).digest != POT.digest


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"version": 0}, None),
        ({"version": 10**9}, None),
        ({"licence": "CC-BY-SA-3.0"}, "licence"),
        ({"licence": "LicenseRef-unknown"}, "licence"),
        ({"licence": ""}, "licence"),
        ({"pays": Pays.POT}, "currency"),
        ({"pays": Pays.POT, "amount": 100}, "currency"),
        ({"pays": Pays.POT, "amount": 100, "currency": "XXX"}, "currency"),
        ({"pays": Pays.POT, "amount": 100, "currency": "eur"}, "currency"),
        ({"pays": Pays.POT, "currency": "EUR"}, "amount"),
        ({"pays": Pays.POT, "amount": 0, "currency": "EUR"}, "amount"),
        ({"pays": Pays.POT, "amount": -1, "currency": "EUR"}, "amount"),
        ({"pays": Pays.POT, "amount": MAX_AMOUNT + 1, "currency": "EUR"}, "amount"),
        ({"pays": Pays.NOTHING, "amount": 100, "currency": "EUR"}, "amount"),
        ({"pays": Pays.PERHAPS, "currency": "EUR"}, "amount"),
        ({"text": "x" * (MAX_TEXT + 1)}, "terms"),
    ],
)
def test_terms_that_make_no_sense_are_refused_beside_their_field(fields: dict[str, Any], field: str | None) -> None:
    usual: dict[str, Any] = {"version": 1, "licence": "CC-BY-4.0"}
    with pytest.raises(Invalid) as refused:
        Terms(**(usual | fields))
    assert refused.value.field == field


def test_a_revision_is_a_new_version_only_if_something_changes() -> None:
    assert revise(POT, replace(POT, amount=50_000)) is POT
    raised = revise(POT, replace(POT, amount=60_000))
    assert (raised.version, raised.amount, raised.licence) == (POT.version + 1, 60_000, POT.licence)
    assert revise(raised, POT).version == raised.version + 1


@pytest.mark.parametrize(
    ("offered", "admitted"),
    [(BY_SA, True), (BY, True), (CC0, True), (BY_NC, False), (ALL_RIGHTS_RESERVED, False), (UNKNOWN, False)],
    ids=str,
)
def test_a_record_fits_if_it_can_go_into_what_the_terms_promise(offered: Licence, *, admitted: bool) -> None:
    assert POT.admits(offered) is admitted


@pytest.mark.parametrize(
    ("typed", "currency", "amount"),
    [
        ("120", "EUR", 12_000),
        (" 120,5 ", "EUR", 12_050),
        ("120.05", "EUR", 12_005),
        ("120", "JPY", 120),
        ("1.250", "BHD", 1_250),
        ("0.001", "EUR", None),
        ("1.5", "JPY", None),
        ("-1", "EUR", None),
        ("1e3", "EUR", None),
        ("\u0663", "EUR", None),
        ("1.", "EUR", None),
        ("", "EUR", None),
        ("1" * 15, "EUR", None),
        ("1", "XXX", None),
        ("NaN", "EUR", None),
    ],
)
def test_amounts_are_typed_in_digits_and_kept_in_minor_units(typed: str, currency: str, amount: int | None) -> None:
    assert find_amount(typed, currency) == amount


@given(st.integers(min_value=0, max_value=10**13), st.sampled_from(sorted(CURRENCIES)))
def test_an_amount_that_is_written_is_read_back(amount: int, currency: str) -> None:
    assert find_amount(write_amount(amount, currency), currency) == amount


def test_amounts_are_written_with_the_digits_of_their_currency() -> None:
    assert [write_amount(5, code) for code in ("EUR", "JPY", "KWD")] == ["0.05", "5", "0.005"]
    assert write_amount(-12_345, "EUR") == "-123.45"
