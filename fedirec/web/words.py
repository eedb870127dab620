"""Words and signs for the few things that every page names."""

from __future__ import annotations

from typing import Final

from fedirec.web.language import gettext as _

_KIND_ICONS: Final = {"text": "text", "image": "image", "audio": "audio", "video": "video"}


def kind_word(kind: str) -> str:
    """What a record of that kind is called."""
    words = {"text": _("Text"), "image": _("Image"), "audio": _("Sound"), "video": _("Film")}
    return words.get(kind, kind)


def kind_icon(kind: str) -> str:
    """The name of its icon in the sprite."""
    return _KIND_ICONS.get(kind, "record")
