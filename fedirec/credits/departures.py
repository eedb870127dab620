"""What contributors were promised, and where a proposal departs from it: that needs their consent, by name.

The money terms that somebody saw when they offered their work bind (`remix.terms`): not what the challenge says by now.
A proposal that departs from them cannot be published until each person concerned agrees to exactly that departure. And
nobody makes money with a work whose licence does not let them, unless its author grants it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from fedirec.activitypub.digests import digest_json
from fedirec.credits.decisions import Rule
from fedirec.remix.licences import Licence
from fedirec.remix.terms import DecidedBy, Pays, Terms
from fedirec.translatable import N_


class DepartureKind(StrEnum):
    """In what a proposal is not what was promised."""

    SMALLER_POT = "smaller_pot"
    OTHER_CURRENCY = "other_currency"
    OTHER_DECIDER = "other_decider"
    NOTHING_LEFT = "nothing_left"


SENTENCES: Final[Mapping[DepartureKind, str]] = MappingProxyType(
    {
        DepartureKind.SMALLER_POT: N_("They were promised a larger pot."),
        DepartureKind.OTHER_CURRENCY: N_("They were promised another currency."),
        DepartureKind.OTHER_DECIDER: N_("They were promised that others decide."),
        DepartureKind.NOTHING_LEFT: N_("They contributed to a challenge with a pot, and get nothing."),
    }
)

_DECIDES: Final[Mapping[DecidedBy, frozenset[Rule]]] = MappingProxyType(
    {
        DecidedBy.LEADERS: frozenset({Rule.HOST}),
        DecidedBy.COMMUNITY: frozenset({Rule.CONSENT, Rule.MAJORITY}),
        DecidedBy.CONTRIBUTORS: frozenset({Rule.CONSENT, Rule.MAJORITY}),
    }
)
"""The rules that keep a promise about who decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """The terms that somebody saw when they offered something that is in the production now."""

    person: int
    challenge: str
    """The address of the challenge: its pot is promised once, however many were promised it."""
    terms: Terms
    is_kept: bool = False
    """Whether another proposal that is locked shares that pot already: then this one shares what comes on top."""
    got_share: bool = False
    """Whether they got something of it there, or gave it back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a proposal shares, as far as promises go."""

    scope: str
    """Its key."""
    amount: int | None
    """Minor units; None as long as nobody knows."""
    currency: str
    rule: str
    shares: Mapping[int, int]
    """ppm of each person over all their lines."""
    given_back: Collection[int] = ()
    """People who want none of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """One thing that is not as one person was promised, to which they can agree."""

    kind: DepartureKind
    person: int
    challenge: str
    scope: str
    terms: str
    """The digest of the terms that they saw."""
    promised: str
    offered: str

    def write(self) -> dict[str, Any]:
        """What somebody agrees to. It names the proposal and not the revision: it need not be agreed to twice."""
        return {
            "proposal": self.scope,
            "departure": str(self.kind),
            "challenge": self.challenge,
            "termsDigest": self.terms,
            "promised": self.promised,
            "offered": self.offered,
        }

    @property
    def digest(self) -> str:
        """What a consent names: whoever agreed to 50 instead of 80 has not agreed to 20."""
        return digest_json(self.write())


def departures(promises: Iterable[Promise], offer: Offer) -> list[Departure]:
    """Everything in which `offer` is not what somebody was promised, each once for each person, in a steady order.

    Where something is promised only perhaps, or nothing, there is no sum to depart from, but who decides binds there
    too, as soon as something is shared. Several pots in one proposal have to be there together.
    """
    given = list(promises)
    pots: dict[str, int] = {}
    for promise in given:
        if promise.terms.currency == offer.currency and not promise.is_kept:
            pots[promise.challenge] = max(pots.get(promise.challenge, 0), promise.terms.amount or 0)
    found = {
        Departure(
            kind=kind,
            person=promise.person,
            challenge=promise.challenge,
            scope=offer.scope,
            terms=promise.terms.digest,
            promised=promised,
            offered=offered,
        )
        for promise in given
        for kind, promised, offered in _broken(promise, offer, pots)
    }
    return sorted(found, key=lambda each: (each.person, each.challenge, each.kind, each.terms))


def without_consent(found: Iterable[Departure], consents: Collection[tuple[int, str]]) -> list[Departure]:
    """Those departures to which the person concerned has not agreed; `consents` are people and digests."""
    return [departure for departure in found if (departure.person, departure.digest) not in consents]


def _smaller(promise: Promise, offer: Offer, pots: Mapping[str, int]) -> Iterable[tuple[DepartureKind, str, str]]:
    terms = promise.terms
    if terms.currency != offer.currency:
        yield DepartureKind.OTHER_CURRENCY, str(terms.currency), offer.currency
    elif offer.amount is None or offer.amount < _needed(promise, pots):
        yield DepartureKind.SMALLER_POT, str(terms.amount), "" if offer.amount is None else str(offer.amount)


def _broken(promise: Promise, offer: Offer, pots: Mapping[str, int]) -> Iterable[tuple[DepartureKind, str, str]]:
    terms = promise.terms
    if terms.pays is Pays.POT:
        if not promise.is_kept:
            yield from _smaller(promise, offer, pots)
        if not promise.got_share and not offer.shares.get(promise.person) and promise.person not in offer.given_back:
            yield DepartureKind.NOTHING_LEFT, str(terms.pays), "0"
    if terms.pays is not Pays.NOTHING and offer.rule not in _DECIDES[terms.decided_by]:
        yield DepartureKind.OTHER_DECIDER, str(terms.decided_by), str(offer.rule)


def _needed(promise: Promise, pots: Mapping[str, int]) -> int:
    """Minor units that keep this promise besides all others, the largest of each other challenge."""
    return (promise.terms.amount or 0) + sum(pot for challenge, pot in pots.items() if challenge != promise.challenge)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A work in the lineage of what makes money."""

    record: str
    title: str
    author: str | None
    """None where nobody knows: then nobody can grant it."""
    author_name: str
    licence: Licence
    """As it was seen when it was taken up."""
    is_granted: bool = False
    """Whether its author has granted that money is made with it (`MonetizationGrant`)."""


class BlockKind(StrEnum):
    """Why nobody may make money with a work."""

    NONCOMMERCIAL = "noncommercial"
    RESERVED = "reserved"
    UNKNOWN = "unknown"


BLOCKS: Final[Mapping[BlockKind, str]] = MappingProxyType(
    {
        BlockKind.NONCOMMERCIAL: N_("Its licence is for non-commercial use only."),
        BlockKind.RESERVED: N_("All rights to it are reserved, or it may be used in part only."),
        BlockKind.UNKNOWN: N_("Nobody knows under which licence it is."),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A work that stands against a proposal until `source.author` grants it."""

    source: Source
    kind: BlockKind


def blocks(sources: Iterable[Source]) -> list[Block]:
    """The works with which nobody may make money yet, each once, by name."""
    waiting = {source.record: source for source in sources if not source.is_granted}
    return [
        Block(source=source, kind=kind) for _, source in sorted(waiting.items()) if (kind := block_of(source.licence))
    ]


def block_of(licence: Licence) -> BlockKind | None:
    """Why nobody may make money with a work under `licence` without a grant; None where they may."""
    if licence.may_sell:
        return None
    if licence.noncommercial:
        return BlockKind.NONCOMMERCIAL
    return BlockKind.RESERVED if licence.is_known else BlockKind.UNKNOWN
