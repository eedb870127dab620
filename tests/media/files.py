"""Files as people send them, and as attackers do."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pillow_heif
from av.audio.resampler import AudioResampler
from PIL import Image, ImageCms, ImageDraw

from fedirec.media.making.melody import compose, frames_of
from fedirec.media.store import Store

pillow_heif.register_heif_opener()
SECRET = "48.2082,16.3738 Secret Camera"


def scene(size: tuple[int, int] = (320, 180)) -> Image.Image:
    """A picture whose four corners differ."""
    image = Image.new("RGB", size, (40, 60, 90))
    draw = ImageDraw.Draw(image)
    width, height = size
    for left, top, colour in ((0, 0, "red"), (1, 0, "lime"), (0, 1, "blue"), (1, 1, "yellow")):
        x, y = left * width * 3 // 4, top * height * 3 // 4
        draw.rectangle((x, y, x + width // 4, y + height // 4), fill=colour)
    return image


def corners(image: Image.Image) -> list[tuple[bool, bool, bool]]:
    """Which colours the corners of `image` have, whatever a codec did to them."""
    width, height = image.size
    places = ((8, 8), (width - 9, 8), (8, height - 9), (width - 9, height - 9))
    return [tuple(part > 128 for part in image.convert("RGB").getpixel(place)) for place in places]  # type: ignore[misc, union-attr]


def encoded(image: Image.Image, form: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def with_location() -> Image.Exif:
    """Notes of a camera that knows where it is."""
    notes = Image.Exif()
    notes[0x010F] = SECRET
    notes.get_ifd(0x8825).update({1: "N", 2: (48.0, 12.0, 29.5), 3: "E", 4: (16.0, 22.0, 25.7)})
    notes[0x8825] = notes.get_ifd(0x8825)
    return notes


def colour_profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def film(
    path: Path,
    *,
    codec: str = "libx264",
    form: str | None = None,
    rotation: int = 0,
    layout: str = "yuv420p",
    sound: str | None = None,
    notes: Mapping[str, str] | None = None,
    size: tuple[int, int] = (320, 180),
    frames: int = 24,
    ticks: int = 1,
) -> bytes:
    """A film of `scene`, with a still in each twelfth of a second times `ticks`."""
    with av.open(str(path), "w", format=form) as output:
        output.metadata.update(notes or {})
        stream = output.add_stream(codec, rate=12)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height = size
        stream.pix_fmt = layout
        if rotation:
            stream.set_display_rotation(rotation)
        played: av.AudioStream | None = None
        if sound:
            added = output.add_stream(sound, rate=48_000)
            assert isinstance(added, av.AudioStream)
            added.layout = "stereo"
            played = added
        for number in range(frames):
            frame = av.VideoFrame.from_image(scene(size))  # type: ignore[no-untyped-call]
            frame.pts, frame.time_base = number * ticks, Fraction(1, 12)
            output.mux(stream.encode(frame))
        output.mux(stream.encode())
        if played is not None:
            _play(output, played, seconds=frames / 12)
    return path.read_bytes()


def sound(
    path: Path,
    *,
    codec: str,
    form: str | None = None,
    notes: Mapping[str, str] | None = None,
    rate: int = 48_000,
    cover: bytes | None = None,
    options: Mapping[str, str] | None = None,
) -> bytes:
    """Two seconds of a melody; `cover` is a JPEG that goes in with it."""
    with av.open(str(path), "w", format=form) as output:
        output.metadata.update(notes or {})
        stream = output.add_stream(codec, rate=rate, options=dict(options or {}))
        assert isinstance(stream, av.AudioStream)
        stream.layout = "stereo"
        if cover:
            with av.open(io.BytesIO(cover), "r") as picture:
                source = picture.streams.video[0]
                page = output.add_stream_from_template(source)
                page.disposition = av.stream.Disposition.attached_pic
                packet = next(picture.demux(source))
                packet.stream, packet.pts, packet.dts = page, 0, 0
                output.mux(packet)
        _play(output, stream, seconds=2)
    return path.read_bytes()


def _play(output: Any, stream: av.AudioStream, *, seconds: float) -> None:
    size = stream.codec_context.frame_size or 1024
    resampler = AudioResampler(stream.format, "stereo", stream.rate, frame_size=size)
    for frame in (*frames_of(compose(seconds)), None):
        for piece in resampler.resample(frame):
            output.mux(stream.encode(piece))
    output.mux(stream.encode())


def silence(path: Path, *, seconds: int) -> bytes:
    """A WAV that is honest about how long it is, without anything to hear."""
    data = bytes(seconds * 2)
    head = struct.pack(
        "<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(data), b"WAVE", b"fmt ", 16, 1, 1, 1, 2, 2, 16, b"data", len(data)
    )
    path.write_bytes(head + data)
    return path.read_bytes()


def repeated(source: Path, path: Path, *, times: int) -> bytes:
    """The film `source` over and over: quickly made, slowly read."""
    with av.open(str(source)) as film, av.open(str(path), "w", format="mp4") as output:
        stream = film.streams.video[0]
        copy = output.add_stream_from_template(stream)
        packets = [packet for packet in film.demux(stream) if packet.dts is not None]
        length = max(packet.pts + (packet.duration or 0) for packet in packets if packet.pts is not None)
        base = stream.time_base
        assert base is not None
        for turn in range(times):
            for packet in packets:
                again = av.Packet(bytes(packet))
                assert packet.pts is not None
                assert packet.dts is not None
                again.pts, again.dts = packet.pts + turn * length, packet.dts + turn * length
                again.time_base, again.is_keyframe, again.stream = base, packet.is_keyframe, copy
                output.mux(again)
    return path.read_bytes()


def png_of(width: int, height: int) -> bytes:
    """The beginning of a PNG of this size, with next to nothing in it."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def gif_of(width: int, height: int, *, frames: int, frame: tuple[int, int] = (1, 1)) -> bytes:
    """A GIF of so many tiny pictures on a screen of this size."""
    picture = b"\x2c" + struct.pack("<HHHHB", 0, 0, *frame, 0) + b"\x02\x02\x44\x01\x00"
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + bytes(6) + picture * frames + b"\x3b"


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


async def exchange(store: Store, path: str, data: bytes) -> None:
    """These bytes are at `path` now, whatever was there before."""
    async with store.workbench() as folder:
        await store.delete(path)
        await store.put(written(folder / "other", data), path=path)
