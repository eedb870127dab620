"""How a remix stands to one of its sources: two questions that are never mixed, and how well the answer is known.

May it be (clearance), and does the author of the source know and agree (acknowledgement)? An open licence needs
nobody's agreement, and agreement never replaces a licence: it is a grant of its own, for one remix. Whatever the
author of an openly licensed source answers, the remix stands; a refusal only keeps it out of the list of remixes at
the source.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Final

from fedirec.remix.licences import Licence, may_carry


class Clearance(StrEnum):
    """Why a remix may be what it is, or why not: whether the rights in its source are cleared, and by what.

    Documents, answers of the API and tables call it `permission`.
    """

    OWN = "own"
    """Both are by the same author."""
    BY_LICENCE = "by_licence"
    """The licence of the source, as it was when the remix was made, lets a remix carry the licence that it carries."""
    GRANTED = "granted"
    """It does not, but the author of the source has signed that this remix may be."""
    BLOCKED = "blocked"
    """It does not, and nobody has agreed: a breach, which is shown as one."""
    UNKNOWN = "unknown"
    """Nobody has said what may be done with the source, or it was never reached."""


class Acknowledgement(StrEnum):
    """What the author of the source says to the remix."""

    DECLARED = "declared"
    """Nothing: only the remix says so."""
    REQUESTED = "requested"
    """They were asked and have not answered yet."""
    AUTOMATIC = "automatic"
    """Their instance agreed at once, as they wished beforehand."""
    ACKNOWLEDGED = "acknowledged"
    """They agreed."""
    IGNORED = "ignored"
    """They did not answer in time."""
    REFUSED = "refused"
    """They did not agree."""
    REVOKED = "revoked"
    """They agreed once and took it back."""

    @property
    def is_agreed(self) -> bool:
        return self in (Acknowledgement.AUTOMATIC, Acknowledgement.ACKNOWLEDGED)


class Health(StrEnum):
    """How well what is said about the source can be checked today."""

    LIVE = "live"
    TOMBSTONE = "tombstone"
    """Its author deleted it; what is shown was kept."""
    UNREACHABLE = "unreachable"
    """Its instance does not answer, or is one that we do not federate with, or the stamp is not where it stood."""
    DISPUTED = "disputed"
    """Somebody concerned says that it is not so, and that is not decided yet."""
    CHANGED = "changed"
    """The source or the remix is not any more what was agreed to, or what was built on."""


def acknowledgement_of(state: str | None, *, is_automatic: bool, is_own: bool = False) -> Acknowledgement:
    """What the author of the source says, where the request about it is in `state`, None for no request at all.

    Who makes something of their own work knows it.
    """
    if is_own:
        return Acknowledgement.ACKNOWLEDGED
    if state == "approved" and is_automatic:
        return Acknowledgement.AUTOMATIC
    return _SAID.get(state, Acknowledgement.DECLARED)


_SAID: Final[Mapping[str | None, Acknowledgement]] = {
    "waiting": Acknowledgement.REQUESTED,
    "approved": Acknowledgement.ACKNOWLEDGED,
    "refused": Acknowledgement.REFUSED,
    "revoked": Acknowledgement.REVOKED,
    "expired": Acknowledgement.IGNORED,
}
"""For each state of a request, what the author of the source says."""


def stamp_grants(
    *, stamped: tuple[str | None, str | None], remix_digest: str | None, source_digests: Collection[str | None]
) -> bool:
    """Whether a stamp over the digests `stamped`, of a remix and its source, is about this remix as it is now.

    The source may have been any of the versions of `source_digests`: its author signed and knows them. What has no
    digest can be exchanged for something else, so nothing is granted for it.
    """
    remix, source = stamped
    return remix is not None and source is not None and remix == remix_digest and source in source_digests


def clearance_of(source: Licence | None, remix: Licence, *, is_own: bool, is_granted: bool) -> Clearance:
    """Why a remix under the licence `remix` may be made of something under `source`, None for what was never reached.

    `is_granted` says that the author of the source agreed to this very remix with a stamp that holds. A remix that
    carries no licence yet breaks none, unless the source lets nobody remix it.
    """
    if is_own:
        return Clearance.OWN
    if source is not None and may_carry(source, remix):
        return Clearance.BY_LICENCE
    if is_granted:
        return Clearance.GRANTED
    if source is None or not source.is_known or (source.may_remix and not remix.is_known):
        return Clearance.UNKNOWN
    return Clearance.BLOCKED
