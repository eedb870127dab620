"""How knowledge of a lineage spreads: who is asked for what next, and when it is enough.

The origin of a record lists what was made of it, as far as its author agrees. Whoever learns of a record reads that
list, asks each origin for what it does not know yet, and for the list of each of those. A budget goes with every
question and is shared among the questions that follow from it, so that all of them together are never more than what
the first one had, whatever anybody lists; and nothing is asked for its list again before it is due.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from fedirec.errors import Invalid
from fedirec.remix.lineage import MAX_DEPTH
from fedirec.uris import origin_of

MAX_PAGES: Final = 10
"""Pages that are read of one list of remixes."""
MAX_LISTED: Final = 500
"""Remixes that are read from one list."""
MAX_ORIGINS: Final = 20
"""Instances that are asked for remixes because of one list (CVE-2022-46405)."""
COOLDOWN: Final = timedelta(minutes=15)
"""How long the same list is not asked for again."""


class Gap(StrEnum):
    """Why not everything that was made of a record, as its origin lists it, is known here."""

    NONE = ""
    SILENT = "silent"
    """Its origin did not answer, or broke off."""
    LIMITED = "limited"
    """There is more than is read at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """What follows from one list of remixes."""

    fetched: tuple[str, ...] = ()
    """Remixes that nobody here knows, to be asked for."""
    asked: tuple[str, ...] = ()
    """Remixes that are known, whose own lists are due."""
    share: int = 0
    """What each of those questions may lead to in turn."""
    left_out: bool = False
    """Whether more is listed than may be asked for."""


def steps_after(
    listed: Iterable[str], *, known: Collection[str], due: Collection[str], depth: int, budget: int
) -> Steps:
    """What to ask for because of a list that was read `depth` steps from where it began, within `budget`.

    What is `known` is not fetched again; of that, what is `due` is asked for its own list. What has no address that can
    be asked is passed over.
    """
    origins: set[str] = set()
    fetched, asked, left_out = list[str](), list[str](), False
    for uri in dict.fromkeys(listed):
        if uri in known:
            if uri in due and depth < MAX_DEPTH:
                asked.append(uri)
            continue
        try:
            origin = origin_of(uri)
        except Invalid:
            continue
        if origin not in origins and len(origins) >= MAX_ORIGINS:
            left_out = True
            continue
        origins.add(origin)
        fetched.append(uri)
    left_out = left_out or len(fetched) > budget
    fetched = fetched[: max(budget, 0)]
    asked = asked[: max(budget - len(fetched), 0)]
    count = len(fetched) + len(asked)
    share = (budget - count) // count if count and depth < MAX_DEPTH else 0
    return Steps(fetched=tuple(fetched), asked=tuple(asked), share=share, left_out=left_out)


def remixes_at(record: str) -> str:
    """Where what was made of a record of ours is listed."""
    return f"{record}/remixes"


def halves(budget: int) -> tuple[int, int]:
    """`budget`, shared between what a record was made from and what was made of it."""
    return budget - budget // 2, budget // 2
