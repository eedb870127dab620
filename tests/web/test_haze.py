"""The colours that stand for a picture until it has arrived."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedirec.web.haze import COLUMNS, ROWS, haze

HARBOUR = "LEHV6nWB2yk8pyo0adR*.7kCMdnj"
"""The first example of https://blurha.sh, decoded there to a warm middle between grey edges."""
COLOUR = re.compile(r"#[0-9a-f]{6}")


def test_a_blurhash_becomes_a_few_squares_in_its_colours() -> None:
    spots = haze(HARBOUR)
    assert {(spot.x, spot.y) for spot in spots} == {(x, y) for x in range(COLUMNS) for y in range(ROWS)}
    red, green, blue = (int(spots[5].colour[at : at + 2], 16) for at in (1, 3, 5))
    assert red > green > blue
    red, green, blue = (int(spots[0].colour[at : at + 2], 16) for at in (1, 3, 5))
    assert blue > green > red


def test_a_picture_of_one_colour_is_that_colour_everywhere() -> None:
    assert {spot.colour for spot in haze("00TSUA")} == {spot.colour for spot in haze("00TSUA")[:1]}
    assert len(haze("00TSUA")) == COLUMNS * ROWS


def test_a_colour_alone_is_one_square() -> None:
    assert [tuple(spot) for spot in haze(None, "#AABBCC")] == [(0, 0, "#aabbcc")]
    assert haze("LEHV6nWB2yk8pyo0adR*.7kCMdnj", "#aabbcc") == haze(HARBOUR)


@pytest.mark.parametrize("colour", ["red", "#fff", "#12345g", "url(x)", "", None, '#123456"/><script>'])
def test_what_is_no_colour_is_nothing(colour: str | None) -> None:
    assert haze(None, colour) == ()


@pytest.mark.parametrize(
    "blurhash", ["", "L", "LEHV6nWB2yk8pyo0adR*.7kCMdn", HARBOUR + "A", "LEHV6nWB2yk8pyo0adR*.7kCMd<>"]
)
def test_a_broken_blurhash_leaves_the_colour(blurhash: str) -> None:
    assert [spot.colour for spot in haze(blurhash, "#010203")] == ["#010203"]


@given(
    st.text(
        alphabet="0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~", max_size=170
    )
)
def test_whatever_a_server_sends_there_are_colours_or_nothing(blurhash: str) -> None:
    assert all(COLOUR.fullmatch(spot.colour) for spot in haze(blurhash))
