"""When somebody says that a trail is not right: what can be said, by whom, and how it comes to an end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from fedirec.errors import Conflict, Forbidden
from fedirec.translatable import N_


class ClaimKind(StrEnum):
    """What is said not to be right."""

    MISSING_SOURCE = "missing_source"
    """The record was made from something that it does not name."""
    NOT_DERIVED = "not_derived"
    """The record names a source from which it was not made."""
    WRONG_ROLE = "wrong_role"
    """Somebody did something else than they are credited for."""
    NOT_MY_WORK = "not_my_work"
    """Somebody is credited who had no part in it."""
    NO_CONSENT = "no_consent"
    """Somebody had a part in it, but never agreed to be named."""


KINDS: Final[Mapping[ClaimKind, tuple[str, str]]] = {
    ClaimKind.MISSING_SOURCE: (
        N_("A source is missing"),
        N_("It was made from something that it does not name."),
    ),
    ClaimKind.NOT_DERIVED: (
        N_("It was not made from mine"),
        N_("It names a work of yours as a source, but is not made from it."),
    ),
    ClaimKind.WRONG_ROLE: (N_("My part was another one"), N_("You are credited for something else than you did.")),
    ClaimKind.NOT_MY_WORK: (N_("I had no part in it"), N_("You are credited for something that you did not do.")),
    ClaimKind.NO_CONSENT: (
        N_("I never agreed to be named"),
        N_("You had a part in it, and do not want your name there. That you had it stays known to this place."),
    ),
}
"""What each is called where people choose, and what that means."""

ABOUT_PEOPLE: Final = frozenset({ClaimKind.WRONG_ROLE, ClaimKind.NOT_MY_WORK, ClaimKind.NO_CONSENT})
"""What only whoever is credited can say."""


class ClaimState(StrEnum):
    """Where a claim stands."""

    OPENED = "opened"
    CONTRADICTED = "contradicted"
    """The author says that it is not so; a moderator has to decide."""
    SETTLED = "settled"
    """The author agreed, and changed it."""
    UPHELD = "upheld"
    DISMISSED = "dismissed"
    APPEALED = "appealed"
    FINAL = "final"
    WITHDRAWN = "withdrawn"


OPEN: Final = frozenset({ClaimState.OPENED, ClaimState.CONTRADICTED, ClaimState.APPEALED})
"""What is not decided yet: while a claim is one of these, what it is about is disputed."""


class ClaimHappening(StrEnum):
    """What can happen to a claim."""

    OPENED = "opened"
    EVIDENCE = "evidence"
    AGREED = "agreed"
    CONTRADICTED = "contradicted"
    UPHELD = "upheld"
    DISMISSED = "dismissed"
    APPEALED = "appealed"
    WITHDRAWN = "withdrawn"


CLAIM_STEPS: Final[Mapping[tuple[ClaimState, ClaimHappening], ClaimState]] = {
    (ClaimState.OPENED, ClaimHappening.EVIDENCE): ClaimState.OPENED,
    (ClaimState.OPENED, ClaimHappening.AGREED): ClaimState.SETTLED,
    (ClaimState.OPENED, ClaimHappening.CONTRADICTED): ClaimState.CONTRADICTED,
    (ClaimState.OPENED, ClaimHappening.UPHELD): ClaimState.UPHELD,
    (ClaimState.OPENED, ClaimHappening.DISMISSED): ClaimState.DISMISSED,
    (ClaimState.OPENED, ClaimHappening.WITHDRAWN): ClaimState.WITHDRAWN,
    (ClaimState.CONTRADICTED, ClaimHappening.EVIDENCE): ClaimState.CONTRADICTED,
    (ClaimState.CONTRADICTED, ClaimHappening.AGREED): ClaimState.SETTLED,
    (ClaimState.CONTRADICTED, ClaimHappening.UPHELD): ClaimState.UPHELD,
    (ClaimState.CONTRADICTED, ClaimHappening.DISMISSED): ClaimState.DISMISSED,
    (ClaimState.CONTRADICTED, ClaimHappening.WITHDRAWN): ClaimState.WITHDRAWN,
    (ClaimState.UPHELD, ClaimHappening.APPEALED): ClaimState.APPEALED,
    (ClaimState.DISMISSED, ClaimHappening.APPEALED): ClaimState.APPEALED,
    (ClaimState.APPEALED, ClaimHappening.EVIDENCE): ClaimState.APPEALED,
    (ClaimState.APPEALED, ClaimHappening.UPHELD): ClaimState.FINAL,
    (ClaimState.APPEALED, ClaimHappening.DISMISSED): ClaimState.FINAL,
}
"""Whatever is not in here does not happen: what is settled, final or withdrawn stays so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """How somebody stands to what a claim is about."""

    is_author: bool = False
    """They made the record."""
    is_claimant: bool = False
    made_source: bool = False
    """They made the source that the claim names."""
    is_credited: bool = False
    """They are the person whom the record credits and the claim names."""

    @property
    def is_party(self) -> bool:
        return self.is_author or self.is_claimant or self.made_source or self.is_credited


def advance_claim(state: ClaimState | str, happening: ClaimHappening) -> ClaimState:
    """Where a claim in `state` stands after `happening`. Raises Conflict when that cannot happen there."""
    try:
        return CLAIM_STEPS[ClaimState(state), happening]
    except KeyError:
        raise Conflict(N_("That cannot be done any more: this was decided, or taken back.")) from None


def may_happen(state: ClaimState | str, happening: ClaimHappening) -> bool:
    """Whether a claim in `state` leaves room for `happening`."""
    return (ClaimState(state), happening) in CLAIM_STEPS


def may_open(kind: ClaimKind, concern: Concern) -> bool:
    """Whether somebody may say so: that a source is missing anybody but the author, the rest only whom it concerns."""
    if concern.is_author:
        return False
    if kind is ClaimKind.MISSING_SOURCE:
        return True
    return concern.made_source if kind is ClaimKind.NOT_DERIVED else concern.is_credited


def may_do(happening: ClaimHappening, concern: Concern, *, outcome: ClaimHappening | None = None) -> bool:
    """Whether one of the people concerned may bring about `happening`; decisions are for moderators.

    `outcome` is what was decided last: only the one against whom it was may ask to look at it again.
    """
    match happening:
        case ClaimHappening.EVIDENCE:
            return concern.is_party
        case ClaimHappening.AGREED | ClaimHappening.CONTRADICTED:
            return concern.is_author
        case ClaimHappening.WITHDRAWN:
            return concern.is_claimant
        case ClaimHappening.APPEALED:
            lost = concern.is_author if outcome is ClaimHappening.UPHELD else concern.is_claimant
            return outcome is not None and lost
    return False


_NOT_YOURS: Final[Mapping[ClaimKind, str]] = {
    ClaimKind.MISSING_SOURCE: N_("This is yours: you can change it yourself."),
    ClaimKind.NOT_DERIVED: N_("Only the author of that source can say so."),
    ClaimKind.WRONG_ROLE: N_("Only the person who is credited can say so."),
    ClaimKind.NOT_MY_WORK: N_("Only the person who is credited can say so."),
    ClaimKind.NO_CONSENT: N_("Only the person who is credited can say so."),
}


def refuse_opening(kind: ClaimKind, concern: Concern) -> None:
    """Raise Forbidden unless somebody may say so."""
    if not may_open(kind, concern):
        raise Forbidden(_NOT_YOURS[ClaimKind.MISSING_SOURCE if concern.is_author else kind])
