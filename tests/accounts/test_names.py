"""What a name may look like."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedirec.accounts.names import RESERVED, check_name
from fedirec.errors import Invalid

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789_"


@given(st.text(LETTERS, min_size=1, max_size=30).filter(lambda name: name not in RESERVED and name.strip("_")))
def test_letters_digits_and_underscores_make_a_name(name: str) -> None:
    assert check_name(name) == name
    assert check_name(f" @{name.upper()} ") == name


@given(st.text())
def test_whatever_is_typed_a_name_is_plain_or_refused(typed: str) -> None:
    try:
        name = check_name(typed)
    except Invalid:
        return
    assert re.fullmatch(r"[a-z0-9_]{1,30}", name)
    assert name not in RESERVED
    assert check_name(name) == name


@pytest.mark.parametrize(
    "typed",
    [
        "", "   ", "@", "a b", "ana-maria", "ana.maria", "ana@b.test", "a" * 31, "a\u00f1a", "\u0430na", "ana\x00b",
        "../ana", "ana/..", "ana%20", "ana?x", "ana#x", "\uff11\uff12", "ana\u202eb", "\ufb01sh", "\u212a", "____", "_",
    ],
)  # fmt: skip
def test_what_could_be_mistaken_is_no_name(typed: str) -> None:
    with pytest.raises(Invalid):
        check_name(typed)


@pytest.mark.parametrize("typed", ["admin", "Admin", "@moderator", "actor", "inbox", "owner", "support", "fedirec"])
def test_nobody_passes_for_those_who_run_the_place(typed: str) -> None:
    with pytest.raises(Invalid, match="reserved"):
        check_name(typed)
