"""By which rule it is decided whether a proposal holds, chosen before it is published, and how votes are counted.

Three rules, and for all of them: what somebody says counts for the exact revision that they saw, and for no other; a
person counts once, however many lines and accounts they have; the newest word of each counts: whoever accepts what is
in force stands against it no longer, whatever they objected to before. Silence is never a yes,
and never a no either: nobody can be outvoted by people who were asleep, and nobody can keep everybody else from their
money by not answering: where too few have spoken half a year after they could object, the host decides.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from fedirec.credits.shares import WHOLE
from fedirec.errors import Invalid
from fedirec.translatable import N_


class Rule(StrEnum):
    """Who decides."""

    HOST = "host"
    CONSENT = "consent"
    MAJORITY = "majority"


class Outcome(StrEnum):
    """What came of it."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class Says(StrEnum):
    """What somebody says to a proposal, as it is kept and told."""

    ACCEPT = "accept"
    OBJECT = "object"
    GIVE_BACK = "recuse"
    """They do not want their share, or that of one line."""
    TAKE_BACK = "return"
    """They want it after all."""
    AGREE = "depart"
    """To other money terms than they were promised."""
    WITHDRAW = "withdraw"
    """They take back an objection."""
    APPEAL = "appeal"
    """They ask others to look at the answer to one."""


VOTES: Final = (Says.ACCEPT.value, Says.OBJECT.value)
"""What counts for or against a revision."""
OF_SHARES: Final = (Says.GIVE_BACK.value, Says.TAKE_BACK.value)

RULES: Final[Mapping[Rule, str]] = MappingProxyType(
    {
        Rule.HOST: N_("The host decides"),
        Rule.CONSENT: N_("Consent of everybody listed"),
        Rule.MAJORITY: N_("Majority of the shares"),
    }
)
"""What each is called."""
RULE_SENTENCES: Final[Mapping[Rule, str]] = MappingProxyType(
    {
        Rule.HOST: N_("Somebody of this instance decides when every objection has its answer, and says why."),
        Rule.CONSENT: N_(
            "More than half of the people who get a share accept it, and nobody listed stands against it. Whoever "
            "objects, gets a reasoned answer and does not appeal within seven days stands against it no longer, and "
            "whoever has an appeal dismissed does not either. Silence counts for nothing: if it is still open half a "
            "year after the time to object, the host decides."
        ),
        Rule.MAJORITY: N_(
            "People who together get more than half of what is shared accept it, at least two of them where two or "
            "more get something. Silence counts for nothing: if it is still open half a year after the time to object, "
            "the host decides."
        ),
    }
)
"""Each rule as everybody can read it."""
HOST_AFTER: Final = timedelta(days=180)
"""How long after the time to object those who are listed can still decide by themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stake:
    """One line, as far as it matters for deciding."""

    person: int
    """Whoever it is, whatever account they use: a move elsewhere makes nobody two."""
    ppm: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """What somebody listed says to one exact revision."""

    number: int
    """In which order it was said: a person's greatest one counts."""
    person: int
    accepts: bool
    """False for an objection."""
    digest: str
    """Of the revision that they saw."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What the host decided."""

    accepts: bool
    reason: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How it stands by a rule."""

    rule: Rule
    outcome: Outcome
    accepted: frozenset[int] = frozenset()
    """People whose yes counts."""
    against: frozenset[int] = frozenset()
    """People whose objection stands."""
    silent: frozenset[int] = frozenset()
    """People who get a share and have said nothing that counts to this revision."""
    stale: frozenset[int] = frozenset()
    """People who have spoken, but of another revision."""
    people: int = 0
    """Who get a share, each once."""
    accepted_ppm: int = 0
    missing: str = ""
    """What it still needs, in a sentence; empty when it is decided."""

    def write(self) -> dict[str, Any]:
        """It in numbers, without a name, as a decision keeps it."""
        return {
            "rule": str(self.rule),
            "outcome": str(self.outcome),
            "people": self.people,
            "accepted": len(self.accepted),
            "against": len(self.against),
            "silent": len(self.silent),
            "stale": len(self.stale),
            "acceptedPartsPerMillion": self.accepted_ppm,
        }


def is_for_host(rule: str, *, closes_at: datetime | None, at: datetime) -> bool:
    """Whether the host decides: by the rule, or because those who are listed have been silent for HOST_AFTER."""
    return rule == Rule.HOST or (closes_at is not None and closes_at + HOST_AFTER <= at)


def tally(
    rule: str,
    votes: Iterable[Vote],
    stakes: Iterable[Stake],
    *,
    digest: str,
    objecting: Collection[int] = (),
    upheld: Collection[int] = (),
    ruling: Ruling | None = None,
) -> Tally:
    """How it stands by `rule` for the revision with `digest`.

    `objecting` are the people whose objection is open (`objections.is_contested`), also one who is not listed: they are
    against it as long as they are not `reconciled`. Of `upheld` an appeal was upheld and not put right by a revision
    since, and no word undoes what others found. A `ruling` is there where the host decides. Raises Invalid for a rule
    that there is not.
    """
    if rule not in tuple(Rule):
        raise Invalid(N_("Please choose how it is decided."), field="rule")
    shares: dict[int, int] = {}
    for stake in stakes:
        shares[stake.person] = shares.get(stake.person, 0) + stake.ppm
    listed = [one for one in votes if one.person in shares]
    newest = _newest(listed, digest)
    stale = {one.person for one in listed if one.digest != digest}
    sharing = {person for person, ppm in shares.items() if ppm}
    reconciled_ = reconciled(listed, digest=digest)
    against = (frozenset(objecting) - reconciled_) | frozenset(upheld)
    accepted = reconciled_ - against
    accepted_ppm = sum(shares[person] for person in accepted)
    outcome, missing = _decide(
        Rule.HOST if ruling else Rule(rule),
        digest,
        ruling,
        sharing,
        accepted,
        accepted_ppm,
        bool(against & shares.keys()),
    )
    return Tally(
        rule=Rule(rule),
        outcome=outcome,
        accepted=accepted,
        against=against,
        silent=frozenset(sharing - newest.keys() - against),
        stale=frozenset(stale - newest.keys()),
        people=len(sharing),
        accepted_ppm=accepted_ppm,
        missing=missing,
    )


def reconciled(votes: Iterable[Vote], *, digest: str) -> frozenset[int]:
    """The people whose newest word on the revision with `digest` is that they accept it.

    An objection and an appeal are words as well, on what was in force then: whoever accepts after them stands against
    nothing and holds nothing back, and whoever objects or appeals after they accepted does.
    """
    return frozenset(person for person, one in _newest(votes, digest).items() if one.accepts)


def _newest(votes: Iterable[Vote], digest: str) -> dict[int, Vote]:
    return {one.person: one for one in sorted(votes, key=lambda one: one.number) if one.digest == digest}


def _decide(
    rule: Rule,
    digest: str,
    ruling: Ruling | None,
    sharing: set[int],
    accepted: frozenset[int],
    accepted_ppm: int,
    is_contested: bool,
) -> tuple[Outcome, str]:
    match rule:
        case Rule.HOST:
            if ruling is None or ruling.digest != digest:
                return Outcome.OPEN, N_("Somebody of this instance has to decide.")
            if not ruling.reason.strip():
                return Outcome.OPEN, N_("A decision needs a reason that everybody can read.")
            return (Outcome.ACCEPTED if ruling.accepts else Outcome.REJECTED), ""
        case Rule.CONSENT:
            if is_contested:
                return Outcome.OPEN, N_("Somebody who is listed stands against it.")
            if 2 * len(accepted & sharing) <= len(sharing):
                return Outcome.OPEN, N_("More than half of the people who get a share have to accept it.")
        case Rule.MAJORITY:
            if 2 * accepted_ppm <= WHOLE:
                return Outcome.OPEN, N_("People who together get more than half have to accept it.")
            if len(accepted & sharing) < min(2, len(sharing)):
                return Outcome.OPEN, N_("At least two people have to accept it.")
    return Outcome.ACCEPTED, ""
