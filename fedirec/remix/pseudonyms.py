"""Who is credited without being named: an address of nobody stands for them."""

from __future__ import annotations

from typing import Final

from fedirec.translatable import N_
from fedirec.uris import new_key

UNNAMED: Final = "urn:fedirec:unnamed:"
"""What the stand-in for somebody who does not want to be named begins with."""
NOT_NAMED: Final = N_("Somebody who does not want to be named")


def is_unnamed(uri: str) -> bool:
    """Whether `uri` stands for somebody who does not want to be named."""
    return uri.startswith(UNNAMED)


def new_stand_in() -> str:
    """The address of nobody, which says nothing of whoever it stands for, nor when or for what it was made."""
    return f"{UNNAMED}{new_key()}"
