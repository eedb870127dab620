"""Four eyes: whoever says that money is to move is not the one who says that this is right, and gets none of it.

Where nobody else could say so, because one person alone may pay on this instance, or everybody who may gets a share,
they may after all, but not at once: everybody whom it concerns was told beforehand, and had time to look and to speak.
That is the solo rule.

People are counted, not accounts: whoever has two of them is still one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from fedirec.errors import Conflict, Forbidden
from fedirec.translatable import N_


def is_short(payers: Collection[int], people_needed: int) -> bool:
    """Whether fewer people may pay here than `people_needed`: they have to wait before they do what is left."""
    return len(set(payers)) < people_needed


def without_neutral(payers: Collection[int], begun: Collection[int], gaining: Collection[int] = ()) -> frozenset[int]:
    """Who of `payers` does it after all where each of them has begun it or gains by it: those who did not begin it, or
    else all. Nobody where somebody neutral is there.
    """
    others = frozenset(payers) - frozenset(begun)
    if others - frozenset(gaining):
        return frozenset()
    return others or frozenset(payers)


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
    people_needed: int = 2,
) -> bool:
    """`person` goes on with what the people `before` have begun, of whom with `person` at least `people_needed` differ,
    as far as there were so many turns; whether the solo rule stands in for that.

    Raises Forbidden where it has to be somebody else, and Conflict where there is nobody else left and it is too early.
    """
    if len({person, *before}) >= min(people_needed, len(before) + 1):
        return False
    if person in before and set(payers) - set(before):
        raise Forbidden(N_("Somebody else has to do that: four eyes see more than two."))
    _refuse_early(
        N_(
            "You had a part in it, and nobody else is left here who could do that. You can on %(day)s, so that "
            "everybody whom it concerns has time to look at it."
        ),
        solo_from(told_at, days),
        now=now,
    )
    return True


def refuse_interest(
    person: int, gaining: Collection[int], *, others: Collection[int], told_at: datetime, days: int, now: datetime
) -> bool:
    """`person` decides where the people `gaining` get something; whether the solo rule stands in for somebody neutral.

    `others` are all who could do it instead. Raises Forbidden where one of those gains nothing, and Conflict where all
    of them do and it is too early.
    """
    if person not in gaining:
        return False
    if set(others) - set(gaining):
        raise Forbidden(N_("You get a share of it yourself. Somebody has to do that who does not."))
    _refuse_early(
        N_(
            "You get a share of it yourself, and so does everybody who could do that. You can on %(day)s, so that "
            "everybody whom it concerns has time to look at it."
        ),
        solo_from(told_at, days),
        now=now,
    )
    return True


def refuse_judge(
    person: int,
    *,
    author: int,
    listed: Collection[int],
    involved: Collection[int],
    judges: Collection[int],
    told_at: datetime,
    days: int,
    now: datetime,
) -> bool:
    """`person` decides the appeal of `author`, as somebody who is not listed and had no part in it: did not draw it up,
    answer, decide or lock it; whether the solo rule stands in for that.

    `judges` are all who may decide appeals here. Where each of them is listed or had a part in it, one of those may,
    `days` after everybody listed was told; never whoever asked. Raises Forbidden and Conflict.
    """
    if person == author:
        raise Forbidden(N_("Nobody decides their own appeal."))
    close = {*listed, *involved, author}
    if person not in close:
        return False
    if set(judges) - close:
        if person in listed:
            raise Forbidden(N_("Whoever is listed in a proposal cannot decide about it."))
        raise Forbidden(N_("Whoever drew it up, objected, answered, decided or locked cannot decide about it."))
    _refuse_early(
        N_(
            "Everybody who could decide this appeal is listed or had a part in it. You can on %(day)s, so that "
            "everybody whom it concerns has time to look at it."
        ),
        solo_from(told_at, days),
        now=now,
    )
    return True


def _refuse_early(why: str, since: datetime, *, now: datetime) -> None:
    if now < since:
        raise Conflict(why, blanks={"day": since.date()})
