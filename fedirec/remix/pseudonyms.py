"""Who is credited without being named: an address of nobody stands for them."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from fedirec.translatable import N_
from fedirec.uris import new_key

UNNAMED: Final = "urn:fedirec:unnamed:"
"""What the stand-in for somebody who does not want to be named begins with."""
_NO_ACCOUNT: Final = "urn:fedirec:named:"
NOT_NAMED: Final = N_("Somebody who does not want to be named")


def is_unnamed(uri: str) -> bool:
    """Whether `uri` stands for somebody who does not want to be named."""
    return uri.startswith(UNNAMED)


def without_account(name: str) -> str:
    """What stands in credits for somebody who is called `name` and has no account anywhere."""
    return f"{_NO_ACCOUNT}{quote(name)}"


def has_no_account(uri: str) -> bool:
    """Whether `uri` stands for somebody without an account."""
    return uri.startswith(_NO_ACCOUNT)


def new_stand_in() -> str:
    """The address of nobody, which says nothing of whoever it stands for, nor when or for what it was made."""
    return f"{UNNAMED}{new_key()}"
