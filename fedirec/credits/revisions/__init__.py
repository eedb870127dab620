"""What one revision of a pay proposal says, in the one spelling that people accept, object to and lock.

The document carries the weights, who gave a share back, and the shares that follow from both: anybody can check them
with `shares.redistribute`, and a document whose shares do not follow is refused. Its digest (RFC 8785) is what an
acceptance names. It names people by their public address, never by a row, and holds nothing about how they are paid.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

from fedirec.activitypub.digests import canonical, digest_json, digest_multibase
from fedirec.credits.decisions import Rule
from fedirec.credits.revisions.lines import MAX_KEY, MAX_NAME, Line, read_line, refuse_text
from fedirec.credits.shares import (
    MAX_LINES,
    MAX_TOTAL,
    WHOLE,
    Redistribution,
    amounts_of,
    redistribute,
    refuse_number,
)
from fedirec.errors import Invalid
from fedirec.ledger.currencies import CURRENCIES
from fedirec.translatable import N_
from fedirec.uris import MAX_URI, origin_of

VERSION: Final = 1
"""Of the spelling."""
MAX_NUMBER: Final = 10_000
"""Revisions of one proposal."""
MAX_ABOUT: Final = 100
"""Productions of which one proposal speaks."""


@dataclass(frozen=True, kw_only=True)
class Revision:
    """One revision of a proposal. `make` works the shares out; one whose shares do not follow raises Invalid."""

    proposal: str
    """Its address."""
    scope: str
    """Its key: by it, ties are broken."""
    number: int
    """From 1 on."""
    pool: str
    """The address of the pool, or its name."""
    currency: str
    """ISO 4217."""
    amount: int | None
    """Minor units that would be shared as things stand; None while nobody knows, or where amounts are not shown."""
    host_share: int
    """ppm of the profit that the host keeps before anything is shared; a visible number."""
    rule: str
    """By which it is decided."""
    lines: tuple[Line, ...]
    about: tuple[str, ...] = ()
    """The productions whose people share in it."""
    adjusts: str | None = None
    """The locked proposal that it adjusts."""
    previous: str | None = None
    """The digest of the revision before; None for the first."""
    title: str = ""

    @classmethod
    def make(cls, *, lines: Iterable[Line], scope: str, **facts: Any) -> Revision:
        """A revision whose shares follow from the weights of `lines` and from what was given back."""
        return cls(lines=_with_shares(lines, scope), scope=scope, **facts)

    def __post_init__(self) -> None:
        for address in (self.proposal, *self.about, *filter(None, [self.adjusts])):
            origin_of(address)
        for name, text, most in (
            ("scope", self.scope, MAX_KEY),
            ("pool", self.pool, MAX_URI),
            ("title", self.title, MAX_NAME),
            ("previous", self.previous or "", MAX_NAME),
        ):
            refuse_text(text, most, name)
        if not self.scope or not self.pool:
            raise Invalid("a revision says what it is of", field="pool")
        if len(self.about) > MAX_ABOUT or len(set(self.about)) < len(self.about):
            raise Invalid("a proposal names each of up to %(n)s productions once", blanks={"n": MAX_ABOUT})
        refuse_number(self.number, most=MAX_NUMBER, field="number")
        if self.number < 1 or (self.number == 1) != (self.previous is None):
            raise Invalid("each revision but the first names the one before it", field="previous")
        if self.currency not in CURRENCIES:
            raise Invalid(N_("Please choose a currency."), field="currency")
        if self.amount is not None:
            refuse_number(self.amount, most=MAX_TOTAL, field="amount")
        refuse_number(self.host_share, most=WHOLE, field="host_share")
        if self.rule not in tuple(Rule):
            raise Invalid(N_("Please choose how it is decided."), field="rule")
        if not 1 <= len(self.lines) <= MAX_LINES:
            raise Invalid(N_("A proposal has 1 to %(n)s lines."), field="lines", blanks={"n": MAX_LINES})
        if len({line.key for line in self.lines}) < len(self.lines):
            raise Invalid("each line has a key of its own", field="lines")
        if self.ppm != self.redistribution.after:
            raise Invalid(N_("The shares do not follow from the weights."), field="lines")

    @property
    def ppm(self) -> dict[str, int]:
        """The share of each line by its key; they sum to exactly 1,000,000."""
        return {line.key: line.ppm for line in self.lines}

    @cached_property
    def redistribution(self) -> Redistribution:
        """The shares before and after what was given back."""
        return _redistributed(self.lines, self.scope)

    @cached_property
    def amounts(self) -> dict[str, int]:
        """Minor units of each line by its key; empty as long as nobody knows the amount."""
        return {} if self.amount is None else amounts_of(self.amount, self.ppm, scope=self.scope)

    @cached_property
    def digest(self) -> str:
        """What people accept: the digest of the canonical form of what is written."""
        return digest_json(self.write())

    def sharing(self, amount: int | None) -> Revision:
        """The same, where `amount` is what is shared: None for what everybody reads where amounts are not shown."""
        return replace(self, amount=amount)

    def giving_back(self, given_back: Collection[str]) -> Revision:
        """The revision after this one in which exactly the lines `given_back` are, and nothing else changes."""
        lines = _with_shares((replace(line, is_given_back=line.key in given_back) for line in self.lines), self.scope)
        return replace(self, number=self.number + 1, lines=lines, previous=self.digest)

    def write(self) -> dict[str, Any]:
        """The document, with lines in the order in which they were given."""
        document: dict[str, Any] = {
            "version": VERSION,
            "proposal": self.proposal,
            "scope": self.scope,
            "revision": self.number,
            "pool": self.pool,
            "currency": self.currency,
            "hostShare": self.host_share,
            "rule": str(self.rule),
            "splits": [line.write() for line in self.lines],
        }
        if self.amount is not None:
            document["minorUnits"] = str(self.amount)
        further = {
            "about": list(self.about),
            "adjusts": self.adjusts,
            "previous": self.previous,
            "name": self.title,
        }
        return document | {name: value for name, value in further.items() if value}


def read(document: Any) -> Revision:
    """The revision that `document` says. Raises Invalid for anything but exactly what `Revision.write` gives.

    What it would not write again is refused and not left out: else two would accept different things by one digest.
    """
    try:
        units = document.get("minorUnits")
        revision = Revision(
            proposal=document["proposal"],
            scope=document["scope"],
            number=document["revision"],
            pool=document["pool"],
            currency=document["currency"],
            amount=None if units is None else _units(units),
            host_share=document["hostShare"],
            rule=document["rule"],
            lines=tuple(read_line(line) for line in document["splits"]),
            about=tuple(document.get("about", ())),
            adjusts=document.get("adjusts"),
            previous=document.get("previous"),
            title=document.get("name", ""),
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise Invalid("that is no revision of a proposal") from error
    spelled = canonical(document)
    if canonical(revision.write()) != spelled:
        raise Invalid("that says more than a revision of a proposal")
    revision.__dict__["digest"] = digest_multibase(spelled)
    return revision


def refuse_successor(old: Revision, new: Revision) -> None:
    """`new` is the revision right after `old`. Raises Invalid where it is not, or changes what was fixed before."""
    if (new.number, new.previous) != (old.number + 1, old.digest):
        raise Invalid("a revision follows the one before it", field="previous")
    for name in ("proposal", "scope", "pool", "currency", "rule", "adjusts"):
        if getattr(old, name) != getattr(new, name):
            raise Invalid(N_("This is fixed since the proposal was published."), field=name)


def _redistributed(lines: Iterable[Line], scope: str) -> Redistribution:
    weights = {line.key: line.weight for line in lines}
    return redistribute(weights, {line.key for line in lines if line.is_given_back}, scope=scope)


def _with_shares(lines: Iterable[Line], scope: str) -> tuple[Line, ...]:
    given = tuple(lines)
    after = _redistributed(given, scope).after
    return tuple(replace(line, ppm=after[line.key]) for line in given)


def _units(text: Any) -> int:
    if not isinstance(text, str) or len(text) > len(str(MAX_TOTAL)) or not (text.isascii() and text.isdigit()):
        raise Invalid("minor units are a whole number in digits", field="amount")
    return int(text)
