"""Two changes of one text as one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedirec.remix.merging import merge_texts

TEXTS = st.lists(st.sampled_from(["a", "b", "c", ""]), max_size=8).map("\n".join)


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "both"),
    [
        ("one\ntwo\nthree", "ONE\ntwo\nthree", "one\ntwo\nTHREE", "ONE\ntwo\nTHREE"),
        ("one\ntwo\nthree", "two\nthree", "one\ntwo\nthree\nfour", "two\nthree\nfour"),
        ("one\ntwo", "ONE\ntwo", "ONE\ntwo", "ONE\ntwo"),
        ("one\ntwo", "ONE\ntwo", "1\ntwo", None),
        ("one\ntwo", "ONE\ntwo", "one\nTWO", None),
        ("one", "one\nmine", "one\nyours", None),
    ],
    ids=["apart", "taken out and added", "the same", "one line", "beside each other", "at one place"],
)
def test_changes_of_different_lines_are_kept_and_others_left_to_people(
    base: str, ours: str, theirs: str, both: str | None
) -> None:
    assert merge_texts(base, ours, theirs) == both


@given(TEXTS, TEXTS)
def test_whoever_changed_nothing_changes_nothing(base: str, text: str) -> None:
    assert merge_texts(base, base, text) == merge_texts(base, text, base) == text


@given(TEXTS, TEXTS, TEXTS)
def test_it_does_not_matter_who_was_first(base: str, one: str, other: str) -> None:
    assert merge_texts(base, one, other) == merge_texts(base, other, one)
