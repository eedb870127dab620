"""An image in the sizes in which pages show it: WebP, with its colours and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from PIL import Image

from fedirec.media.decoder.images import fitting_profile, guarded, moves
from fedirec.media.decoder.kinds import SIZES, Family
from fedirec.media.decoder.modes import in_few_modes
from fedirec.media.decoder.sheets import Sheet

_WORTH_IT: Final = 0.8
"""What is not smaller than this part of the original in bytes is not worth having in its full size."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sized:
    """One size of an image."""

    width: int
    height: int


def make_sizes(source: Sheet, *, family: Family, sheets: Mapping[str, Sheet]) -> dict[str, Sized]:
    """The sizes that make sense of the image in `source`, in the sheets of their names. Raises Refused.

    What moves is not made smaller: it would stop moving.
    """
    with guarded(), Image.open(source.file, formats=(family,)) as image:
        if moves(image):
            return {}
        longest = max(image.size)
        image.draft(None, (max(SIZES.values()), max(SIZES.values())))
        profile = fitting_profile(image.info.get("icc_profile"), "RGB" if image.mode != "RGBA" else "RGBA")
        shown = in_few_modes(image)
        made: dict[str, Sized] = {}
        for name, side in sorted(SIZES.items(), key=lambda each: -each[1]):
            if longest <= side and any(smaller >= longest for smaller in SIZES.values() if smaller < side):
                continue  # a smaller one shows all of it
            shown.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=2.0)
            shown.save(sheets[name].file, "WEBP", quality=80, method=4, icc_profile=profile or b"", exif=b"", xmp=b"")
            if longest <= side and sheets[name].size > _WORTH_IT * source.size:
                sheets[name].clear()
                continue
            made[name] = Sized(width=shown.width, height=shown.height)
        return made
