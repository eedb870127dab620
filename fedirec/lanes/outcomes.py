"""What a handler says about the job it was given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal


@dataclass(frozen=True, slots=True)
class Done:
    """The work is finished; the job is forgotten."""


@dataclass(frozen=True, slots=True)
class Later:
    """It did not work and is worth trying again, `after` at least so long.

    Blame the lane when the other side is unwell, and everything for it waits. Blame the job when only this one has
    to wait, and with it what follows under the same order key. Blame us when our own database or disk is unwell: that
    counts as no try at all. `status` is what the other side answered, if it did.
    """

    error: str
    status: int | None = None
    after: timedelta | None = None
    blame: Literal["lane", "job", "us"] = "lane"


@dataclass(frozen=True, slots=True)
class Dead:
    """It will never work; the job is kept for the administrator to see."""

    error: str
    status: int | None = None


@dataclass(frozen=True, slots=True)
class Crashed:
    """The handler ended in an error that nobody expected. Handlers of one job just fail; those of many say of which."""

    error: str


Outcome = Done | Later | Dead
