"""What files are recognised by: the same for what was made smaller or written anew, another for anything else."""

from __future__ import annotations

import io
import math
import random
from array import array
from pathlib import Path
from typing import Any

import av
import pytest
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

from fedirec.activitypub.models import Actor
from fedirec.db import fetch_rows
from fedirec.db.rows import json_numbers, numbers
from fedirec.media.answers import PRINTS, Prints, believe_prints
from fedirec.media.confine import fingerprint
from fedirec.media.decoder import prints as decoder_prints
from fedirec.media.decoder.kinds import Refused
from fedirec.media.decoder.prints import SoundPrint, picture_print
from fedirec.media.likeness import alike, save_prints
from fedirec.media.models import Media
from fedirec.media.prints import BANDS, NEAR, bands_of, distance, pictures_alike, sounds_alike, spellings
from fedirec.uris import new_key

PRINT = st.integers(0, 2**64 - 1).map(lambda bits: f"{bits:016x}")


def picture(seed: int, size: tuple[int, int] = (320, 240)) -> Image.Image:
    """A scene of coloured shapes that no other seed gives."""
    rng = random.Random(seed)  # noqa: S311
    image = Image.new("RGB", size, (rng.randrange(256), rng.randrange(256), rng.randrange(256)))
    draw = ImageDraw.Draw(image)
    for _ in range(30):
        x, y = rng.randrange(size[0]), rng.randrange(size[1])
        box = (x, y, x + rng.randrange(10, size[0] // 2), y + rng.randrange(10, size[1] // 2))
        colour = (rng.randrange(256), rng.randrange(256), rng.randrange(256))
        (draw.ellipse if rng.random() < 0.5 else draw.rectangle)(box, fill=colour)
    return image.filter(ImageFilter.GaussianBlur(1))


def half(above: str, below: str, line: int) -> Image.Image:
    image = Image.new("RGB", (320, 240), above)
    ImageDraw.Draw(image).rectangle((0, line, 320, 240), fill=below)
    return image


def in_jpeg(image: Image.Image, quality: int) -> Image.Image:
    data = io.BytesIO()
    image.save(data, "JPEG", quality=quality)
    return Image.open(io.BytesIO(data.getvalue()))


@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    scale=st.floats(0.3, 2.0),
    quality=st.integers(35, 95),
    light=st.floats(0.75, 1.1),
    cut=st.integers(0, 3),
)
def test_a_picture_is_recognised_when_it_is_smaller_darker_written_anew_and_cut_a_little(
    seed: int, scale: float, quality: int, light: float, cut: int
) -> None:
    image = picture(seed)
    width, height = image.size
    other = image.crop((cut, cut, width - cut, height - cut)).resize((int(width * scale), int(height * scale)))
    changed = in_jpeg(ImageEnhance.Brightness(other).enhance(light), quality)
    one, two = picture_print(image), picture_print(changed)
    assert one is not None
    assert two is not None
    assert pictures_alike(one, two)


def test_no_two_of_many_pictures_are_taken_for_the_same() -> None:
    found = [each for seed in range(120) if (each := picture_print(picture(seed, (160, 120)))) is not None]
    assert len(found) == 120
    pairs = [(one, other) for place, one in enumerate(found) for other in found[:place]]
    assert not any(pictures_alike(one, other) for one, other in pairs)


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "P", "LA", "1", "CMYK", "I;16"])
def test_a_picture_that_shows_hardly_anything_has_no_print(mode: str) -> None:
    assert picture_print(Image.new(mode, (50, 40))) is None


@pytest.mark.parametrize(
    "image",
    [
        Image.linear_gradient("L").resize((320, 240)),
        Image.linear_gradient("L").rotate(90).resize((320, 240)).point(lambda value: 60 + value // 2),
        Image.new("RGB", (320, 240), "blue"),
        half("black", "white", 120),
        half("blue", "yellow", 125),
    ],
    ids=["a gradient", "a sunset", "one colour", "two halves", "sea and sky"],
)
def test_what_thousands_of_pictures_look_like_is_no_print_either(image: Image.Image) -> None:
    assert picture_print(image) is None


@pytest.mark.parametrize("pitch", [50.0, 440.0, 1_000.0])
def test_a_tone_a_hum_and_silence_have_no_print(pitch: float) -> None:
    tone = array("h", (int(9_000 * math.sin(2 * math.pi * pitch * place / 8_000)) for place in range(100_000)))
    square = array("h", (8_000 if place // 20 % 2 else -8_000 for place in range(100_000)))
    for samples in (tone, square):
        frame = AudioFrame(format="s16", layout="mono", samples=len(samples))
        frame.planes[0].update(samples.tobytes())
        frame.sample_rate, frame.pts = 8_000, 0
        sound = SoundPrint()
        sound.hear(frame)
        sound.hear(None)
        assert set(sound.prints()) == {""}


def test_a_drawing_on_nothing_looks_like_one_on_white() -> None:
    image = picture(5).convert("RGBA")
    clear = image.copy()
    clear.putalpha(Image.linear_gradient("L").resize(image.size))
    flat = Image.new("RGBA", image.size, "white")
    flat.alpha_composite(clear)
    one, two = picture_print(clear), picture_print(flat.convert("RGB"))
    assert one is not None
    assert one == two


@given(PRINT, st.sets(st.integers(0, 63), max_size=NEAR))
def test_whatever_differs_in_few_bits_is_found_by_one_of_its_bands(bits: str, turned: set[int]) -> None:
    other = f"{int(bits, 16) ^ sum(1 << place for place in turned):016x}"
    assert distance(bits, other) == len(turned)
    pairs = zip(bands_of(bits), bands_of(other), strict=True)
    assert any(theirs in spellings(ours) for ours, theirs in pairs)


@given(st.dictionaries(st.integers(0, 7), PRINT, min_size=2), st.dictionaries(st.integers(0, 7), PRINT, min_size=2))
def test_sounds_that_share_nothing_are_not_alike_and_each_is_like_itself(
    one: dict[int, str], two: dict[int, str]
) -> None:
    assert sounds_alike(one, one)
    near = [place for place in one.keys() & two.keys() if distance(one[place], two[place]) <= NEAR]
    assert sounds_alike(one, two) == sounds_alike(two, one)
    if len(near) < 2:
        assert not sounds_alike(one, two)


def tune(seed: int, *, seconds: float = 17.0, rate: int = 16_000) -> array[int]:
    rng = random.Random(seed)  # noqa: S311
    samples: array[int] = array("h")
    while len(samples) < seconds * rate:
        pitch, count = (
            rng.choice([220, 262, 294, 330, 392, 440, 523, 587, 784, 880]),
            int(rng.choice([0.2, 0.4]) * rate),
        )
        for place in range(count):
            fade = math.exp(-3 * place / count)
            wave = math.sin(2 * math.pi * pitch * place / rate) + 0.4 * math.sin(4 * math.pi * pitch * place / rate)
            samples.append(int(9_000 * fade * wave + 300 * (rng.random() - 0.5)))
    return samples


def written(samples: array[int], muxer: str, codec: str, *, to: int = 48_000, rate: int = 16_000) -> bytes:
    data = io.BytesIO()
    opened: Any = av.open(data, "w", format=muxer)
    with opened as output:
        stream: Any = output.add_stream(codec, rate=to)
        stream.layout = "mono"
        frame = AudioFrame(format="s16", layout="mono", samples=len(samples))
        frame.planes[0].update(samples.tobytes())
        frame.sample_rate, frame.pts = rate, 0
        size = stream.codec_context.frame_size or 1_024
        resampler = AudioResampler(stream.format, "mono", to, frame_size=size)
        for piece in [*resampler.resample(frame), *resampler.resample(None)]:
            output.mux(stream.encode(piece))
        output.mux(stream.encode())
    return data.getvalue()


def heard(data: bytes) -> dict[int, str]:
    sound = SoundPrint()
    opened: Any = av.open(io.BytesIO(data))
    with opened as container:
        for frame in container.decode(audio=0):
            sound.hear(frame)
    sound.hear(None)
    return {place: bits for place, bits in enumerate(sound.prints()) if bits}


def test_a_sound_is_recognised_when_it_is_written_anew_quieter_and_after_a_silence() -> None:
    samples = tune(1)
    original, other = (
        heard(written(samples, "wav", "pcm_s16le", to=16_000)),
        heard(written(tune(2), "mp3", "libmp3lame")),
    )
    assert len(original) >= 3
    quiet = array("h", [0] * 30_000) + array("h", [sample // 2 for sample in samples])
    for muxer, codec in (("mp3", "libmp3lame"), ("ogg", "libopus")):
        assert sounds_alike(original, heard(written(quiet, muxer, codec)))
    assert not sounds_alike(original, other)
    assert heard(written(array("h", [0] * 200_000), "wav", "pcm_s16le")) == {}


async def test_prints_are_made_behind_the_wall_and_what_comes_back_is_checked(tmp_path: Path) -> None:
    image, sound, broken = tmp_path / "image", tmp_path / "sound", tmp_path / "broken"
    picture(3).save(image, "PNG")
    sound.write_bytes(written(tune(3), "ogg", "libopus"))
    broken.write_bytes(b"\x89PNG\r\n\x1a\n" + b"x" * 100)
    assert (await fingerprint(image)).picture == picture_print(picture(3))
    made = await fingerprint(sound)
    assert made.picture is None
    assert {place: bits for place, bits in enumerate(made.sound) if bits} == heard(sound.read_bytes())
    with pytest.raises(Refused):
        await fingerprint(broken)
    assert PRINTS == decoder_prints.PRINTS
    for strange in ({}, {"picture": ["x", "y"], "sound": []}, {"picture": None, "sound": ["'; DROP"]}, {"picture": 3}):
        with pytest.raises(Refused):
            believe_prints(strange)


async def kept(owner: Actor, number: int, prints: Prints) -> Media:
    media = await Media.create(
        key=new_key(),
        owner=owner,
        kind="image",
        media_type="image/png",
        size=1,
        sha256=f"{number:064x}",
        digest="z",
        path=f"p{number}",
        file_name="x.png",
    )
    await save_prints(media, prints)
    return media


async def test_files_that_are_alike_are_found_and_no_others(database: object) -> None:
    mia = await Actor.create(uri="https://peer.test/users/mia", type="Person", handle="mia", host="peer.test")
    made = picture_print(picture(1))
    assert made is not None
    near = (f"{int(made[0], 16) ^ 0b1000_0000_0100_0001:016x}", made[1])
    far = (f"{int(made[0], 16) ^ 0xFFFF:016x}", made[1])
    against = (made[0], f"{int(made[1], 16) ^ 0xFFFFF:016x}")
    first = await kept(mia, 1, Prints(picture=made, sound=[]))
    second = await kept(mia, 2, Prints(picture=near, sound=[]))
    for number, other in enumerate((far, against), 3):
        await kept(mia, number, Prints(picture=other, sound=[]))
    plain = await kept(mia, 5, Prints(picture=None, sound=[]))
    bits = [f"{random.Random(number).getrandbits(64):016x}" for number in range(8)]  # noqa: S311
    sound = await kept(mia, 6, Prints(picture=None, sound=bits))
    same = await kept(mia, 7, Prints(picture=None, sound=[*bits[:4], "", "", "", ""]))
    await kept(mia, 8, Prints(picture=None, sound=[*bits[:1], *bits[:4], "", "", ""]))
    assert await alike([first.id, sound.id, plain.id]) == {first.id: [second.id], sound.id: [same.id]}
    assert await alike([]) == {}
    await save_prints(second, Prints(picture=None, sound=[]))
    assert await alike([first.id]) == {first.id: []}


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_a_print_is_looked_up_by_its_bands_without_reading_the_others(database: object) -> None:
    for number in range(BANDS):
        plan = await fetch_rows(
            "EXPLAIN QUERY PLAN SELECT DISTINCT p.media_id AS id "  # noqa: S608
            f"FROM {numbers()} AS w JOIN media_print p ON p.band_{number} = w.id LIMIT ?",
            json_numbers([1, 2]),
            10,
        )
        assert any(f"band_{number}=?" in str(row["detail"]) for row in plan), plan
