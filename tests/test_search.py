"""Full text search, alike on both databases."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fedirec.db import fetch_rows, transaction
from fedirec.db.search import (
    COMMON,
    find_few,
    finds_many,
    gathering_words,
    make_findable,
    make_unfindable,
    search_for,
    words_in,
)

NASTY = [
    '"',
    '" OR "',
    "night AND",
    "NOT night",
    "NEAR(night train)",
    "night*",
    "words: night",
    "'; DROP TABLE record_words; --",
    "night & | ! <-> ()",
    "a:* b:B",
    "\\",
    "%",
    "?",
    "-night",
    "^night",
    "{words} : night",
    "\u202e\u0301",
]


async def _found(typed: str) -> list[int]:
    search = search_for("record", typed)
    return sorted(int(row["id"]) for row in await fetch_rows(search.sql, *search.values)) if search else []


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("cafe", [1]),
        ("CAFÉ", [1]),
        ("café con", [1]),
        ("con cafe", [1]),
        ("nigh", [2]),
        ("night-train", [2]),
        ("train-night", []),
        ("nigh train", []),
        ("東京", [3]),
        ("京東", []),
        ("strasse", [4]),
        ("Straße", [4]),
        ("Łódź", [4]),
        ("nothing", []),
        ("", []),
        ("…", []),
    ],
)
async def test_words_are_found_whatever_their_case_and_accents(database: str, typed: str, expected: list[int]) -> None:
    await make_findable("record", 1, "Café con leche")
    await make_findable("record", 2, "The Night-Train", "leaves late")
    await make_findable("record", 3, "夜の東京")
    await make_findable("record", 4, "Straße nach Łódź")

    assert await _found(typed) == expected


async def test_what_changes_is_found_by_its_new_words_and_what_goes_by_none(database: str) -> None:
    await make_findable("record", 1, "first words")
    await make_findable("actor", 1, "first somebody")
    await make_findable("record", 1, "second words")
    assert (await _found("first"), await _found("second")) == ([], [1])

    await make_unfindable("record", 1)
    await make_unfindable("record", 1)
    assert await _found("second") == []


async def test_what_a_transaction_took_back_is_not_found(database: str) -> None:
    async def fail() -> None:
        async with transaction():
            await make_findable("record", 1, "never was")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await _found("never") == []


@pytest.mark.parametrize("typed", NASTY)
async def test_what_people_type_is_never_a_piece_of_query_language(database: str, typed: str) -> None:
    await make_findable("record", 1, "night train words")

    assert await _found(typed) in ([], [1])


async def test_many_finds_are_told_from_few(database: str) -> None:
    async with transaction():
        for key in range(COMMON + 1):
            await make_findable("record", key, "often" if key else "often once")

    few, many = search_for("record", "once"), search_for("record", "often")
    assert few is not None
    assert many is not None
    assert (await finds_many(few), await finds_many(many)) == (False, True)
    assert (await find_few(few), await find_few(many)) == ([0], None)


@given(st.text(max_size=60))
@example("\U0001d7ca")  # a mathematical digamma, which is a capital one inside
def test_words_are_the_same_when_they_are_taken_apart_again(text: str) -> None:
    words = words_in(text)
    assert words_in(" ".join(words)) == words
    assert all(word.isalnum() for word in words)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_what_is_made_findable_together_is_one_piece_of_the_index(database: str) -> None:
    async with transaction(), gathering_words():
        for key in range(1, 41):
            await make_findable("record", key, f"Night train number {key}")
        await make_unfindable("record", 40)

    pieces = await fetch_rows("SELECT DISTINCT segid FROM record_words_index_idx")
    assert len(pieces) == 1
    assert await _found("number") == list(range(1, 40))
