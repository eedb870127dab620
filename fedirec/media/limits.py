"""How large a file may be, by what it is. Pure rules over the settings."""

from __future__ import annotations

from fedirec.media.decoder.kinds import IMAGES, SOUNDS, Kind, Refused, family_of
from fedirec.settings import Settings


def most_bytes(settings: Settings, kind: Kind) -> int:
    """How many bytes a file of this kind may have."""
    return {
        Kind.IMAGE: settings.max_image_bytes,
        Kind.AUDIO: settings.max_audio_bytes,
        Kind.VIDEO: settings.max_video_bytes,
    }[kind]


def most_of_all(settings: Settings) -> int:
    """How many bytes any file may have."""
    return max(most_bytes(settings, kind) for kind in Kind)


def most_for(head: bytes, *, settings: Settings) -> int:
    """How many bytes a file that begins with `head` may have. Raises Refused for what is not read here."""
    family = family_of(head)
    if family in IMAGES:
        return settings.max_image_bytes
    if family in SOUNDS:
        return settings.max_audio_bytes
    return max(settings.max_audio_bytes, settings.max_video_bytes)


def refuse_size(size: int, *, head: bytes, settings: Settings) -> None:
    """A file of `size` bytes that begins with `head` may be taken. Raises Refused otherwise."""
    if size > (most := most_for(head, settings=settings)):
        raise Refused("bytes", limit=most)


def most_for_type(media_type: str, *, settings: Settings) -> int:
    """How many bytes a file may have whose sender calls it `media_type`; what it is will be seen when it is here."""
    family = media_type.partition("/")[0].strip().lower()
    return most_bytes(settings, Kind(family)) if family in set(Kind) else most_of_all(settings)
