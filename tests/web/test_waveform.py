"""A sound as bars."""

from __future__ import annotations

import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from fedirec.web.waveform import BARS, HEIGHT, WIDTH, waveform

BAR = re.compile(r"M([\d.]+) ([\d.]+)h([\d.]+)v([\d.]+)h-([\d.]+)z")


def bars(path: str) -> list[tuple[float, float, float, float]]:
    """Left, top, width and height of each bar."""
    assert BAR.sub("", path) == ""
    return [(float(x), float(y), float(width), float(height)) for x, y, width, height, _ in BAR.findall(path)]


def test_the_loudest_place_is_as_high_as_the_drawing_and_silence_is_seen_as_well() -> None:
    shown = bars(waveform([0, 0, 120, 0], bars=4))
    assert [height for *_, height in shown] == [4.0, 4.0, 100.0, 4.0]


def test_a_bar_is_as_high_as_the_loudest_moment_in_it() -> None:
    assert [height for *_, height in bars(waveform([255, 0, 0, 51], bars=2))] == [100.0, 20.0]


def test_a_sound_that_nobody_has_measured_is_a_row_of_low_bars() -> None:
    assert {height for *_, height in bars(waveform([]))} == {4.0}


@given(st.lists(st.integers(-5, 400), max_size=900), st.integers(1, 200))
def test_every_bar_stands_inside_the_drawing_beside_the_one_before(peaks: list[int], count: int) -> None:
    shown = bars(waveform(peaks, bars=count))
    assert len(shown) == count
    for left, top, width, height in shown:
        assert 0 <= left <= left + width <= WIDTH + 0.2
        assert 0 <= top <= top + height <= HEIGHT + 0.2
    assert all(one[0] + one[2] <= other[0] + 0.2 for one, other in pairwise(shown))


def test_there_are_as_many_bars_as_a_page_has_room_for() -> None:
    assert len(bars(waveform([1] * 400))) == BARS
