"""Four eyes: whoever says that money is to move is not the one who says that this is right.

Where nobody else could say so, because one person alone may pay on this instance, they may after all, but not at once:
everybody whom it concerns was told beforehand, and had time to look and to speak. That is the solo rule.

People are counted, not accounts: whoever has two of them is still one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from fedirec.errors import Conflict, Forbidden
from fedirec.translatable import N_


def is_solo(payers: Collection[int]) -> bool:
    """Whether one person alone may pay here; `payers` are the people who may."""
    return len(set(payers)) == 1


def solo_from(told_at: datetime, days: int) -> datetime:
    """From when on somebody who is alone goes on with what everybody was told of at `told_at`."""
    return told_at + timedelta(days=days)


def refuse_same_eyes(
    person: int,
    before: Sequence[int],
    *,
    payers: Collection[int],
    told_at: datetime,
    days: int,
    now: datetime,
    eyes: int = 2,
) -> bool:
    """`person` goes on with what the people `before` have begun, of whom with `person` at least `eyes` differ, as far
    as there were so many turns; whether the solo rule stands in for that.

    Raises Forbidden where it has to be somebody else, and Conflict where they are alone and it is too early.
    """
    if len({person, *before}) >= min(eyes, len(before) + 1):
        return False
    if set(payers) - {person}:
        raise Forbidden(N_("Somebody else has to do that: four eyes see more than two."))
    since = solo_from(told_at, days)
    if now < since:
        raise Conflict(
            N_(
                "You are the only one here who can do that, and you began it yourself. You can on %(day)s, so that "
                "everybody whom it concerns has time to look at it."
            ),
            blanks={"day": since.date().isoformat()},
        )
    return True
