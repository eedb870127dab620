"""What a drawing shows of each record besides its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fedirec.web.drawing import Drawing


@dataclass(frozen=True, slots=True, kw_only=True)
class Thumbnail:
    """A small picture of a record, from us, and its colours until it has arrived."""

    url: str
    blurhash: str | None = None
    colour: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A drawing with pictures, and what is known of where the records live."""

    drawing: Drawing
    thumbnails: Mapping[str, Thumbnail] = field(default_factory=dict)
    """By the key of the record."""
    silent: frozenset[str] = frozenset()
    """Hosts that do not answer."""
