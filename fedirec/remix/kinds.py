"""The four kinds of record: text, image, audio, video.

A record is what its richest medium is: a film with a poster is a film, a melody with a cover is a melody, and what has
no media at all is a text.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What a record is."""

    TEXT = "text"
    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"


KINDS: Final = tuple(Kind)
"""In the order in which they are named: from the plainest to the richest."""


def kind_of_media(media_type: str) -> Kind | None:
    """The kind of one file by its media type, or None when no record is made of such files."""
    family = media_type.partition(";")[0].strip().lower().partition("/")[0]
    return Kind(family) if family in (Kind.IMAGE, Kind.AUDIO, Kind.VIDEO) else None


def kind_of(media_types: Iterable[str]) -> Kind:
    """The kind of a record with media of these types."""
    return max((kind for name in media_types if (kind := kind_of_media(name))), key=KINDS.index, default=Kind.TEXT)


def kinds_in(values: Iterable[object]) -> tuple[Kind, ...]:
    """The kinds among `values`, each once, in the fixed order; what is no kind is passed over."""
    wanted = {value for value in values if isinstance(value, str)}
    return tuple(kind for kind in KINDS if kind in wanted)
