"""What a revision of a proposal changes against another: who gains, who loses, who is new, what is only rounding."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from fedirec.credits.revisions import Revision
from fedirec.credits.revisions.lines import Line
from fedirec.credits.shares import moved_by_rounding


class Fate(StrEnum):
    """What became of a line."""

    SAME = "same"
    GAINED = "gained"
    LOST = "lost"
    GIVEN_BACK = "given_back"
    """Whoever had it does not want it: nobody took it from them."""
    NEW = "new"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A line in both revisions, or in one of them."""

    old: Line | None
    new: Line | None
    fate: Fate
    ppm: int
    """By how many parts its share changed."""
    amount: int | None
    """By how many minor units; None as long as one of both is not known."""
    by_rounding: int = 0
    """How many minor units of that its share does not explain."""
    has_new_words: bool = False
    """Whether its reason changed, or for what it is."""

    @property
    def line(self) -> Line:
        """It as it is now, or as it was."""
        line = self.new or self.old
        assert line is not None
        return line


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """All that a revision changes."""

    changes: tuple[Change, ...]
    """The lines as they stand now, and behind them those that are gone."""
    losers: frozenset[str]
    """Actors, or `line …` for somebody without one, whose share or amount falls, all their lines together, though they
    did not give it back."""
    new_people: frozenset[str]
    amount: tuple[int | None, int | None]
    """What is shared, before and now."""
    host_share: tuple[int, int]

    @property
    def loses_or_new(self) -> bool:
        """Whether people get more time, because somebody loses or is new."""
        return bool(self.losers or self.new_people)

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all changed that somebody could see."""
        return (
            all(change.fate is Fate.SAME and not change.has_new_words for change in self.changes)
            and self.amount[0] == self.amount[1]
            and self.host_share[0] == self.host_share[1]
        )


def difference(old: Revision, new: Revision) -> Difference:
    """What `new` changes against `old`, whether or not one follows right after the other."""
    before = {line.key: line for line in old.lines}
    now = {line.key: line for line in new.lines}
    rounding: dict[str, int] = {}
    if old.amount is not None and new.amount is not None:
        rounding = moved_by_rounding((old.amount, old.ppm), (new.amount, new.ppm), scope=new.scope)
    changes = tuple(
        _change(
            before.get(key),
            now.get(key),
            amount=new.amounts.get(key, 0) - old.amounts.get(key, 0) if old.amounts and new.amounts else None,
            by_rounding=rounding.get(key, 0),
        )
        for key in (now | before)
    )
    was, willing = _by_person(old), _by_person(new, given_back=True)
    return Difference(
        changes=changes,
        losers=frozenset(who for who, had in was.items() if _loses(old, new, had=had, gets=willing.get(who, 0))),
        new_people=frozenset(_by_person(new).keys() - was.keys()),
        amount=(old.amount, new.amount),
        host_share=(old.host_share, new.host_share),
    )


def _change(old: Line | None, new: Line | None, *, amount: int | None, by_rounding: int) -> Change:
    ppm = (new.ppm if new else 0) - (old.ppm if old else 0)
    if old is None:
        fate = Fate.NEW
    elif new is None:
        fate = Fate.GONE
    elif new.is_given_back and not old.is_given_back:
        fate = Fate.GIVEN_BACK
    else:
        fate = Fate.GAINED if ppm > 0 else Fate.LOST if ppm else Fate.SAME
    return Change(
        old=old,
        new=new,
        fate=fate,
        ppm=ppm,
        amount=amount,
        by_rounding=by_rounding,
        has_new_words=bool(old and new and _words(old) != _words(new)),
    )


def _words(line: Line) -> tuple[object, ...]:
    return line.person, line.name, line.label, line.role, line.record, line.reason, line.income_kind, line.is_given_back


def _by_person(revision: Revision, *, given_back: bool = False) -> dict[str, int]:
    """The ppm of each person over all their lines; with what they gave back themselves, as if they had kept it."""
    ppm: dict[str, int] = {}
    for line in revision.lines:
        parts = revision.redistribution.before[line.key] if given_back and line.is_given_back else line.ppm
        ppm[line.who] = ppm.get(line.who, 0) + parts
    return ppm


def _loses(old: Revision, new: Revision, *, had: int, gets: int) -> bool:
    """Whether somebody with `had` ppm before and `gets` now loses: in parts, or because there is less to share."""
    if gets < had:
        return True
    less = new.host_share > old.host_share if new.amount is None or old.amount is None else new.amount < old.amount
    return bool(had) and less
