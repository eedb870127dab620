"""File names as people see them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedirec.media.names import MAX_NAME, clean_name


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ("stars.png", "stars.png"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ana\\Erste Sterne.png", "Erste Sterne.png"),
        ("photo\u202egnp.exe", "photognp.exe"),
        ("a\u200bb\x00c\n.png", "abc .png"),
        ("cafe\u0301.jpg", "café.jpg"),
        ("  many   spaces .ogg ", "many spaces .ogg"),
        ("", "file"),
        ("..", "file"),
        ("/", "file"),
        ("\u202e", "file"),
    ],
)
def test_a_name_is_its_last_part_in_visible_letters(given_name: str, shown: str) -> None:
    assert clean_name(given_name) == shown


def test_a_long_name_keeps_its_ending() -> None:
    shown = clean_name("star" * 100 + ".png")

    assert len(shown) == MAX_NAME
    assert shown.endswith("….png")


@given(st.text(max_size=400))
def test_no_name_is_long_or_empty_or_hides_anything(name: str) -> None:
    shown = clean_name(name)

    assert 0 < len(shown) <= MAX_NAME
    assert not set("/\\\n\r\0") & set(shown)
    assert not [char for char in shown if unicodedata.category(char)[0] == "C"]
    assert clean_name(shown) == shown
