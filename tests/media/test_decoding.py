"""What the confined child makes of good files."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import av
import pytest
from PIL import Image, ImageSequence, PngImagePlugin

from fedirec.media.answers import Decoded
from fedirec.media.confine import Limits, decode
from fedirec.media.decoder.kinds import Kind
from tests.media import files

Decode = Callable[..., object]


async def opened(folder: Path, data: bytes, name: str = "file", limits: Limits | None = None) -> Decoded:
    bench = folder / "bench"
    bench.mkdir()
    return await decode(files.written(folder / "source", data), folder=bench, file_name=name, limits=limits)


def shown(path: Path) -> Image.Image:
    """The first picture of a film as a player shows it."""
    with av.open(str(path)) as film:
        frame = next(film.decode(video=0))
        return frame.to_image().rotate(frame.rotation, expand=True)  # type: ignore[no-untyped-call, no-any-return]


@pytest.mark.parametrize(
    ("form", "options", "media_type"),
    [
        ("JPEG", {}, "image/jpeg"),
        ("PNG", {}, "image/png"),
        ("GIF", {}, "image/gif"),
        ("WEBP", {}, "image/jpeg"),
        ("WEBP", {"lossless": True}, "image/png"),
        ("AVIF", {}, "image/jpeg"),
    ],
)
async def test_every_welcome_image_becomes_one_that_plays_everywhere(
    tmp_path: Path, form: str, options: dict[str, bool], media_type: str
) -> None:
    image = files.scene()

    found = await opened(tmp_path, files.encoded(image, form, **options))

    assert (found.kind, found.media_type, found.width, found.height) == (Kind.IMAGE, media_type, 320, 180)
    assert (found.duration_ms, found.poster) == (None, None)
    with Image.open(found.master) as master:
        assert Image.MIME[master.format or ""] == media_type
        assert files.corners(master) == files.corners(image)


@pytest.mark.parametrize("form", ["PNG", "WEBP", "AVIF"])
async def test_what_is_see_through_stays_so(tmp_path: Path, form: str) -> None:
    image = files.scene().convert("RGBA")
    image.paste((0, 0, 0, 0), (100, 50, 200, 100))

    found = await opened(tmp_path, files.encoded(image, form))

    assert found.media_type == "image/png"
    with Image.open(found.master) as master:
        assert master.convert("RGBA").getpixel((150, 75))[3] == 0  # type: ignore[index]
        assert master.convert("RGBA").getpixel((10, 10))[3] == 255  # type: ignore[index]


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF"])
async def test_where_a_photograph_was_taken_is_forgotten_and_its_colours_are_kept(tmp_path: Path, form: str) -> None:
    profile = files.colour_profile()
    data = files.encoded(
        files.scene(), form, exif=files.with_location(), icc_profile=profile, xmp=files.SECRET.encode()
    )
    with Image.open(io.BytesIO(data)) as before:
        assert before.getexif().get_ifd(0x8825)

    found = await opened(tmp_path, data)

    assert files.SECRET.encode() not in found.master.read_bytes()
    with Image.open(found.master) as master:
        assert not master.getexif()
        assert "xmp" not in master.info
        assert master.info["icc_profile"] == profile


async def test_notes_in_a_png_and_comments_in_a_jpeg_are_forgotten(tmp_path: Path) -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Author", files.SECRET)
    notes.add_itxt("Location", files.SECRET, zip=False)
    png = files.encoded(files.scene(), "PNG", pnginfo=notes)
    jpeg = files.encoded(files.scene(), "JPEG", comment=files.SECRET.encode())

    for number, data in enumerate((png, jpeg)):
        assert files.SECRET.encode() in data
        folder = tmp_path / str(number)
        folder.mkdir()
        found = await opened(folder, data)
        assert files.SECRET.encode() not in found.master.read_bytes()


@pytest.mark.parametrize("orientation", range(1, 9))
async def test_a_photograph_is_stored_upright(tmp_path: Path, orientation: int) -> None:
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    upright = files.scene()
    notes = Image.Exif()
    notes[0x0112] = orientation
    lying = upright.transpose(undo[orientation]) if orientation in undo else upright

    found = await opened(tmp_path, files.encoded(lying, "JPEG", exif=notes))

    assert (found.width, found.height) == upright.size
    with Image.open(found.master) as master:
        assert files.corners(master) == files.corners(upright)


async def test_a_jpeg_keeps_its_quality_and_so_its_size(tmp_path: Path, illustration: Path) -> None:
    with Image.open(illustration) as image:
        data = files.encoded(image.convert("RGB"), "JPEG", quality=60)

    found = await opened(tmp_path, data)

    assert found.master.stat().st_size <= 1.02 * len(data)


async def test_a_photograph_in_printers_colours_is_turned_into_screen_colours(tmp_path: Path) -> None:
    found = await opened(tmp_path, files.encoded(files.scene().convert("CMYK"), "JPEG"))

    with Image.open(found.master) as master:
        assert master.mode == "RGB"
        assert files.corners(master) == files.corners(files.scene())


async def test_a_photograph_with_a_second_one_inside_becomes_one_photograph(tmp_path: Path) -> None:
    data = files.encoded(files.scene(), "MPO", save_all=True, append_images=[files.scene((160, 90))])

    found = await opened(tmp_path, data)

    assert (found.media_type, found.width) == ("image/jpeg", 320)
    with Image.open(found.master) as master:
        assert getattr(master, "n_frames", 1) == 1


@pytest.mark.parametrize(
    ("form", "media_type"),
    [("GIF", "image/gif"), ("WEBP", "image/webp"), ("PNG", "image/png"), ("AVIF", "image/webp")],
)
async def test_a_moving_image_keeps_moving(tmp_path: Path, form: str, media_type: str) -> None:
    steps = [Image.new("RGB", (64, 48), (0, 0, 40 * number)) for number in range(6)]
    data = files.encoded(steps[0], form, save_all=True, append_images=steps[1:], duration=120, loop=0)

    found = await opened(tmp_path, data)

    assert (found.media_type, found.width, found.height) == (media_type, 64, 48)
    with Image.open(found.master) as master:
        seen = [frame.convert("RGB").getpixel((9, 9))[2] for frame in ImageSequence.Iterator(master)]  # type: ignore[index]
    assert len(seen) == 6
    assert all(abs(blue - 40 * number) < 14 for number, blue in enumerate(seen))


async def test_a_gif_loses_its_comments_and_its_tail_and_nothing_else(tmp_path: Path) -> None:
    steps = [files.scene((64, 48)).rotate(90 * number) for number in range(4)]
    gif = files.encoded(
        steps[0], "GIF", save_all=True, append_images=steps[1:], duration=90, loop=3, comment=files.SECRET
    )
    assert files.SECRET.encode() in gif

    found = await opened(tmp_path, gif + b"<script>alert(1)</script>")

    clean = found.master.read_bytes()
    assert files.SECRET.encode() not in clean
    assert b"script" not in clean
    with Image.open(io.BytesIO(gif)) as before, Image.open(io.BytesIO(clean)) as after:
        assert after.info["loop"] == before.info["loop"]
        for one, other in zip(ImageSequence.Iterator(before), ImageSequence.Iterator(after), strict=True):
            assert one.convert("RGB").tobytes() == other.convert("RGB").tobytes()
            assert one.info["duration"] == other.info["duration"]


@pytest.mark.parametrize(
    ("codec", "form", "rate", "media_type"),
    [
        ("pcm_s16le", "wav", 44_100, "audio/wav"),
        ("pcm_s24le", "wav", 48_000, "audio/wav"),
        ("pcm_s16be", "mov", 44_100, "audio/flac"),
        ("flac", "flac", 44_100, "audio/flac"),
        ("alac", "ipod", 44_100, "audio/flac"),
        ("libmp3lame", "mp3", 44_100, "audio/mpeg"),
        ("aac", "ipod", 44_100, "audio/mp4"),
        ("aac", "adts", 48_000, "audio/mp4"),
        ("libopus", "ogg", 48_000, "audio/ogg"),
        ("libopus", "webm", 48_000, "audio/ogg"),
        ("ac3", "mp4", 48_000, "audio/mp4"),
    ],
)
async def test_every_welcome_sound_becomes_one_that_plays_everywhere(
    tmp_path: Path, codec: str, form: str, rate: int, media_type: str
) -> None:
    notes = {"title": files.SECRET, "comment": files.SECRET} if form != "adts" else {}
    data = files.sound(tmp_path / "made", codec=codec, form=form, rate=rate, notes=notes)

    found = await opened(tmp_path, data)

    assert (found.kind, found.media_type, found.width, found.poster) == (Kind.AUDIO, media_type, None, None)
    assert found.duration_ms is not None
    assert abs(found.duration_ms - 2000) < 120
    assert files.SECRET.encode() not in found.master.read_bytes()
    with av.open(str(found.master)) as master:
        assert not {name for name in master.metadata if name in ("title", "comment", "encoder", "creation_time")}
        heard = sum(frame.samples for frame in master.decode(audio=0)) / master.streams.audio[0].rate
        assert abs(heard - 2) < 0.12


async def test_the_picture_inside_a_song_stays_behind(tmp_path: Path) -> None:
    cover = files.encoded(files.scene(), "JPEG", exif=files.with_location())
    data = files.sound(tmp_path / "made", codec="libmp3lame", form="mp3", cover=cover)
    assert files.SECRET.encode() in data

    found = await opened(tmp_path, data)

    assert found.media_type == "audio/mpeg"
    assert files.SECRET.encode() not in found.master.read_bytes()
    with av.open(str(found.master)) as master:
        assert [stream.type for stream in master.streams] == ["audio"]


@pytest.mark.parametrize(
    ("codec", "form", "layout", "sound", "media_type", "codecs"),
    [
        ("libx264", "mp4", "yuv420p", "aac", "video/mp4", ["h264", "aac"]),
        ("libx264", "mov", "yuv420p", None, "video/mp4", ["h264"]),
        ("libx264", "matroska", "yuv420p", "libmp3lame", "video/mp4", ["h264", "mp3float"]),
        ("libx264", "matroska", "yuv420p", "libopus", "video/mp4", ["h264", "aac"]),
        ("libx264", "mp4", "yuv444p", "aac", "video/mp4", ["h264", "aac"]),
        ("libx265", "mp4", "yuv420p10le", "aac", "video/mp4", ["h264", "aac"]),
        ("mpeg4", "mp4", "yuv420p", "aac", "video/mp4", ["h264", "aac"]),
        ("libvpx-vp9", "webm", "yuv420p", "libopus", "video/webm", ["vp9", "opus"]),
        ("libvpx", "webm", "yuv420p", None, "video/webm", ["vp8"]),
    ],
)
async def test_every_welcome_film_becomes_one_that_plays_everywhere(
    tmp_path: Path, codec: str, form: str, layout: str, sound: str | None, media_type: str, codecs: list[str]
) -> None:
    notes = {"title": files.SECRET, "location": "+48.2082+016.3738/"}
    data = files.film(tmp_path / "made", codec=codec, form=form, layout=layout, sound=sound, notes=notes)

    found = await opened(tmp_path, data)

    assert (found.kind, found.media_type, found.width, found.height) == (Kind.VIDEO, media_type, 320, 180)
    assert found.duration_ms is not None
    assert abs(found.duration_ms - 2000) < 120
    assert files.SECRET.encode() not in found.master.read_bytes()
    assert b"+48.2082" not in found.master.read_bytes()
    with av.open(str(found.master)) as master:
        assert [stream.codec_context.name for stream in master.streams] == codecs
        assert master.streams.video[0].pix_fmt == "yuv420p"
        assert sum(1 for _ in master.decode(video=0)) == 24
    assert files.corners(shown(found.master)) == files.corners(files.scene())
    assert found.poster is not None
    with Image.open(found.poster) as poster:
        assert (poster.format, poster.size) == ("JPEG", (320, 180))
        assert files.corners(poster) == files.corners(files.scene())


@pytest.mark.parametrize("rotation", [90, 180, 270])
@pytest.mark.parametrize("codec", ["libx264", "mpeg4"])
async def test_a_film_from_a_turned_phone_stays_upright(tmp_path: Path, codec: str, rotation: int) -> None:
    data = files.film(tmp_path / "made.mp4", codec=codec, rotation=rotation)
    before = shown(tmp_path / "made.mp4")
    assert files.corners(before) != files.corners(files.scene())

    found = await opened(tmp_path, data)

    assert (found.width, found.height) == before.size
    assert files.corners(shown(found.master)) == files.corners(before)
    assert found.poster is not None
    with Image.open(found.poster) as poster:
        assert files.corners(poster) == files.corners(before)


async def test_a_film_can_begin_to_play_before_it_has_arrived(tmp_path: Path) -> None:
    found = await opened(tmp_path, files.film(tmp_path / "made.mp4"))

    data = found.master.read_bytes()
    assert 0 < data.index(b"moov") < data.index(b"mdat")


async def test_a_film_that_is_larger_than_full_hd_is_made_smaller_when_it_is_written_anew(tmp_path: Path) -> None:
    data = files.film(tmp_path / "made.mp4", codec="mpeg4", size=(2560, 1440), frames=3)

    found = await opened(tmp_path, data)

    assert (found.width, found.height) == (1920, 1080)


async def test_the_poster_is_not_the_dark_before_the_film_begins(tmp_path: Path, film: Path) -> None:
    found = await opened(tmp_path, film.read_bytes())

    assert found.poster is not None
    with Image.open(found.poster) as poster:
        low, high = poster.convert("L").getextrema()
        assert high - low > 150  # type: ignore[operator]


async def test_the_same_file_gives_the_same_bytes(tmp_path: Path, film: Path) -> None:
    seen = set()
    for number in range(2):
        folder = tmp_path / str(number)
        folder.mkdir()
        seen.add((await opened(folder, film.read_bytes())).master.read_bytes())

    assert len(seen) == 1


async def test_a_recording_that_does_not_know_its_length_learns_it(tmp_path: Path) -> None:
    """Browsers record WebM as a stream, without a duration."""
    with av.open(str(tmp_path / "made.webm"), "w", options={"live": "1"}) as output:
        stream = output.add_stream("libvpx", rate=12)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height = 320, 180
        for _ in range(24):
            output.mux(stream.encode(av.VideoFrame.from_image(files.scene())))  # type: ignore[no-untyped-call]
        output.mux(stream.encode())
    with av.open(str(tmp_path / "made.webm"), "r") as before:
        assert before.duration is None

    found = await opened(tmp_path, (tmp_path / "made.webm").read_bytes())

    assert found.duration_ms is not None
    assert abs(found.duration_ms - 2000) < 120
    with av.open(str(found.master), "r") as master:
        assert master.duration is not None
