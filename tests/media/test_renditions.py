"""What is made of a kept file for pages: sizes, waves, and what plays everywhere. No database is asked."""

from __future__ import annotations

import math
from pathlib import Path

import av
import pytest
from PIL import Image

from fedirec.media.answers import Decoded, Rendered
from fedirec.media.confine import Limits, clean, render
from fedirec.media.decoder.kinds import Refused
from tests.media import files


async def kept(folder: Path, data: bytes) -> Decoded:
    """What `data` is kept as."""
    bench = folder / "kept"
    bench.mkdir()
    return await clean(files.written(folder / "given", data), folder=bench)


async def rendered(folder: Path, decoded: Decoded, *, limits: Limits | None = None) -> Rendered:
    bench = folder / "rendered"
    bench.mkdir()
    return await render(decoded.master, poster=decoded.poster, folder=bench, limits=limits)


def shown(path: Path) -> Image.Image:
    with Image.open(path) as image:
        image.load()
        return image


def played(path: Path) -> tuple[list[str], int, tuple[int, int] | None]:
    """The codecs of a file, by how much its pictures are turned, and how large they are."""
    with av.open(str(path)) as film:
        codecs = [stream.codec_context.name for stream in film.streams]
        if not film.streams.video:
            return codecs, 0, None
        frame = next(film.decode(video=0))
        return codecs, frame.rotation, (frame.width, frame.height)


def is_faststart(path: Path) -> bool:
    data = path.read_bytes()
    return 0 < data.find(b"moov") < data.find(b"mdat")


async def test_a_photograph_is_there_in_three_sizes_upright_with_its_colours_and_nothing_else(tmp_path: Path) -> None:
    notes = files.with_location()
    notes[0x0112] = 6
    data = files.encoded(files.scene((2000, 1000)), "JPEG", exif=notes, icc_profile=files.colour_profile())

    decoded = await kept(tmp_path, data)
    made = await rendered(tmp_path, decoded)

    assert {each.name: (each.width, each.height) for each in made.renditions} == {
        "small": (160, 320),
        "medium": (320, 640),
        "large": (640, 1280),
    }
    upright = files.corners(files.scene((2000, 1000)).transpose(Image.Transpose.ROTATE_270))
    for each in made.renditions:
        image = shown(each.path)
        assert (image.format, image.size) == ("WEBP", (each.width, each.height))
        assert files.corners(image) == upright
        assert image.info.get("icc_profile")
        assert not image.getexif()
        assert files.SECRET.encode() not in each.path.read_bytes()
    assert made.peaks is None


@pytest.mark.parametrize(
    ("size", "sizes"),
    [
        ((300, 200), {"small"}),
        ((500, 300), {"small", "medium"}),
        ((700, 400), {"small", "medium", "large"}),
        ((3000, 20), {"small", "medium", "large"}),
    ],
)
async def test_no_size_is_made_twice(tmp_path: Path, size: tuple[int, int], sizes: set[str]) -> None:
    image = Image.effect_noise(size, 90).convert("RGB")
    made = await rendered(tmp_path, await kept(tmp_path, files.encoded(image, "PNG")))

    assert {each.name for each in made.renditions} == sizes
    assert all(max(each.width or 0, each.height or 0) <= max(size) for each in made.renditions)


async def test_what_is_as_small_as_it_gets_stays_alone(tmp_path: Path) -> None:
    image = Image.effect_noise((300, 200), 90).convert("RGB")
    made = await rendered(tmp_path, await kept(tmp_path, files.encoded(image, "JPEG", quality=5)))

    assert made.renditions == []


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "1", "I;16", "CMYK"])
async def test_every_kind_of_pixel_has_its_sizes(tmp_path: Path, mode: str) -> None:
    image = files.scene((800, 400)).convert("L" if mode == "I;16" else mode)
    if mode == "I;16":
        image = image.convert("I").point(lambda value: value * 256).convert("I;16")
    if mode in ("LA", "RGBA"):
        image.putalpha(Image.linear_gradient("L").resize(image.size))
    made = await rendered(tmp_path, await kept(tmp_path, files.encoded(image, "JPEG" if mode == "CMYK" else "PNG")))

    small = shown(made.renditions[-1].path)
    assert small.size == (320, 160)
    assert (small.mode == "RGBA") == (mode in ("LA", "RGBA"))
    lights = small.convert("L").getextrema()
    assert isinstance(lights[1], int)
    assert lights[1] > 150


async def test_what_moves_is_not_stopped(tmp_path: Path) -> None:
    frames = [files.scene((500, 300)), Image.new("RGB", (500, 300), "navy")]
    data = files.encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=90)

    decoded = await kept(tmp_path, data)

    assert (await rendered(tmp_path, decoded)).renditions == []
    assert decoded.blurhash is not None


async def test_a_photograph_of_a_phone_is_kept_as_one_that_browsers_show(tmp_path: Path) -> None:
    notes = files.with_location()
    notes[0x0112] = 6
    decoded = await kept(tmp_path, files.encoded(files.scene((640, 320)), "HEIF", exif=notes.tobytes(), quality=90))

    assert (decoded.media_type, decoded.width, decoded.height) == ("image/jpeg", 320, 640)
    assert files.corners(shown(decoded.master)) == files.corners(
        files.scene((640, 320)).transpose(Image.Transpose.ROTATE_270)
    )
    assert files.SECRET.encode() not in decoded.master.read_bytes()


async def test_a_blurhash_and_a_colour_stand_in_for_a_picture(tmp_path: Path) -> None:
    image = Image.new("RGB", (400, 200), (200, 30, 30))
    image.paste((20, 20, 220), (0, 0, 150, 200))

    decoded = await kept(tmp_path, files.encoded(image, "PNG"))

    assert decoded.colour is not None
    red, green, blue = (int(decoded.colour[at : at + 2], 16) for at in (1, 3, 5))
    assert red > 180
    assert max(green, blue) < 60
    assert decoded.blurhash is not None
    left, right = (_unblurred(decoded.blurhash, x, 0.5) for x in (0.1, 0.9))
    assert left[2] > left[0] + 60
    assert right[0] > right[2] + 60


def _unblurred(text: str, x: float, y: float) -> list[float]:
    """The colour at a place of a blurhash, by the description of the format."""
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~"

    def number(part: str) -> int:
        value = 0
        for digit in part:
            value = value * 83 + digits.index(digit)
        return value

    across, down = number(text[0]) % 9 + 1, number(text[0]) // 9 + 1
    assert len(text) == 4 + 2 * across * down
    loudest = (number(text[1]) + 1) / 166
    mean = number(text[2:6])
    waves = [[((channel / 255 + 0.055) / 1.055) ** 2.4 for channel in (mean >> 16, mean >> 8 & 255, mean & 255)]]
    for place in range(1, across * down):
        value = number(text[4 + 2 * place : 6 + 2 * place])
        waves.append(
            [
                math.copysign(((step - 9) / 9) ** 2, step - 9) * loudest
                for step in (value // 361, value // 19 % 19, value % 19)
            ]
        )
    sums = [0.0, 0.0, 0.0]
    for place, wave in enumerate(waves):
        weight = math.cos(math.pi * x * (place % across)) * math.cos(math.pi * y * (place // across))
        sums = [total + weight * part for total, part in zip(sums, wave, strict=True)]
    return [255 * max(0.0, part) ** (1 / 2.4) for part in sums]


@pytest.mark.parametrize(
    ("codec", "form", "plays"),
    [
        ("libmp3lame", "mp3", False),
        ("aac", "ipod", False),
        ("pcm_s16le", "wav", True),
        ("flac", "flac", True),
        ("libopus", "ogg", True),
        ("libopus", "webm", True),
    ],
)
async def test_a_sound_has_its_wave_and_plays_everywhere(tmp_path: Path, codec: str, form: str, plays: bool) -> None:
    decoded = await kept(tmp_path, files.sound(tmp_path / "sound", codec=codec, form=form))

    made = await rendered(tmp_path, decoded)

    assert made.peaks is not None
    assert 150 <= len(made.peaks) <= 400
    assert (min(made.peaks) >= 0, max(made.peaks)) == (True, 255)
    assert [each.name for each in made.renditions] == (["sound"] if plays else [])
    for each in made.renditions:
        assert each.media_type == "audio/mp4"
        assert played(each.path)[0] == ["aac"]
        assert is_faststart(each.path)
        assert abs((each.duration_ms or 0) - (decoded.duration_ms or 0)) < 100


async def test_a_wave_follows_the_sound(tmp_path: Path) -> None:
    loud = files.sound(tmp_path / "loud.wav", codec="pcm_s16le")
    half = len(loud) // 2
    made = await rendered(tmp_path, await kept(tmp_path, loud[:half] + bytes(len(loud) - half)))

    assert made.peaks is not None
    middle = len(made.peaks) // 2
    assert max(made.peaks[:middle]) == 255
    assert max(made.peaks[middle + 5 :]) == 0


async def test_silence_is_drawn_flat(tmp_path: Path) -> None:
    loud = files.sound(tmp_path / "loud.wav", codec="pcm_s16le")
    begin = loud.index(b"data") + 8
    made = await rendered(tmp_path, await kept(tmp_path, loud[:begin] + bytes(len(loud) - begin)))

    assert made.peaks is not None
    assert set(made.peaks) == {0}


@pytest.mark.parametrize("rotation", [90, 180, 270])
async def test_a_film_of_a_phone_is_kept_as_it_was_sent_and_stands_upright(tmp_path: Path, rotation: int) -> None:
    data = files.film(
        tmp_path / "phone.mov", codec="libx265", rotation=rotation, sound="aac", notes={"location": files.SECRET}
    )

    decoded = await kept(tmp_path, data)
    made = await rendered(tmp_path, decoded)

    codecs, turned, size = played(decoded.master)
    assert (codecs, turned % 360, size) == (["hevc", "aac"], rotation, (320, 180))
    assert files.SECRET.encode() not in decoded.master.read_bytes()
    expected = (320, 180) if rotation == 180 else (180, 320)
    assert (decoded.media_type, decoded.width, decoded.height) == ("video/mp4", *expected)
    upright = files.corners(files.scene((320, 180)).rotate(rotation, expand=True))
    assert decoded.poster is not None
    assert files.corners(shown(decoded.poster)) == upright
    film = next(each for each in made.renditions if each.name == "film")
    assert (film.media_type, film.width, film.height) == ("video/mp4", *expected)
    assert played(film.path) == (["h264", "aac"], 0, expected)
    assert is_faststart(film.path)
    with av.open(str(film.path)) as opened:
        assert files.corners(next(opened.decode(video=0)).to_image()) == upright  # type: ignore[no-untyped-call]
    assert abs((film.duration_ms or 0) - (decoded.duration_ms or 0)) < 150
    assert made.peaks is not None
    small = next(each for each in made.renditions if each.name == "small")
    assert files.corners(shown(small.path)) == upright


@pytest.mark.parametrize(
    ("codec", "form", "sound", "kept_as", "film"),
    [
        ("libx264", "mp4", "aac", ("video/mp4", ["h264", "aac"]), None),
        ("libx264", "mp4", None, ("video/mp4", ["h264"]), None),
        ("libx264", "mov", "pcm_s16le", ("video/mp4", ["h264", "aac"]), None),
        ("libx264", "mp4", "ac3", ("video/mp4", ["h264", "ac3"]), ["h264", "aac"]),
        ("libx265", "matroska", "libopus", ("video/mp4", ["hevc", "opus"]), ["h264", "aac"]),
        ("mpeg4", "mp4", "libmp3lame", ("video/mp4", ["mpeg4", "mp3float"]), ["h264", "mp3float"]),
        ("libvpx-vp9", "webm", "libopus", ("video/webm", ["vp9", "opus"]), ["h264", "aac"]),
        ("prores_ks", "mov", "pcm_s16le", ("video/quicktime", ["prores", "aac"]), ["h264", "aac"]),
    ],
)
async def test_a_film_is_kept_in_its_own_pictures_and_plays_everywhere(
    tmp_path: Path,
    codec: str,
    form: str,
    sound: str | None,
    kept_as: tuple[str, list[str]],
    film: list[str] | None,
) -> None:
    layout = "yuv422p10le" if codec == "prores_ks" else "yuv420p"
    data = files.film(tmp_path / "film", codec=codec, form=form, sound=sound, layout=layout)

    decoded = await kept(tmp_path, data)
    made = await rendered(tmp_path, decoded)

    codecs = [{"libvpx-vp9": "vp9", "libopus": "opus"}.get(name, name) for name in played(decoded.master)[0]]
    assert (decoded.media_type, codecs) == kept_as
    found = [each for each in made.renditions if each.name == "film"]
    assert [played(each.path)[0] for each in found] == ([film] if film else [])
    assert {each.name for each in made.renditions} >= {"small"}
    assert (made.peaks is not None) == (sound is not None)


async def test_a_film_larger_than_full_hd_is_played_in_full_hd(tmp_path: Path) -> None:
    decoded = await kept(tmp_path, files.film(tmp_path / "large.mp4", size=(2560, 1440), frames=6))

    made = await rendered(tmp_path, decoded)

    assert (decoded.width, decoded.height) == (2560, 1440)
    film = next(each for each in made.renditions if each.name == "film")
    assert (film.width, film.height) == (1920, 1080)


async def test_progress_is_told_on_the_way(tmp_path: Path) -> None:
    files.film(tmp_path / "one.mp4", codec="libx265", frames=24)
    data = files.repeated(tmp_path / "one.mp4", tmp_path / "many.mp4", times=20)
    decoded = await kept(tmp_path, data)
    told: list[int] = []

    async def hear(percent: int) -> None:
        told.append(percent)

    bench = tmp_path / "rendered"
    bench.mkdir()
    await render(decoded.master, poster=decoded.poster, folder=bench, progress=hear)

    assert told == sorted(told)
    assert told[-1] > 60
    assert len(set(told)) > 5


async def test_what_takes_too_long_is_given_up_with_its_reason(tmp_path: Path) -> None:
    files.film(tmp_path / "one.mp4", codec="libx265", size=(1280, 720), frames=12)
    decoded = await kept(tmp_path, files.repeated(tmp_path / "one.mp4", tmp_path / "many.mp4", times=120))

    with pytest.raises(Refused) as refused:
        await rendered(tmp_path, decoded, limits=Limits(cpu=1))

    assert refused.value.reason == "slow"
