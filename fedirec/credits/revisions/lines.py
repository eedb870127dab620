"""One line of a revision: one contribution of one person, and what it is worth."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from fedirec.credits.shares import (
    MAX_WEIGHT,
    WHOLE,
    refuse_number,
)
from fedirec.errors import Invalid
from fedirec.translatable import N_
from fedirec.uris import origin_of

MAX_KEY: Final = 26
MAX_NAME: Final = 200
MAX_LABEL: Final = 300
MAX_REASON: Final = 500
_CONTROLS: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""What no text may hold: it could not be spelled, or hide what is said."""


class IncomeKind(StrEnum):
    """What the money of a line is to whoever gets it; tax offices ask."""

    ROYALTY = "royalty"
    SERVICE = "service"
    PRIZE = "prize"


INCOMES: Final[Mapping[str, str]] = MappingProxyType(
    {IncomeKind.ROYALTY: N_("royalty"), IncomeKind.SERVICE: N_("service"), IncomeKind.PRIZE: N_("prize")}
)
"""What they are called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One contribution of one person, and what it is worth. Making one raises Invalid for what is missing."""

    key: str
    """The same through all revisions."""
    person: str | None
    """Their actor; None for somebody without an account, or who does not want to be named."""
    name: str
    label: str = ""
    """For what: the title of a record, or a role in words."""
    role: str = ""
    """The address of the role."""
    record: str | None = None
    weight: int
    ppm: int = 0
    """Parts per million, after what was given back; `make` sets it."""
    reason: str
    income_kind: str = IncomeKind.ROYALTY
    is_given_back: bool = False
    """Whether the person gave it back: what it was stands beside it, struck through."""

    def __post_init__(self) -> None:
        for name, text, most in (
            ("key", self.key, MAX_KEY),
            ("name", self.name, MAX_NAME),
            ("label", self.label, MAX_LABEL),
            ("role", self.role, MAX_NAME),
            ("reason", self.reason, MAX_REASON),
        ):
            refuse_text(text, most, name)
        for address in (self.person, self.record):
            if address is not None:
                origin_of(address)
        if not self.key:
            raise Invalid("a line has a key", field="key")
        if self.person is None and not self.name.strip():
            raise Invalid(N_("Please say who gets it."), field="name")
        if not self.reason.strip():
            raise Invalid(N_("Please give a reason for every line, also for 0."), field="reason")
        if self.income_kind not in tuple(IncomeKind):
            raise Invalid(N_("Please choose what kind of income it is."), field="income_kind")
        if not isinstance(self.is_given_back, bool):
            raise Invalid("a share is given back or not")
        refuse_number(self.weight, most=MAX_WEIGHT, field="weight")
        refuse_number(self.ppm, most=WHOLE, field="ppm")

    @property
    def who(self) -> str:
        """Whom it is about: the actor, or, without one, the line itself."""
        return self.person or f"line {self.key}"

    def write(self) -> dict[str, Any]:
        """It as the document has it; what is not known does not stand there."""
        document: dict[str, Any] = {"key": self.key, "weight": self.weight, "partsPerMillion": self.ppm}
        document |= {"incomeKind": str(self.income_kind), "summary": self.reason}
        further = {
            "agent": self.person,
            "name": self.name,
            "label": self.label,
            "role": self.role,
            "about": self.record,
            "recused": self.is_given_back,
        }
        return document | {name: value for name, value in further.items() if value}


def read_line(document: Any) -> Line:
    """The line that `document` says. Raises KeyError, TypeError and AttributeError for what is none, and Invalid."""
    return Line(
        key=document["key"],
        person=document.get("agent"),
        name=document.get("name", ""),
        label=document.get("label", ""),
        role=document.get("role", ""),
        record=document.get("about"),
        weight=document["weight"],
        ppm=document["partsPerMillion"],
        reason=document["summary"],
        income_kind=document["incomeKind"],
        is_given_back=document.get("recused", False),
    )


def refuse_text(text: Any, most: int, field: str) -> None:
    """Raise Invalid for what is no text, is longer than `most` characters, or holds what nobody can see."""
    if not isinstance(text, str):
        raise Invalid("that is no text", field=field)
    if len(text) > most:
        raise Invalid(N_("Please keep it under %(n)s characters."), field=field, blanks={"n": most})
    if _CONTROLS.search(text):
        raise Invalid(N_("Please leave out characters that nobody can see."), field=field)
