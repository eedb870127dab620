"""What people are told about, and in which words: one module for each family of kinds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fedirec.accounts.notices import (
    challenges,
    crediting,
    leading,
    money,
    paying,
    people,
    place,
    projects,
    proposals,
    remixes,
    talk,
)
from fedirec.accounts.notices.kinds import Family, Notice, Words

FAMILIES: Final = (
    remixes.FAMILY,
    crediting.FAMILY,
    talk.FAMILY,
    challenges.FAMILY,
    projects.FAMILY,
    leading.FAMILY,
    proposals.FAMILY,
    money.FAMILY,
    people.FAMILY,
    paying.FAMILY,
    place.FAMILY,
)
"""In the order in which they are shown; every kind of notice is in one of them."""

_WORDS: Final[Mapping[Notice, Words]] = {kind: words for family in FAMILIES for kind, words in family.words.items()}
SENTENCES: Final[Mapping[Notice, str]] = {kind: words.one for kind, words in _WORDS.items()}
OF_SEVERAL: Final[Mapping[Notice, str]] = {kind: words.several for kind, words in _WORDS.items() if words.several}
WISHES: Final[Mapping[Notice, str]] = {kind: words.wish for kind, words in _WORDS.items() if words.wish}
"""How people choose what they are told; what is not here they are always told."""

ALWAYS: Final = "always"
"""Stands for all others, where somebody chooses what they are sent by mail."""


def family_of(kind: Notice) -> Family:
    """Where a kind of notice belongs."""
    return next(family for family in FAMILIES if kind in family.words)


WHY_HELD: Final = paying.WHY_HELD

__all__ = ["ALWAYS", "FAMILIES", "OF_SEVERAL", "SENTENCES", "WHY_HELD", "WISHES", "Family", "Notice", "family_of"]
