"""Who may quote a record, by its author's wish (FEP-044f)."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

from fedirec.activitypub.vocab import PUBLIC

Names: TypeAlias = tuple[str, ...]


class Quoting(StrEnum):
    """Who may."""

    ANYONE = "anyone"
    ASKED = "asked"
    """Those whom the author lets."""
    NOBODY = "nobody"


def named_by(quoting: str, *, author: str, is_public: bool) -> tuple[Names, Names]:
    """Whom the policy of a record names: who may quote it at once, and who when its author agrees.

    What is not public nobody quotes. A policy that names nobody would say nothing, so it names the author.
    """
    if is_public and quoting == Quoting.ANYONE:
        return (PUBLIC,), ()
    if is_public and quoting == Quoting.ASKED:
        return (author,), (PUBLIC,)
    return (author,), ()


def quoting_of(automatic: Names, manual: Names) -> Quoting:
    """What a policy that names these means."""
    if PUBLIC in automatic:
        return Quoting.ANYONE
    return Quoting.ASKED if PUBLIC in manual else Quoting.NOBODY
