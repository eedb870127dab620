"""The works that the demo and the tests make for themselves."""

from __future__ import annotations

from pathlib import Path

import av
import pytest
from PIL import Image, ImageStat

from fedirec.media.making import make_film, make_illustration, make_melody


@pytest.mark.parametrize(("ending", "form"), [(".png", "PNG"), (".jpg", "JPEG")])
def test_an_illustration_is_dark_above_bright_below_and_has_a_lit_window(
    tmp_path: Path, ending: str, form: str
) -> None:
    path = make_illustration(tmp_path / f"stars{ending}", size=(640, 360))

    with Image.open(path) as opened:
        assert (opened.format, opened.size) == (form, (640, 360))
        image = opened.convert("RGB")
    above = ImageStat.Stat(image.crop((0, 0, 640, 60))).mean
    dusk = ImageStat.Stat(image.crop((0, 200, 640, 250))).mean
    assert above[2] > above[0]
    assert dusk[0] > 2 * above[0]
    near_house = image.crop((150, 250, 230, 320))
    assert near_house.getextrema()[0][1] > 240  # type: ignore[index]


def test_another_seed_makes_another_illustration_and_the_same_seed_the_same(tmp_path: Path) -> None:
    first, again, other = (
        make_illustration(tmp_path / f"{number}.png", size=(320, 180), seed=seed).read_bytes()
        for number, seed in enumerate((1, 1, 2))
    )

    assert first == again != other


@pytest.mark.parametrize("ending", [".wav", ".flac", ".mp3", ".m4a", ".ogg"])
def test_a_melody_sounds_from_beginning_to_end(tmp_path: Path, ending: str) -> None:
    path = make_melody(tmp_path / f"melody{ending}", seconds=4)

    with av.open(str(path)) as melody:
        resampler = av.AudioResampler("s16", "mono", 8000)
        heard = [piece for frame in melody.decode(audio=0) for piece in resampler.resample(frame)]
    samples = memoryview(b"".join(bytes(piece.planes[0])[: piece.samples * 2] for piece in heard)).cast("h")
    assert abs(len(samples) / 8000 - 4) < 0.2
    loudest = [max(samples[start : start + 8000]) for start in range(0, 24_000, 4000)]
    assert min(loudest) > 3000
    assert max(samples[-2000:]) < 3000


def test_a_film_shows_the_illustration_plays_the_melody_and_tells_the_story(
    tmp_path: Path, illustration: Path, melody: Path
) -> None:
    silent, told = (
        make_film(
            tmp_path / f"{number}.mp4",
            illustration=illustration,
            melody=melody,
            story_lines=lines,
            size=(320, 180),
            seconds=3,
        )
        for number, lines in enumerate(((), ("The seventh star answered.",)))
    )

    pictures = []
    for path in (silent, told):
        with av.open(str(path)) as film:
            assert [stream.codec_context.name for stream in film.streams] == ["h264", "aac"]
            assert film.duration is not None
            assert abs(film.duration / av.time_base - 3) < 0.2
            pictures.append(list(film.decode(video=0))[36].to_image())  # type: ignore[no-untyped-call]
    caption = (20, 150, 300, 172)
    letters = [sum(picture.crop(caption).convert("L").histogram()[200:]) for picture in pictures]
    assert letters[1] > 2 * letters[0] + 50
