"""What the confined child refuses, and in which words."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from fedirec.errors import FedirecError, Invalid, TooLarge, WrongType
from fedirec.media.answers import Decoded
from fedirec.media.confine import Limits, decode
from fedirec.media.decoder.kinds import HEAD, Refused, family_of
from fedirec.media.refusals import REASONS, refusal
from tests.media import files

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
SCRIPT = b"<script>alert(document.domain)</script>"


async def opened(folder: Path, data: bytes, name: str = "file", limits: Limits | None = None) -> Decoded:
    bench = folder / "bench"
    bench.mkdir()
    return await decode(files.written(folder / "source", data), folder=bench, file_name=name, limits=limits)


def _cut(data: bytes, part: float) -> bytes:
    return data[: int(len(data) * part)]


def _noise(size: tuple[int, int]) -> Image.Image:
    return Image.frombytes("RGB", size, os.urandom(size[0] * size[1] * 3))


def _reason_against(head: bytes) -> str | None:
    try:
        family_of(head)
    except Refused as refused:
        return refused.reason
    return None


HOSTILE: list[tuple[str, Callable[[Path], bytes], type[FedirecError], str]] = [
    ("empty.png", lambda _: b"", Invalid, "is empty"),
    ("drawing.svg", lambda _: SVG, WrongType, "SVG drawing"),
    ("drawing.png", lambda _: b'<?xml version="1.0"?><!DOCTYPE svg><!-- \n -->' + SVG, WrongType, "SVG drawing"),
    ("bom.png", lambda _: b"\xef\xbb\xbf \n" + SVG, WrongType, "SVG drawing"),
    ("page.jpg", lambda _: b"<!DOCTYPE html><html>" + SCRIPT, WrongType, "web page"),
    ("page.gif", lambda _: b"\n\n  " + SCRIPT, WrongType, "web page"),
    ("feed.png", lambda _: b"<?xml version='1.0'?><rss/>", WrongType, "XML document"),
    ("paper.png", lambda _: b"%PDF-1.7\n1 0 obj", WrongType, "PDF document"),
    ("list.mp4", lambda _: b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", WrongType, "playlist"),
    ("list.mp3", lambda _: b"ffconcat version 1.0\nfile /etc/passwd\n", WrongType, "playlist"),
    ("call.mp4", lambda _: b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\n", WrongType, "playlist"),
    ("songs.m4a", lambda _: b"[playlist]\nFile1=http://127.0.0.1/\n", WrongType, "playlist"),
    ("all.zip", lambda _: b"PK\x03\x04" + bytes(60), WrongType, "archive"),
    ("run.png", lambda _: b"MZ\x90\x00" + bytes(60), WrongType, "program"),
    ("run.mp3", lambda _: b"#!/bin/sh\nid\n", WrongType, "program"),
    ("scan.jpg", lambda _: files.encoded(files.scene(), "TIFF"), WrongType, "PNG or JPEG"),
    ("old.jpg", lambda _: files.encoded(files.scene(), "BMP"), WrongType, "PNG or JPEG"),
    ("phone.jpg", lambda _: b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + SCRIPT, Invalid, "cannot be opened"),
    ("cut.heic", lambda _: _cut(files.encoded(_noise((200, 200)), "HEIF"), 0.6), Invalid, ""),
    ("old.avi", lambda _: b"RIFF\xff\0\0\0AVI LIST", WrongType, "MP4"),
    ("tune.mid", lambda _: b"MThd\0\0\0\x06" + bytes(8), WrongType, "MIDI"),
    ("notes.txt", lambda _: b"The first star came early.\n" * 9, WrongType, "format that is not read"),
    ("nothing.bin", lambda _: bytes(5000), WrongType, "format that is not read"),
    ("x.png", lambda _: b"\x89PNG\r\n\x1a\n" + SCRIPT, Invalid, "cannot be opened"),
    ("x.gif", lambda _: b"GIF89a/*" + SCRIPT + b"*/=1;", Invalid, ""),
    ("x.jpg", lambda _: b"\xff\xd8\xff\xe0" + SCRIPT * 20, Invalid, "cannot be opened"),
    ("x.webp", lambda _: b"RIFF\xff\xff\0\0WEBPVP8 " + SCRIPT, Invalid, "cannot be opened"),
    ("x.avif", lambda _: b"\0\0\0\x18ftypavif\0\0\0\0avifmif1" + SCRIPT, Invalid, "cannot be opened"),
    ("x.mp4", lambda _: b"\0\0\0\x18ftypisom\0\0\0\0isommp41" + SCRIPT * 30, Invalid, "cannot be opened"),
    ("x.webm", lambda _: b"\x1a\x45\xdf\xa3" + SCRIPT * 30, Invalid, "cannot be opened"),
    ("x.ogg", lambda _: b"OggS" + SCRIPT * 30, Invalid, "cannot be opened"),
    ("x.flac", lambda _: b"fLaC" + SCRIPT * 30, Invalid, "cannot be opened"),
    ("x.wav", lambda _: b"RIFF\xff\0\0\0WAVE" + SCRIPT * 30, Invalid, "cannot be opened"),
    ("x.mp3", lambda _: b"ID3\x04\0\0\0\0\0\0" + SCRIPT * 300, Invalid, "cannot be opened"),
    ("y.mp3", lambda _: b"\xff\xfb\x90\x00" + SCRIPT * 300, Invalid, "cannot be opened"),
    ("noise.mp3", lambda _: b"\xff\xfb\x90\x00" + os.urandom(40_000), Invalid, "cannot be opened"),
    ("cut.jpg", lambda _: _cut(files.encoded(_noise((200, 200)), "JPEG"), 0.6), Invalid, "ends too early"),
    ("cut.png", lambda _: _cut(files.encoded(_noise((200, 200)), "PNG"), 0.6), Invalid, ""),
    ("cut.gif", lambda _: _cut(files.encoded(_noise((200, 200)), "GIF"), 0.6), Invalid, ""),
    ("cut.webp", lambda _: _cut(files.encoded(_noise((200, 200)), "WEBP"), 0.6), Invalid, ""),
    ("cut.avif", lambda _: _cut(files.encoded(_noise((200, 200)), "AVIF"), 0.6), Invalid, ""),
    ("cut.mp4", lambda path: _cut(files.film(path / "a.mp4"), 0.6), Invalid, "cannot be opened"),
    ("cut.wav", lambda path: _cut(files.sound(path / "a.wav", codec="pcm_s16le"), 0.4), Invalid, "ends too early"),
    ("cut.flac", lambda path: _cut(files.sound(path / "a.flac", codec="flac"), 0.4), Invalid, "ends too early"),
    ("cut.mkv", lambda path: _cut(files.film(path / "a.mkv", frames=96), 0.4), Invalid, ""),
    ("bomb.png", lambda _: files.png_of(60_000, 60_000), TooLarge, "50 million pixels"),
    ("large.png", lambda _: files.png_of(10_000, 7_000), TooLarge, "50 million pixels"),
    ("wide.gif", lambda _: files.gif_of(1, 1, frames=1, frame=(60_000, 60_000)), TooLarge, "50 million pixels"),
    ("many.gif", lambda _: files.gif_of(10, 10, frames=10_000), TooLarge, "moves too much"),
    ("heavy.gif", lambda _: files.gif_of(4_000, 4_000, frames=90), TooLarge, "moves too much"),
    ("long.mp4", lambda path: files.film(path / "a.mp4", frames=3, ticks=90_000), TooLarge, "four hours"),
    ("long.wav", lambda path: files.silence(path / "a.wav", seconds=14_500), TooLarge, "four hours"),
    ("huge.mp4", lambda path: files.film(path / "a.mp4", size=(5120, 2880), frames=1), TooLarge, "4K"),
    ("old.mov", lambda path: files.film(path / "a.mov", codec="png", layout="rgb24", frames=2), WrongType, "packed in"),
]


@pytest.mark.parametrize(("name", "make", "error", "words"), HOSTILE, ids=[row[0] for row in HOSTILE])
async def test_a_broken_huge_or_disguised_file_is_refused_by_name(
    tmp_path: Path, name: str, make: Callable[[Path], bytes], error: type[FedirecError], words: str
) -> None:
    with pytest.raises(FedirecError) as refused:
        await opened(tmp_path, make(tmp_path), name)

    assert type(refused.value) is error, refused.value
    assert f"“{name}”" in str(refused.value)
    assert words in str(refused.value)
    assert refused.value.field == "file"


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "WEBP", "AVIF"])
async def test_what_hangs_on_the_end_of_an_image_is_cut_off(tmp_path: Path, form: str) -> None:
    found = await opened(tmp_path, files.encoded(files.scene(), form) + b"PK\x03\x04" + SCRIPT)

    assert b"script" not in found.master.read_bytes()


async def test_what_hangs_on_the_end_of_a_film_is_cut_off(tmp_path: Path) -> None:
    found = await opened(tmp_path, files.film(tmp_path / "made.mp4") + b"\0\0\0\x40free" + SCRIPT + SVG)

    assert b"script" not in found.master.read_bytes()


async def test_a_file_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    files.film(tmp_path / "one.mp4", codec="mpeg4", size=(1280, 720), frames=12)
    data = files.repeated(tmp_path / "one.mp4", tmp_path / "many.mp4", times=120)

    with pytest.raises(TooLarge, match=r"“slow\.mp4” takes too long"):
        await opened(tmp_path, data, "slow.mp4", Limits(cpu=1))


async def test_a_file_that_is_waited_for_too_long_is_given_up(tmp_path: Path) -> None:
    files.film(tmp_path / "one.mp4", codec="mpeg4", size=(1280, 720), frames=12)
    data = files.repeated(tmp_path / "one.mp4", tmp_path / "many.mp4", times=120)

    with pytest.raises(TooLarge, match=r"“slow\.mp4” takes too long"):
        await opened(tmp_path, data, "slow.mp4", Limits(wall=1))


async def test_a_file_that_needs_too_much_memory_is_given_up(tmp_path: Path) -> None:
    image = Image.new("RGB", (6000, 6000), "navy")

    with pytest.raises(TooLarge, match=r"“big\.png” needs too much memory"):
        await opened(tmp_path, files.encoded(image, "PNG"), "big.png", Limits(memory=200_000_000))


@pytest.mark.parametrize("form", ["png", "mp4", "gif", "wav"])
async def test_a_file_that_grows_too_large_is_given_up(tmp_path: Path, form: str) -> None:
    data = {
        "png": lambda: files.encoded(_noise((300, 300)), "WEBP", lossless=True),
        "gif": lambda: files.encoded(_noise((300, 300)), "GIF"),
        "mp4": lambda: files.film(tmp_path / "a.mp4", codec="mpeg4", size=(640, 360)),
        "wav": lambda: files.sound(tmp_path / "a.wav", codec="pcm_s16le"),
    }[form]()

    with pytest.raises(TooLarge, match=r"“grows” grows too large"):
        await opened(tmp_path, data, "grows", Limits(output=2000))


async def test_the_largest_welcome_image_fits_into_the_memory_of_the_child(tmp_path: Path) -> None:
    image = Image.new("RGB", (10_000, 5_000), "navy")
    notes = Image.Exif()
    notes[0x0112] = 6

    found = await opened(tmp_path, files.encoded(image, "JPEG", exif=notes))

    assert (found.width, found.height) == (5_000, 10_000)


async def test_the_largest_welcome_film_fits_into_the_memory_of_the_child(tmp_path: Path) -> None:
    files.film(tmp_path / "one.mp4", codec="libx265", layout="yuv420p10le", size=(3840, 2160), frames=3)
    data = files.repeated(tmp_path / "one.mp4", tmp_path / "many.mp4", times=8)

    found = await opened(tmp_path, data)

    assert (found.width, found.height) == (1920, 1080)


@pytest.mark.parametrize("reason", sorted(REASONS))
def test_every_reason_has_a_sentence_that_names_the_file(reason: str) -> None:
    sentence = str(refusal(reason, name="stars.png"))

    assert "“stars.png”" in sentence
    assert sentence.endswith(".")


def test_a_file_over_the_limit_hears_the_limit() -> None:
    assert "“stars.png” is larger than 16 MB" in str(refusal("bytes", name="stars.png", limit=16_000_000))


@pytest.mark.parametrize("row", HOSTILE, ids=[row[0] for row in HOSTILE])
def test_telling_what_a_file_is_never_fails_in_another_way(
    row: tuple[str, Callable[[Path], bytes]], tmp_path: Path
) -> None:
    head = row[1](tmp_path)[:HEAD]

    for length in (*range(40), len(head)):
        assert _reason_against(head[:length]) in {*REASONS, None}
