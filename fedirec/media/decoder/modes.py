"""Images in the few kinds of pixels with which everything else here works."""

from __future__ import annotations

from PIL import Image


def in_few_modes(image: Image.Image) -> Image.Image:
    """`image` in RGB, or in RGBA where something may be see-through, in eight bits."""
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        return image.convert("RGBA")
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L").convert("RGB")
    return image.convert("RGB")
