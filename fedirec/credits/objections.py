"""Objections: who may object and how, the answer that each gets, the one appeal, and what is held back meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from fedirec.credits.shares import WHOLE, refuse_number, refuse_parts
from fedirec.errors import Conflict, Forbidden, Invalid
from fedirec.translatable import N_

TIME_TO_APPEAL: Final = timedelta(days=7)
"""From the answer on. As long as somebody can appeal, what they contest is held back."""
TIME_TO_JUDGE: Final = timedelta(days=60)
"""From the appeal on. As long as it can still be decided, what it contests is held back, and no longer: nobody's money
waits for good because nobody looks."""
UNTIL_SILENT: Final = timedelta(days=7)
"""From a suspension on. As long does what somebody said still count: nobody is silenced for the moment of a lock."""
MAX_WORDS: Final = 2_000
"""Characters of an objection, an answer, an appeal or a reason."""
MAX_REMEDY: Final = 1_000
"""Characters of what is wished instead."""
MAX_OPEN: Final = 3
"""Objections of one person to one proposal that wait for an answer at the same time."""


class ObjectionKind(StrEnum):
    """What somebody says is wrong."""

    TOO_LITTLE = "too_little"
    TOO_MUCH = "too_much"
    LEFT_OUT = "left_out"
    """They belong there and are not listed: whoever says so need not be."""
    OTHER = "other"


class ObjectionState(StrEnum):
    """Where an objection stands."""

    OPEN = "open"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"
    APPEALED = "appealed"


class Resolution(StrEnum):
    """What an answer gives to whoever objected."""

    RESOLVED = "resolved"
    PARTLY = "partly"
    REJECTED = "rejected"


class AppealState(StrEnum):
    """Where an appeal stands."""

    OPEN = "open"
    UPHELD = "upheld"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionDraft:
    """What somebody says is wrong."""

    kind: str
    """One of ObjectionKind."""
    words: str
    remedy: str
    """What they wish instead."""
    line: str = ""
    """The key of the line that it is about; empty for the whole."""
    wanted: int | None = None
    """ppm that the line, or whoever is left out, should have."""

    @property
    def is_named(self) -> bool:
        """Whether it says what it is about, as far as its kind can (`is_named`)."""
        return is_named(self.kind, line=self.line, wanted=self.wanted)

    def check(self) -> None:
        """Raise Invalid, beside the field, for what no proposal could make sense of."""
        for field, text, most in (("words", self.words, MAX_WORDS), ("remedy", self.remedy, MAX_REMEDY)):
            if len(text) > most:
                raise Invalid(N_("Please keep it under %(n)s characters."), field=field, blanks={"n": most})
        if self.kind not in tuple(ObjectionKind):
            raise Invalid(N_("Please say what is wrong."), field="kind")
        if self.wanted is not None:
            refuse_number(self.wanted, most=WHOLE, field="wanted")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """What is contested, by an objection or by an open claim about a work."""

    line: str = ""
    """The key of the line; empty where it is about somebody who is left out, or about the whole."""
    wanted: int | None = None
    """ppm that the line should have, as they say; None where they say no number, and where a claim is open."""
    kind: ObjectionKind = ObjectionKind.OTHER
    own: frozenset[str] = frozenset()
    """The lines of whoever says so: what they have where they name no line."""


WANTS_MORE: Final = frozenset({ObjectionKind.TOO_LITTLE, ObjectionKind.LEFT_OUT})
"""What is wished for there comes from all others, so it needs a number."""


def refuse_objection(
    kind: ObjectionKind,
    *,
    is_open: bool,
    is_listed: bool,
    words: str,
    remedy: str,
    names: bool = True,
    waiting: int = 0,
) -> None:
    """Somebody objects: while people can (`proposals.is_open`), with a reason and what they wish instead.

    Whether it `names` what is contested says `is_named`. Raises Conflict when it is too late or too early, and when
    MAX_OPEN of theirs are `waiting` for an answer; Forbidden for people who are neither listed nor say that they were
    left out; Invalid beside the field that is missing.
    """
    if not is_open:
        raise Conflict(N_("Objections to this proposal are not taken now."))
    if waiting >= MAX_OPEN:
        raise Conflict(N_("Please wait until what you said before has been answered."))
    if kind is ObjectionKind.LEFT_OUT:
        if is_listed:
            raise Invalid(N_("You are listed. Please say whether your share is too small."), field="kind")
    elif not is_listed:
        raise Forbidden(N_("Only people who are listed can object, or who say that they were left out."))
    if not words.strip():
        raise Invalid(N_("Please say why."), field="words")
    if not remedy.strip():
        raise Invalid(N_("Please say what you wish instead."), field="remedy")
    if not names and kind in WANTS_MORE:
        raise Invalid(
            N_("Please say how much it should be, in percent: so much is held back from others."), field="wanted"
        )
    if not names:
        raise Invalid(N_("Please say which line should have less."), field="line")


def is_named(kind: str, *, line: str, wanted: int | None) -> bool:
    """Whether an objection of that kind says what it is about: a number where somebody should have more, a line where
    one should have less. No more than that is held back.
    """
    if kind in WANTS_MORE:
        return wanted is not None
    return bool(line) or kind != ObjectionKind.TOO_MUCH


def is_reached(kind: str, *, wanted: int | None, had: int, has: int, is_changed: bool) -> bool:
    """Whether an objection got what it asked for: the number, or a change the way that it wished.

    `had` and `has` are the ppm of the line, or of all lines of whoever objects where they name none, in the revision
    that they saw and in the one in force. `is_changed` says whether that line reads in another way now, or, where none
    is named, whether those who lead it published anything since: all that can be told about a wish without a number.
    """
    if kind == ObjectionKind.OTHER and wanted is None:
        return is_changed
    if kind in WANTS_MORE or (kind == ObjectionKind.OTHER and wanted is not None and wanted >= had):
        return has > had if wanted is None else has >= wanted
    return has < had if wanted is None else has <= wanted


def refuse_answer(state: str, *, words: str) -> None:
    """An objection is answered, once, in words, whatever the answer gives. Raises Conflict or Invalid."""
    if state != ObjectionState.OPEN:
        raise Conflict(N_("This objection has been answered already, or was taken back."))
    if not words.strip():
        raise Invalid(N_("Please give a reason: everybody can read it."), field="answer")


def can_withdraw(state: str, resolution: str, *, answered_at: datetime | None, now: datetime) -> bool:
    """Whether whoever objected can take it back: as long as it waits for an answer, or they could appeal."""
    return state == ObjectionState.OPEN or can_appeal(state, resolution, answered_at=answered_at, now=now)


def refuse_withdrawal(state: str, resolution: str, *, answered_at: datetime | None, now: datetime) -> None:
    """Whoever objected takes it back, so that it holds nothing up. Raises Conflict where it holds nothing up."""
    if not can_withdraw(state, resolution, answered_at=answered_at, now=now):
        raise Conflict(N_("This objection has been answered already, or was taken back."))


def can_appeal(state: str, resolution: str, *, answered_at: datetime | None, now: datetime) -> bool:
    """Whether an objection can still be appealed: it has an answer, whatever that gives, and had no appeal yet.

    Who answers does not say whether the other is content with that.
    """
    return (
        state == ObjectionState.ANSWERED
        and resolution in tuple(Resolution)
        and answered_at is not None
        and now < answered_at + TIME_TO_APPEAL
    )


def refuse_appeal(state: str, resolution: str, *, answered_at: datetime | None, now: datetime, words: str) -> None:
    """Whoever objected asks others to look, once. Raises Conflict, or Invalid without a reason."""
    if state == ObjectionState.APPEALED:
        raise Conflict(N_("There is one appeal for each objection, and this one had it."))
    if not can_appeal(state, resolution, answered_at=answered_at, now=now):
        raise Conflict(N_("This objection cannot be appealed, or not any more."))
    if not words.strip():
        raise Invalid(N_("Please say why."), field="words")


def is_contested(
    state: str,
    resolution: str,
    *,
    appeal: str | None,
    answered_at: datetime | None,
    now: datetime,
    appealed_at: datetime | None = None,
) -> bool:
    """Whether it is open yet what comes of an objection: it has no answer, can be appealed, or its appeal is open and
    not older than TIME_TO_JUDGE.

    Where an appeal was upheld nothing is open any more, but what was found wrong is not owed as it was proposed: it is
    held until a revision has come after that, and for good when the proposal is locked without one.
    """
    if state == ObjectionState.APPEALED:
        return appeal == AppealState.OPEN and (appealed_at is None or now < appealed_at + TIME_TO_JUDGE)
    return state == ObjectionState.OPEN or can_appeal(state, resolution, answered_at=answered_at, now=now)


def held_parts(ppm: Mapping[str, int], contests: Iterable[Contest]) -> dict[str, int]:
    """ppm of each line that are held back; lines of which nothing is held are not in it.

    Held is what is asked for beyond what there is already, and no more. Of a line that should have less, the
    difference, or the line where no number is said; for somebody who should have more, what all others would give, in
    proportion. What names neither a number nor a line is heard, and holds nothing.
    """
    refuse_parts(ppm)
    held = dict.fromkeys(ppm, 0)
    for contest in contests:
        for key, parts in _held_by(ppm, contest).items():
            held[key] = min(ppm[key], held[key] + parts)
    return {key: parts for key, parts in held.items() if parts}


def lockable(amounts: Mapping[str, int], ppm: Mapping[str, int], held: Mapping[str, int]) -> dict[str, int]:
    """Minor units of each line that can be locked while `held` parts of it are held back.

    Where an appeal is dismissed, the rest of each line is owed as proposed; where it is upheld, what was held stays in
    the pool, and a further proposal shares it.
    """
    return {
        key: amount * (ppm[key] - held.get(key, 0)) // ppm[key] if ppm[key] else amount
        for key, amount in amounts.items()
    }


def _held_by(ppm: Mapping[str, int], contest: Contest) -> dict[str, int]:
    own = {contest.line} if contest.line else contest.own
    has = sum(parts for key, parts in ppm.items() if key in own)
    if contest.wanted is None:
        return {contest.line: has} if has and contest.line and contest.kind not in WANTS_MORE else {}
    refuse_number(contest.wanted, most=WHOLE, field="wanted")
    more = contest.wanted - has
    if more <= 0:
        return {contest.line: -more} if more and contest.line and contest.kind not in WANTS_MORE else {}
    others = {key: parts for key, parts in ppm.items() if key not in own}
    given = sum(others.values())
    if contest.kind is ObjectionKind.TOO_MUCH or not given:
        return {}
    # rounded up: rather a part too much is held back for a while than one too little
    return {key: -(-min(more, given) * parts // given) for key, parts in others.items()}
