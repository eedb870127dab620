"""Whether a record can go into a production, and what can be done where it cannot.

A production is checked before it is frozen, and what stands against it is named line by line: nobody's work is left
out silently, and nobody's is taken without a right to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from fedirec.remix.licences import Licence, may_carry
from fedirec.translatable import N_


class Flaw(StrEnum):
    """What is the matter with a record that is to be used."""

    DELETED = "deleted"
    NOT_PUBLIC = "not_public"
    WITHDRAWN = "withdrawn"
    NOT_ACCEPTED = "not_accepted"
    NO_LICENCE = "no_licence"
    LICENCE = "licence"
    BREACH = "breach"
    TERMS = "terms"
    """The challenge promised another licence than the one that the production has."""
    CLAIMED = "claimed"
    UNREACHABLE = "unreachable"


NOTED: Final = frozenset({Flaw.CLAIMED, Flaw.UNREACHABLE})
"""What stands beside a line and stops nothing: a claim holds up the one line that it is about, and a licence that was
given lasts longer than a server."""

WHAT: Final[Mapping[Flaw, str]] = {
    Flaw.DELETED: N_("Its author deleted it."),
    Flaw.NOT_PUBLIC: N_("It is not public."),
    Flaw.WITHDRAWN: N_("Its author withdrew it from the challenge."),
    Flaw.NOT_ACCEPTED: N_("It was offered to the challenge, and nobody has chosen it."),
    Flaw.NO_LICENCE: N_("Nobody has said what may be done with it."),
    Flaw.LICENCE: N_("Its licence does not let something made from it carry the licence of the production."),
    Flaw.BREACH: N_("It was made from something whose licence does not allow that."),
    Flaw.TERMS: N_("Its author was promised that what is made is under another licence."),
    Flaw.CLAIMED: N_("Somebody says that something about it is not right, and that is not settled."),
    Flaw.UNREACHABLE: N_("Its server does not answer."),
}
REMEDY: Final[Mapping[Flaw, str]] = {
    Flaw.DELETED: N_("Take it out, or put something else in its place."),
    Flaw.NOT_PUBLIC: N_("Ask its author to publish it, or take it out."),
    Flaw.WITHDRAWN: N_("Ask its author to offer it again, or take it out."),
    Flaw.NOT_ACCEPTED: N_("Choose it in the challenge first, with a reason."),
    Flaw.NO_LICENCE: N_("Ask its author to choose a licence, or take it out."),
    Flaw.LICENCE: N_("Choose a licence for the production that fits, ask its author, or take it out."),
    Flaw.BREACH: N_("Take it out, until that is settled with the author of its source."),
    Flaw.TERMS: N_("Choose the promised licence, or let the author agree to new terms of the challenge."),
    Flaw.CLAIMED: N_("You can go on. Its line is marked until the claim is settled."),
    Flaw.UNREACHABLE: N_("You can go on. What was kept of it is used, and its credit stays."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What is known of a record that is to be used."""

    licence: Licence
    is_deleted: bool = False
    is_public: bool = True
    is_breach: bool = False
    is_claimed: bool = False
    is_unreachable: bool = False
    submission: str | None = None
    """The state of the submission by which it came."""
    promised: Licence | None = None
    """What the terms that bind it say the whole will be under."""


def flaws_in(candidate: Candidate, *, licence: Licence) -> tuple[Flaw, ...]:
    """What is the matter with `candidate` in a production under `licence`; empty when nothing is."""
    found = {
        Flaw.DELETED: candidate.is_deleted,
        Flaw.NOT_PUBLIC: not candidate.is_public and not candidate.is_deleted,
        Flaw.WITHDRAWN: candidate.submission == "withdrawn",
        Flaw.NOT_ACCEPTED: candidate.submission not in (None, "accepted", "withdrawn"),
        Flaw.NO_LICENCE: not candidate.licence.is_known,
        Flaw.LICENCE: candidate.licence.is_known and not may_carry(candidate.licence, licence),
        Flaw.BREACH: candidate.is_breach,
        Flaw.TERMS: candidate.promised is not None and candidate.promised != licence,
        Flaw.CLAIMED: candidate.is_claimed,
        Flaw.UNREACHABLE: candidate.is_unreachable,
    }
    return tuple(flaw for flaw in Flaw if found[flaw])


def stops(flaws: tuple[Flaw, ...]) -> bool:
    """Whether a record with these cannot go in as things stand."""
    return any(flaw not in NOTED for flaw in flaws)
