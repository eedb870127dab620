"""What a name may look like: the part of a handle before the @, shared by people and challenges."""

from __future__ import annotations

import re
from typing import Final

from fedirec.errors import Invalid

_NAME: Final = re.compile(r"[a-z0-9_]{1,30}", re.ASCII)

_RESERVED: Final = """
abuse account accounts actor admin administrator administrators admins all anonymous api app auth billing bot challenge
challenges contact everyone fedirec federation guest help here hostmaster inbox info instance legal mail me media member
members moderation moderator moderators news nobody noreply null office outbox owner postmaster press privacy record
records relay root rules security service settings setup shared_inbox sign_in sign_up staff static status support
sysadmin system team treasurer undefined unknown user users webmaster www you
"""
RESERVED: Final = frozenset(_RESERVED.split())
"""Names that would let somebody pass for the instance or for those who run it."""


def check_name(typed: str) -> str:
    """`typed` as a name, in its one spelling. Raises Invalid with a sentence for whoever typed it."""
    name = typed.strip().removeprefix("@")
    name = name.lower() if name.isascii() else name  # the Kelvin sign becomes a k
    if not name:
        raise Invalid("Please choose a name.", field="name")
    if not _NAME.fullmatch(name):
        raise Invalid("A name has up to 30 letters from a to z, digits and underscores, without spaces.", field="name")
    if name in RESERVED or not name.strip("_"):
        raise Invalid("That name is reserved. Please choose another one.", field="name")
    return name
