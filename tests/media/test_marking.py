"""Who made a file is written into it, and what is to be seen and heard in it stays what it was."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from fedirec.media.confine import clean
from fedirec.media.marking import HEAD, MARKABLE, Marks, Part, Piece, length_of, mark
from fedirec.media.marking.marks import xmp_of
from fedirec.media.marking.pieces import cut
from tests.media import files

MARKS = Marks(
    title="Zwölf <Sterne> & mehr",
    creator="Ána 🎈",
    credit="Song by Ána 🎈, from a poem by Bo",
    rights="CC BY-SA 4.0",
    licence_url="https://creativecommons.org/licenses/by-sa/4.0/",
    page_url="https://here.test/records/1",
    people=("Ána 🎈", "Bo"),
    sources=("https://there.test/records/2",),
    width=320,
    height=180,
)


def put_together(pieces: Any, data: bytes) -> bytes:
    return b"".join(piece if isinstance(piece, bytes) else data[piece.start : piece.stop] for piece in pieces)


def marked(media_type: str, data: bytes, marks: Marks = MARKS) -> bytes:
    pieces = mark(media_type, data[:HEAD], len(data), marks)
    made = put_together(pieces, data)
    assert length_of(pieces) == len(made)
    return made


def pixels(data: bytes) -> list[bytes]:
    with Image.open(io.BytesIO(data)) as image:
        found = []
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            found.append(image.convert("RGBA").tobytes())
        return found


PICTURES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "jpeg": ("image/jpeg", lambda: files.encoded(files.scene(), "JPEG")),
    "jpeg with colours": (
        "image/jpeg",
        lambda: files.encoded(files.scene(), "JPEG", icc_profile=files.colour_profile()),
    ),
    "png": ("image/png", lambda: files.encoded(files.scene(), "PNG")),
    "webp": ("image/webp", lambda: files.encoded(files.scene(), "WEBP")),
    "webp, exact": ("image/webp", lambda: files.encoded(files.scene().convert("RGBA"), "WEBP", lossless=True)),
    "webp, clear": (
        "image/webp",
        lambda: files.encoded(Image.new("RGBA", (320, 180), (9, 200, 40, 90)), "WEBP", lossless=True),
    ),
    "webp, moving": (
        "image/webp",
        lambda: files.encoded(
            files.scene(), "WEBP", save_all=True, append_images=[Image.new("RGB", (320, 180), "red")]
        ),
    ),
    "gif": (
        "image/gif",
        lambda: files.encoded(files.scene(), "GIF", save_all=True, append_images=[Image.new("RGB", (320, 180), "red")]),
    ),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_looks_the_same_and_says_who_made_it(name: str) -> None:
    media_type, make = PICTURES[name]
    data = make()
    made = marked(media_type, data)

    assert made != data
    assert pixels(made) == pixels(data)
    with Image.open(io.BytesIO(made)) as image:
        image.load()
        if media_type == "image/gif":
            assert MARKS.rights in bytes(image.info["comment"]).decode()
            assert image.info.get("loop") == Image.open(io.BytesIO(data)).info.get("loop")
        else:
            xmp = image.info["xmp"]
            assert "Ána 🎈" in (xmp if isinstance(xmp, str) else xmp.decode())
        assert image.info.get("icc_profile") == Image.open(io.BytesIO(data)).info.get("icc_profile")
    if media_type == "image/png":
        with Image.open(io.BytesIO(made)) as png:
            assert png.info["Author"] == "Ána 🎈"
            assert png.info["Copyright"] == "CC BY-SA 4.0"


SOUNDS = {
    "mp3": ("audio/mpeg", "mp3", "libmp3lame"),
    "flac": ("audio/flac", "flac", "flac"),
    "wav": ("audio/wav", "wav", "pcm_s16le"),
    "opus": ("audio/ogg", "ogg", "libopus"),
    "vorbis": ("audio/ogg", "ogg", "vorbis"),
    "m4a": ("audio/mp4", "ipod", "aac"),
}


def heard(data: bytes) -> str:
    """A digest of every packet of a sound or film."""
    digest = hashlib.sha256()
    with av.open(io.BytesIO(data), "r") as container:
        for packet in container.demux():
            digest.update(b"%d %d " % (packet.stream_index, packet.pts or 0) + bytes(packet))
    return digest.hexdigest()


def told(data: bytes) -> dict[str, str]:
    with av.open(io.BytesIO(data)) as container:
        found = {name.lower(): value for name, value in container.metadata.items()}
        for stream in container.streams:
            found |= {name.lower(): value for name, value in stream.metadata.items()}
        return found


async def kept(path: Path, media_type: str) -> bytes:
    """The file at `path` as we keep it."""
    folder = path.parent / f"{path.name}-kept"
    folder.mkdir()
    decoded = await clean(path, folder=folder)
    assert decoded.media_type == media_type
    return (folder / "master").read_bytes()


@pytest.mark.parametrize("name", SOUNDS)
async def test_a_sound_sounds_the_same_and_says_who_made_it(name: str, tmp_path: Path) -> None:
    media_type, form, codec = SOUNDS[name]
    files.sound(tmp_path / "tone", form=form, codec=codec, options={"strict": "experimental"})
    data = await kept(tmp_path / "tone", media_type)
    made = marked(media_type, data)

    assert made != data
    assert heard(made) == heard(data)
    if name == "m4a":
        assert xmp_of(MARKS) in made
    else:
        said = told(made)
        assert said["title"] == MARKS.title
        assert said["artist"] == MARKS.creator
        assert "CC BY-SA 4.0" in said["copyright"]


async def test_a_film_plays_the_same_and_carries_its_marks(tmp_path: Path) -> None:
    files.film(tmp_path / "film.mp4", sound="aac")
    data = await kept(tmp_path / "film.mp4", "video/mp4")
    made = marked("video/mp4", data)

    assert made.startswith(data)
    assert heard(made) == heard(data)
    assert xmp_of(MARKS) in made


def test_long_comments_take_no_more_pages_than_there_were(tmp_path: Path) -> None:
    long = Marks(title="t" * 1_900, creator="c" * 1_900, credit="d" * 1_900, rights="r" * 1_900)
    for codec in ("libopus", "vorbis"):
        data = files.sound(tmp_path / codec, form="ogg", codec=codec, options={"strict": "experimental"})
        made = marked("audio/ogg", data, long)
        assert heard(made) == heard(data)
        assert told(made)["title"] == "t" * 1_900


@given(st.sampled_from(sorted(MARKABLE)), st.binary(max_size=300), st.binary(max_size=60))
def test_what_is_no_such_file_is_left_alone(media_type: str, data: bytes, end: bytes) -> None:
    starts = (
        b"",
        b"\xff\xd8\xff\xe0\0\x04",
        b"RIFF\x20\0\0\0WEBPVP8 ",
        b"OggS" + bytes(22) + b"\x01",
        b"fLaC",
        b"GIF89a",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    )
    for start in starts:
        whole = start + data + end
        pieces = mark(media_type, whole[:HEAD], len(whole), MARKS)
        made = put_together(pieces, whole)
        assert made == whole or "Zwölf".encode() in made or b"Zw\xc3" in made
        assert length_of(pieces) == len(made), "whoever saves it is told how long it is before it is read"


@given(
    st.lists(st.one_of(st.binary(max_size=9), st.integers(0, 9).map(lambda n: Part(n, 2 * n))), max_size=6), st.data()
)
def test_any_part_of_a_marked_file_can_be_had_alone(pieces: list[Piece], data: st.DataObject) -> None:
    kept = bytes(range(20))
    whole = put_together(pieces, kept)
    start = data.draw(st.integers(0, len(whole)))
    stop = data.draw(st.integers(start, len(whole)))

    assert put_together(cut(pieces, start, stop), kept) == whole[start:stop]


def test_what_a_name_may_hold_cannot_break_the_packet() -> None:
    wild = Marks(
        title="]]><x:y>&\"'\0\ud800".replace("\ud800", ""), creator="<a href='x'>", credit="\x01\x02", rights=""
    )
    packet = xmp_of(wild)

    assert b"<x:y>" not in packet
    assert b"\0" not in packet
