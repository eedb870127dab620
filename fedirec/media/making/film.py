"""A short film: a slow look across an illustration, with a melody for its sound and a story for its words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.video.frame import VideoFrame
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont

RATE: Final = 24
"""Pictures a second."""
_FADE: Final = 0.6
"""Seconds in which a caption comes and goes."""


def make_film(
    path: Path,
    *,
    illustration: Path,
    melody: Path,
    story_lines: Sequence[str],
    size: tuple[int, int] = (854, 480),
    seconds: float = 8.0,
) -> Path:
    """`path` holds an MP4 that wanders over `illustration` to the sound of `melody`, with `story_lines` as captions."""
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as output:
        film = output.add_stream("libx264", rate=RATE, options={"preset": "superfast", "crf": "24"})
        film.width, film.height = size
        film.pix_fmt = "yuv420p"
        film.codec_context.thread_count = 2
        sound = output.add_stream("aac", rate=44_100)
        sound.layout = "stereo"
        sound.bit_rate = 128_000
        for number, picture in enumerate(_pictures(illustration, story_lines, size=size, seconds=seconds)):
            frame = VideoFrame.from_image(picture)  # type: ignore[no-untyped-call]
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            output.mux(film.encode(frame))
        output.mux(film.encode())
        _add_sound(output, sound, melody, seconds=seconds)
    return path


def _pictures(
    illustration: Path, story_lines: Sequence[str], *, size: tuple[int, int], seconds: float
) -> Iterator[Image.Image]:
    with Image.open(illustration) as opened:
        scene = opened.convert("RGB")
    scale = size[1] * 1.28 / scene.height
    scene = scene.resize((max(round(scene.width * scale), round(size[0] * 1.2)), round(scene.height * scale)))
    captions = [_caption(line, size) for line in story_lines]
    count = round(seconds * RATE)
    for number in range(count):
        part = number / max(1, count - 1)
        eased = part * part * (3 - 2 * part)
        x, y = (scene.width - size[0]) * eased, (scene.height - size[1]) * eased
        picture = scene.resize(size, Image.Resampling.BILINEAR, box=(x, y, x + size[0], y + size[1]))
        _write(picture, captions, at=part * seconds, seconds=seconds)
        dark = min(1.0, number / (RATE * 0.7), (count - 1 - number) / (RATE * 0.9))
        yield picture if dark >= 1 else ImageEnhance.Brightness(picture).enhance(dark)


def _caption(line: str, size: tuple[int, int]) -> Image.Image:
    """`line` in light letters with a soft shadow, as wide as the film."""
    font = ImageFont.load_default(size=size[1] / 17)
    caption = Image.new("RGBA", size)
    draw = ImageDraw.Draw(caption)
    text = _wrapped(line, draw, font, room=size[0] * 0.84)
    place = (size[0] / 2, size[1] * 0.92)
    draw.multiline_text(place, text, font=font, anchor="md", align="center", fill=(0, 0, 0, 230))
    caption = caption.filter(ImageFilter.GaussianBlur(3))
    draw = ImageDraw.Draw(caption)
    draw.multiline_text(place, text, font=font, anchor="md", align="center", fill=(255, 246, 226, 255))
    return caption.crop((0, size[1] * 2 // 3, *size))


def _wrapped(
    line: str, draw: ImageDraw.ImageDraw, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, *, room: float
) -> str:
    rows = [""]
    for word in line.split():
        longer = f"{rows[-1]} {word}".strip()
        if draw.textlength(longer, font=font) <= room or not rows[-1]:
            rows[-1] = longer
        else:
            rows.append(word)
    return "\n".join(rows)


def _write(picture: Image.Image, captions: Sequence[Image.Image], *, at: float, seconds: float) -> None:
    if not captions:
        return
    each = seconds / len(captions)
    number = min(len(captions) - 1, int(at / each))
    inside = at - number * each
    seen = max(0.0, min(1.0, inside / _FADE, (each - inside) / _FADE))
    caption = captions[number]
    mask = caption.getchannel("A").point([round(value * seen) for value in range(256)])
    picture.paste(caption, (0, picture.height - caption.height), mask)


def _add_sound(output: av.container.OutputContainer, sound: AudioStream, melody: Path, *, seconds: float) -> None:
    resampler = AudioResampler(sound.format, "stereo", 44_100, frame_size=1024)
    with av.open(str(melody), "r") as source:
        for frame in source.decode(audio=0):
            if frame.time is not None and frame.time >= seconds:
                break
            for piece in resampler.resample(frame):
                output.mux(sound.encode(piece))
    for piece in resampler.resample(None):
        output.mux(sound.encode(piece))
    output.mux(sound.encode())
