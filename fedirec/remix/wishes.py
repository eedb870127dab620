"""What the author of a record wishes beyond its licence: who remixes it without asking, and whether machines learn it.

A wish never opens more than the licence does: where that lets nobody remix a work, everybody has to ask, and nobody's
instance agrees before its author did.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, TypeAlias

from fedirec.activitypub.vocab import PUBLIC
from fedirec.remix.licences import Licence, explain

Names: TypeAlias = tuple[str, ...]

LEARNING_FORBIDDEN: Final = {"X-Robots-Tag": "noai, noimageai", "Content-Usage": "train-ai=n"}
"""How a page says that machines shall not be trained with it: by the habit of sites for pictures, and by the IETF's
draft-ietf-aipref-attach.
"""
LEARNING_ALLOWED: Final = {"Content-Usage": "train-ai=y"}


class Remixing(StrEnum):
    """Whose remixes the author agrees to without being asked."""

    ANYONE = "anyone"
    FOLLOWERS = "followers"
    NOBODY = "nobody"
    """Everybody's are asked about."""


class AiPreference(StrEnum):
    """Whether machines may be trained with it."""

    UNSET = "unset"
    DISALLOW = "disallow"
    ALLOW = "allow"


def remixing_within(licence: Licence, wish: str) -> Remixing:
    """What is left of the wish under that licence: one that lets nobody remix a work leaves nothing."""
    return Remixing.NOBODY if explain([licence]) else Remixing(wish)


def remixers_named(remixing: str, *, author: str, followers: str | None, is_public: bool) -> tuple[Names, Names]:
    """Whom the policy of a record names: who may remix it at once, and who when its author agrees.

    What is not public nobody remixes. A policy that names nobody would say nothing, so it names the author.
    """
    if not is_public:
        return (author,), ()
    if remixing == Remixing.ANYONE:
        return (PUBLIC,), ()
    if remixing == Remixing.FOLLOWERS and followers:
        return (followers,), (PUBLIC,)
    return (author,), (PUBLIC,)


def remixing_of(automatic: Names, *, followers: str | None) -> Remixing:
    """What a policy that names these means; where nothing is said, nobody has agreed to anything."""
    if PUBLIC in automatic:
        return Remixing.ANYONE
    return Remixing.FOLLOWERS if followers and followers in automatic else Remixing.NOBODY


def headers_of(ai_preference: str) -> dict[str, str]:
    """How pages of a record tell the wish to those who collect pages for machines."""
    return {AiPreference.DISALLOW.value: LEARNING_FORBIDDEN, AiPreference.ALLOW.value: LEARNING_ALLOWED}.get(
        ai_preference, {}
    )
