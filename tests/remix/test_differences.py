"""What became of one text in another, word by word."""

from __future__ import annotations

import time
from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedirec.remix.differences import Change, Piece, compare_texts, side_by_side

_WORDS = st.lists(st.sampled_from(["sun", "moon", "a", "the", " ", "\n", ",", "夜", "空", "é", "🌙"]), max_size=40)
TEXTS = st.one_of(st.text(max_size=200), _WORDS.map("".join))


def _said(before: str, after: str) -> list[tuple[str, str]]:
    return [(piece.change.value, piece.text) for piece in compare_texts(before, after)]


def _text_without(change: Change, pieces: Iterable[Piece]) -> str:
    return "".join(piece.text for piece in pieces if piece.change is not change)


@given(before=TEXTS, after=TEXTS)
def test_what_was_found_gives_back_both_texts(before: str, after: str) -> None:
    pieces = compare_texts(before, after)
    assert _text_without(Change.ADDED, pieces) == before
    assert _text_without(Change.REMOVED, pieces) == after
    assert all(piece.text for piece in pieces)
    for one, other in pairwise(pieces):
        assert one.change is not other.change
        assert (one.change, other.change) != (Change.ADDED, Change.REMOVED)


@given(before=TEXTS, after=TEXTS)
def test_side_by_side_nothing_is_lost(before: str, after: str) -> None:
    rows = side_by_side(compare_texts(before, after))
    assert _letters("".join(piece.text for row in rows for piece in row.before)) == _letters(before)
    assert _letters("".join(piece.text for row in rows for piece in row.after)) == _letters(after)
    assert all(piece.change is not Change.ADDED for row in rows for piece in row.before)
    assert all(piece.change is not Change.REMOVED for row in rows for piece in row.after)


@given(text=TEXTS)
def test_a_text_is_the_same_as_itself(text: str) -> None:
    assert compare_texts(text, text) == ((Piece(Change.KEPT, text),) if text else ())


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("", "new", [("added", "new")]),
        ("old", "", [("removed", "old")]),
        (
            "The night is long.",
            "The night was long.",
            [("kept", "The night "), ("removed", "is"), ("added", "was"), ("kept", " long.")],
        ),
        ("one two three", "one three", [("kept", "one "), ("removed", "two "), ("kept", "three")]),
        ("夜空", "夜の空", [("kept", "夜"), ("added", "の"), ("kept", "空")]),
        (
            "green house by the sea",
            "yellow tower by the sea",
            [("removed", "green house"), ("added", "yellow tower"), ("kept", " by the sea")],
        ),
    ],
    ids=["from nothing", "to nothing", "a word", "a word less", "a sign more", "a space says nothing"],
)
def test_changes_are_told_by_words(before: str, after: str, said: list[tuple[str, str]]) -> None:
    assert _said(before, after) == said


def test_lines_that_both_have_stand_beside_each_other() -> None:
    rows = side_by_side(compare_texts("one\ntwo\nthree", "one\ntwo more\nthree"))
    assert ["".join(piece.text for piece in row.before) for row in rows] == ["one", "two", "three"]
    assert ["".join(piece.text for piece in row.after) for row in rows] == ["one", "two more", "three"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a " * 20_000, "b " * 20_000),
        ("ab" * 20_000, "ba " * 13_000),
        ("".join(f"word{number} " for number in range(5_000)), "".join(f"{number}word " for number in range(5_000))),
        (". , " * 10_000, ", . " * 10_000),
    ],
)
def test_the_worst_texts_take_no_more_than_a_moment(before: str, after: str) -> None:
    began = time.process_time()
    pieces = compare_texts(before, after)
    assert time.process_time() - began < 5
    assert _text_without(Change.ADDED, pieces) == before
    assert _text_without(Change.REMOVED, pieces) == after


def _letters(text: str) -> str:
    return text.replace("\n", "")
