"""The first stars of an evening, drawn with Pillow."""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Final

from PIL import Image, ImageChops, ImageDraw, ImageFilter

_SKY: Final = (
    (0.00, (9, 13, 38)),
    (0.35, (26, 31, 79)),
    (0.62, (74, 58, 118)),
    (0.80, (168, 98, 122)),
    (0.92, (238, 158, 112)),
    (1.00, (252, 205, 140)),
)
_FAR_HILL: Final = (46, 38, 84)
_NEAR_HILL: Final = (20, 20, 46)
_DARK: Final = (11, 11, 28)
_LAMP: Final = (255, 214, 130)


def make_illustration(path: Path, *, size: tuple[int, int] = (1600, 900), seed: int = 1) -> Path:
    """`path` holds a night sky with first stars, a hill and a lit window; PNG or JPEG by its ending."""
    random = Random(seed)  # noqa: S311  (stars, not secrets)
    height = size[1]
    image = _sky(size)
    image = _add_light(image, _milky_way(size, random))
    image = _add_light(image, _stars(size, random))
    image = _add_light(image, _moon(size, random))
    draw = ImageDraw.Draw(image)
    draw.polygon(_ridge(size, top=0.74, swing=0.05, random=random), fill=_FAR_HILL)
    near = _ridge(size, top=0.83, swing=0.06, random=random)
    draw.polygon(near, fill=_NEAR_HILL)
    _draw_trees(draw, near, size, random)
    window = _draw_house(draw, near, size)
    image = _add_light(image, _glow(size, window, radius=height * 0.15, colour=_LAMP, strength=0.6))
    if path.suffix.lower() in (".jpg", ".jpeg"):
        image.save(path, quality=90)
    else:
        image.save(path, compress_level=3)
    return path


def _sky(size: tuple[int, int]) -> Image.Image:
    width, height = size
    column = Image.new("RGB", (1, height))
    for y in range(height):
        column.putpixel((0, y), _sky_at(min(1.0, y / (height * 0.86))))
    return column.resize((width, height))


def _sky_at(level: float) -> tuple[int, int, int]:
    for (above, dark), (below, light) in pairwise(_SKY):
        if level <= below:
            part = (level - above) / (below - above)
            part = part * part * (3 - 2 * part)
            red, green, blue = (round(a + (b - a) * part) for a, b in zip(dark, light, strict=True))
            return red, green, blue
    return _SKY[-1][1]


def _stars(size: tuple[int, int], random: Random) -> Image.Image:
    width, height = size
    light = Image.new("RGB", size)
    draw = ImageDraw.Draw(light)
    for _ in range(width * height // 5200):
        x, y = random.random() * width, random.random() ** 1.6 * height * 0.7
        shine = random.random() ** 3 * (1 - y / (height * 0.8))
        grey = round(60 + 180 * shine)
        radius = 0.5 + 1.3 * shine
        tint = random.choice(((1.0, 0.96, 0.88), (0.88, 0.93, 1.0), (1.0, 1.0, 1.0)))
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=tuple(round(grey * part) for part in tint))
    light = light.filter(ImageFilter.GaussianBlur(0.6))
    for _ in range(5):
        place = (random.uniform(0.08, 0.92) * width, random.uniform(0.06, 0.42) * height)
        light = ImageChops.add(light, _first_star(size, place, reach=random.uniform(0.012, 0.026) * width))
    return light


def _first_star(size: tuple[int, int], place: tuple[float, float], *, reach: float) -> Image.Image:
    """A bright star with four rays, as eyes see it that look up for the first time that evening."""
    light = Image.new("RGB", size)
    draw = ImageDraw.Draw(light)
    x, y = place
    thin = reach * 0.06
    for long, wide in ((reach, thin), (thin, reach)):
        draw.polygon(((x - long, y), (x, y - wide), (x + long, y), (x, y + wide)), fill=(230, 232, 255))
    draw.ellipse((x - thin * 2, y - thin * 2, x + thin * 2, y + thin * 2), fill=(255, 255, 255))
    box = _around(place, reach * 3, size)
    part = light.crop(box)
    halo = part.filter(ImageFilter.GaussianBlur(reach * 0.5))
    light.paste(ImageChops.add(part.filter(ImageFilter.GaussianBlur(0.8)), halo, scale=0.8), box)
    return light


def _milky_way(size: tuple[int, int], random: Random) -> Image.Image:
    width, height = size
    small = (width // 8, height // 8)
    light = Image.new("RGB", small)
    draw = ImageDraw.Draw(light)
    for _ in range(260):
        along = random.random()
        x = small[0] * (0.15 + 0.75 * along) + random.gauss(0, small[0] * 0.035)
        y = small[1] * (0.52 - 0.5 * along) + random.gauss(0, small[1] * 0.05)
        radius = random.uniform(1, small[0] * 0.02)
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(20, 22, 40))
    return light.filter(ImageFilter.GaussianBlur(small[0] * 0.02)).resize(size, Image.Resampling.BILINEAR)


def _moon(size: tuple[int, int], random: Random) -> Image.Image:
    width, height = size
    radius = height * 0.045
    place = (width * random.uniform(0.74, 0.84), height * random.uniform(0.16, 0.24))
    light = Image.new("RGB", size)
    draw = ImageDraw.Draw(light)
    x, y = place
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(248, 240, 214))
    shade = radius * 0.42
    draw.ellipse((x - radius + shade, y - radius - shade * 0.4, x + radius + shade, y + radius - shade * 0.4), fill=0)
    box = _around(place, radius * 1.6, size)
    light.paste(light.crop(box).filter(ImageFilter.GaussianBlur(1)), box)
    centre = (x - radius * 0.6, y)
    return _add_light(light, _glow(size, centre, radius=radius * 4, colour=(150, 150, 190), strength=0.5))


def _ridge(size: tuple[int, int], *, top: float, swing: float, random: Random) -> list[tuple[float, float]]:
    """The outline of a hill, from its foot on the left to its foot on the right."""
    width, height = size
    waves = [(random.uniform(0.5, 1.3) * number, random.uniform(0, math.tau), 1 / number) for number in (1, 2, 5, 13)]
    line = []
    for step in range(0, width + 8, 8):
        lift = sum(math.sin(math.tau * step / width * pace + phase) * share for pace, phase, share in waves)
        line.append((float(step), height * (top - swing * 0.5 * lift)))
    return [(0.0, float(height)), *line, (float(width + 8), float(height))]


def _draw_trees(
    draw: ImageDraw.ImageDraw, ridge: list[tuple[float, float]], size: tuple[int, int], random: Random
) -> None:
    for x, ground in ridge[1:-1]:
        crowded = 0.5 + 0.5 * math.sin(x / size[0] * 11)
        if random.random() > 0.5 * crowded * crowded:
            continue
        tall = size[1] * random.uniform(0.02, 0.07)
        for layer in range(4):
            wide = tall * 0.28 * (1 - layer * 0.2)
            base = ground + 4 - tall * layer * 0.23
            draw.polygon(((x - wide, base), (x, base - tall * 0.42), (x + wide, base)), fill=_DARK)


def _draw_house(
    draw: ImageDraw.ImageDraw, ridge: list[tuple[float, float]], size: tuple[int, int]
) -> tuple[float, float]:
    """A small house on the hill; the place of its window."""
    x = size[0] * 0.3
    ground = min(ridge[1:-1], key=lambda point: abs(point[0] - x))[1] + size[1] * 0.012
    unit = size[1] * 0.055
    draw.rectangle((x - unit, ground - unit * 1.05, x + unit, ground + unit * 0.5), fill=_DARK)
    draw.polygon(
        ((x - unit * 1.25, ground - unit), (x, ground - unit * 1.95), (x + unit * 1.25, ground - unit)), fill=_DARK
    )
    draw.rectangle((x + unit * 0.5, ground - unit * 2.05, x + unit * 0.75, ground - unit * 1.3), fill=_DARK)
    window = (x - unit * 0.2, ground - unit * 0.45)
    half = unit * 0.27
    left, upper, right, lower = window[0] - half, window[1] - half, window[0] + half, window[1] + half
    draw.rectangle((left, upper, right, lower), fill=_LAMP)
    bar = max(1, round(unit * 0.05))
    draw.line((window[0], upper, window[0], lower), fill=(120, 76, 40), width=bar)
    draw.line((left, window[1], right, window[1]), fill=(120, 76, 40), width=bar)
    return window


def _glow(
    size: tuple[int, int],
    place: tuple[float, float],
    *,
    radius: float,
    colour: tuple[int, int, int],
    strength: float,
) -> Image.Image:
    light = Image.new("RGB", size)
    side = max(2, round(radius * 2))
    # The gradient reaches 255 in the corners and 180 at the edges.
    fall = Image.radial_gradient("L").point([round(255 * strength * max(0, 1 - v / 176) ** 2) for v in range(256)])
    spot = Image.composite(
        Image.new("RGB", (side, side), colour), Image.new("RGB", (side, side)), fall.resize((side, side))
    )
    light.paste(spot, (round(place[0] - radius), round(place[1] - radius)))
    return light


def _around(place: tuple[float, float], reach: float, size: tuple[int, int]) -> tuple[int, int, int, int]:
    x, y = place
    return (
        max(0, int(x - reach)),
        max(0, int(y - reach)),
        min(size[0], int(x + reach) + 1),
        min(size[1], int(y + reach) + 1),
    )


def _add_light(image: Image.Image, light: Image.Image) -> Image.Image:
    return ImageChops.screen(image, light)
