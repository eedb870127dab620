"""Images: decoded whole, then written anew and upright, with their colours and nothing else that was in the file."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import pillow_heif

# Pillow imports the modules of a format when it first needs them, which the cage refuses: so they are named here.
from PIL import (
    AvifImagePlugin,
    GifImagePlugin,
    Image,
    ImageCms,
    ImageFile,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from fedirec.media.decoder.blur import Blur, blur_of
from fedirec.media.decoder.gifs import copy_clean
from fedirec.media.decoder.kinds import HEAD, Family, Refused
from fedirec.media.decoder.prints import picture_print
from fedirec.media.decoder.sheets import Sheet

MAX_PIXELS: Final = 50_000_000
MAX_FRAMES: Final = 1_000
MAX_MOVING_PIXELS: Final = 200_000_000
"""Pixels of all frames of a moving image together."""
_MAX_PROFILE: Final = 1_000_000
_ORIENTATION: Final = 0x0112
_UPRIGHT: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What brings an image upright, by its EXIF orientation."""
PLUGINS: Final = (
    AvifImagePlugin,
    GifImagePlugin,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)
"""What taught Pillow its formats by being imported: in the cage nothing more can be."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """What a decoded image turned out to be."""

    media_type: str
    width: int
    height: int
    blur: Blur


def prepare() -> None:
    """Everything that Pillow would import later is imported."""
    Image.preinit()
    pillow_heif.register_heif_opener(thumbnails=False)
    ImageCms.createProfile("sRGB")
    warnings.simplefilter("ignore")
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS


def clean_image(source: Sheet, *, family: Family, master: Sheet) -> Picture:
    """`master` shows what `source` shows, upright, in a format that every browser shows, and tells nothing else.

    Raises Refused.
    """
    with guarded(), Image.open(source.file, formats=(family,)) as image:
        _check_size(image)
        if family == "GIF" or moves(image):
            return _clean_moving(image, source, family=family, master=master)
        return _clean_still(image, source, family=family, master=master)


def print_of(source: Sheet, *, family: Family) -> tuple[str, str] | None:
    """What is left of `source`, upright, when it is made small (`prints`). Raises Refused."""
    with guarded(), Image.open(source.file, formats=(family,)) as image:
        _check_size(image)
        orientation = _orientation(image)
        image.load()
        return picture_print(image.transpose(_UPRIGHT[orientation]) if orientation in _UPRIGHT else image)


@contextmanager
def guarded() -> Iterator[None]:
    """Within it, what Pillow says of an image that it cannot read is a refusal."""
    try:
        yield
    except Refused:
        raise
    except Image.DecompressionBombError as error:
        raise Refused("pixels") from error
    except MemoryError:
        raise
    except OSError as error:
        if error.errno is not None:
            raise
        raise Refused("truncated" if "truncated" in str(error) else "broken") from error
    except (ValueError, SyntaxError, TypeError, KeyError, IndexError, EOFError, AttributeError) as error:
        raise Refused("broken") from error


def _check_size(image: ImageFile.ImageFile) -> None:
    if image.width * image.height > MAX_PIXELS:
        raise Refused("pixels")
    if not image.width or not image.height:
        raise Refused("broken")


def moves(image: ImageFile.ImageFile) -> bool:
    """Whether `image` is several pictures, one after the other."""
    # Phones write several JPEGs (MPO) or HEICs into one file: one of them is the photograph.
    return image.format not in ("JPEG", "MPO", "HEIF") and bool(getattr(image, "is_animated", False))


def _clean_still(image: ImageFile.ImageFile, source: Sheet, *, family: Family, master: Sheet) -> Picture:
    profile = image.info.get("icc_profile")
    orientation = _orientation(image)
    image.load()
    tables = getattr(image, "quantization", None) if family == "JPEG" else None
    sampling = JpegImagePlugin.get_sampling(image) if tables else -1
    shown: Image.Image = image
    if orientation in _UPRIGHT:
        shown = image.transpose(_UPRIGHT[orientation])
    if shown.mode == "PA" or (shown.mode == "P" and "transparency" in shown.info):
        shown = shown.convert("RGBA")
    if shown.mode == "CMYK":
        shown, profile = _in_rgb(shown, profile), None
    shown.info = {name: value for name, value in shown.info.items() if name == "transparency"}
    colours = fitting_profile(profile, shown.mode)
    if family == "JPEG":
        if tables and shown.mode == image.mode:
            shown.save(master.file, "JPEG", qtables=tables, subsampling=sampling, optimize=True, icc_profile=colours)
        else:
            shown.convert("RGB").save(master.file, "JPEG", quality=92, optimize=True, icc_profile=colours)
        media_type = "image/jpeg"
    elif family in ("WEBP", "AVIF", "HEIF") and not _see_through(shown) and not _is_exact(source, family):
        shown.convert("RGB").save(master.file, "JPEG", quality=92, subsampling=0, optimize=True, icc_profile=colours)
        media_type = "image/jpeg"
    else:
        shown.save(master.file, "PNG", icc_profile=colours)
        media_type = "image/png"
    return Picture(media_type=media_type, width=shown.width, height=shown.height, blur=blur_of(shown))


def _clean_moving(image: ImageFile.ImageFile, source: Sheet, *, family: Family, master: Sheet) -> Picture:
    times = []
    for number in range(MAX_FRAMES + 1):
        try:
            image.seek(number)
        except EOFError:
            break
        if number == MAX_FRAMES or (number + 1) * image.width * image.height > MAX_MOVING_PIXELS:
            raise Refused("frames")
        image.load()
        times.append(round(image.info.get("duration") or 0))
    size = image.size
    loop = int(image.info.get("loop", 1))
    image.seek(0)
    blur = blur_of(image)
    colours = fitting_profile(image.info.get("icc_profile"), "RGBA")
    if family == "GIF":
        source.seek(0)
        copy_clean(source.read(), master)
        return Picture(media_type="image/gif", width=size[0], height=size[1], blur=blur)
    image.seek(0)
    if family == "PNG":
        image.save(master.file, "PNG", save_all=True, duration=times, loop=loop, icc_profile=colours)
        return Picture(media_type="image/png", width=size[0], height=size[1], blur=blur)
    image.save(master.file, "WEBP", save_all=True, duration=times, loop=loop, quality=90, method=2, icc_profile=colours)
    return Picture(media_type="image/webp", width=size[0], height=size[1], blur=blur)


def _orientation(image: ImageFile.ImageFile) -> int:
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except (ValueError, SyntaxError, TypeError, OSError, KeyError, IndexError, AttributeError):
        return 1  # a broken note about the image is no reason to refuse the image


def _is_exact(source: Sheet, family: Family) -> bool:
    """Whether a WebP was saved without loss: a drawing or a screenshot, which JPEG would smear."""
    source.seek(0)
    return family == "WEBP" and b"VP8L" in source.read(HEAD)


def _see_through(image: Image.Image) -> bool:
    return image.mode in ("RGBA", "LA") and image.getchannel("A").getextrema() != (255, 255)


def _in_rgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if fitting_profile(profile, "CMYK") and profile:
        try:
            seen = ImageCms.profileToProfile(
                image, io.BytesIO(profile), ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
        except ImageCms.PyCMSError:
            seen = None
        if seen is not None:
            return seen
    return image.convert("RGB")


def fitting_profile(profile: bytes | None, mode: str) -> bytes | None:
    """`profile` if it is a real one for images of this `mode`."""
    if not profile or len(profile) > _MAX_PROFILE:
        return None
    space = {"L": "GRAY", "LA": "GRAY", "1": "GRAY", "I;16": "GRAY", "CMYK": "CMYK"}.get(mode, "RGB")
    try:
        known = ImageCms.ImageCmsProfile(io.BytesIO(profile)).profile.xcolor_space.strip()
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None
    return profile if known == space else None
