"""Objections to a proposal, their answers and appeals, as templates show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fedirec.credits.objections import AppealState, ObjectionKind, ObjectionState, Resolution
from fedirec.credits.queries.hearing import Heard
from fedirec.remix.pages.cards import Cards
from fedirec.remix.powers import Deed, Part, may_do
from fedirec.translatable import N_
from fedirec.web.language import gettext as _
from fedirec.web.views import Choice, PersonView

KINDS: Final[Mapping[ObjectionKind, tuple[str, str]]] = {
    ObjectionKind.TOO_LITTLE: (N_("Too little"), N_("A line should have more.")),
    ObjectionKind.TOO_MUCH: (N_("Too much"), N_("A line should have less.")),
    ObjectionKind.LEFT_OUT: (N_("Left out"), N_("You took part and are not listed.")),
    ObjectionKind.OTHER: (N_("Something else"), N_("A wrong role, a wrong name, or the whole of it.")),
}
RESOLUTIONS: Final[Mapping[Resolution, tuple[str, str, str, str]]] = {
    Resolution.RESOLVED: (N_("It is put right: what they ask for is so now"), N_("put right"), "good", "check"),
    Resolution.PARTLY: (N_("It is right in part"), N_("put right in part"), "accent", "check"),
    Resolution.REJECTED: (N_("It stays as it is"), N_("stays as it is"), "plain", "close"),
}
_APPEALS: Final[Mapping[AppealState, tuple[str, str, str]]] = {
    AppealState.OPEN: (N_("appeal waits"), "accent", "clock"),
    AppealState.UPHELD: (N_("appeal upheld"), "good", "check"),
    AppealState.DISMISSED: (N_("appeal dismissed"), "plain", "close"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionView:
    """An objection with its answer and its appeal."""

    key: str
    author: PersonView
    kind: str
    about: str
    """The line that it is about, in words."""
    words: str
    remedy: str
    wanted: int | None
    number: int
    said_at: datetime
    word: str
    tone: str
    sign: str
    answer: str
    answered_by: PersonView | None
    answered_at: datetime | None
    is_self_interested: bool
    has_part: bool
    appeal: AppealView | None
    may_answer: bool
    may_withdraw: bool
    may_appeal: bool
    may_judge: bool
    is_hidden: bool
    is_answer_hidden: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealView:
    """Somebody asked others to look."""

    words: str
    said_at: datetime
    word: str
    tone: str
    sign: str
    held: int
    is_hidden: bool
    decided_by: PersonView | None
    decided_at: datetime | None
    reason: str


def objection_views(
    cards: Cards,
    heard: Sequence[Heard],
    *,
    parts: frozenset[Part],
    labels: Mapping[str, str],
    is_ours: bool,
    is_changing: bool,
) -> list[ObjectionView]:
    """`parts` are what whoever looks is to the proposal, `labels` what its lines are about, by key."""
    leads = is_ours and is_changing and may_do(Deed.ANSWER_OBJECTION, parts)
    judges = is_ours and may_do(Deed.DECIDE_PROPOSAL_APPEAL, parts)
    return [_objection_view(cards, each, leads=leads, judges=judges, is_ours=is_ours, labels=labels) for each in heard]


def _objection_view(
    cards: Cards, heard: Heard, *, leads: bool, judges: bool, is_ours: bool, labels: Mapping[str, str]
) -> ObjectionView:
    row, appeal = heard.objection, heard.appeal
    if row.state == ObjectionState.OPEN:
        word, tone, sign = _("waits for an answer"), "accent", "clock"
    elif row.state == ObjectionState.WITHDRAWN:
        word, tone, sign = _("taken back"), "plain", "close"
    else:
        _choice, named, tone, sign = RESOLUTIONS[Resolution(row.resolution)]
        word = _(named)
    return ObjectionView(
        key=row.key,
        author=cards.person(row.author),
        kind=_(KINDS[ObjectionKind(row.kind)][0]),
        about=labels.get(row.line_key, ""),
        words=row.words,
        remedy=row.remedy,
        wanted=row.wanted_ppm,
        number=row.number,
        said_at=row.created_at,
        word=word,
        tone=tone,
        sign=sign,
        answer=row.answer,
        answered_by=cards.person(row.answered_by) if row.answered_by is not None else None,
        answered_at=row.answered_at,
        is_self_interested=heard.is_self_interested,
        has_part=row.has_part,
        appeal=_appeal_view(cards, heard) if appeal is not None else None,
        may_answer=leads and row.state == ObjectionState.OPEN and not heard.is_own,
        may_withdraw=heard.can_withdraw,
        may_appeal=heard.can_appeal,
        may_judge=judges and appeal is not None and appeal.state == AppealState.OPEN and not heard.is_own,
        is_hidden=heard.is_hidden,
        is_answer_hidden=heard.is_answer_hidden,
    )


def _appeal_view(cards: Cards, heard: Heard) -> AppealView:
    appeal = heard.appeal
    assert appeal is not None
    word, tone, sign = _APPEALS[AppealState(appeal.state)]
    return AppealView(
        words=appeal.words,
        said_at=appeal.created_at,
        word=_(word),
        tone=tone,
        sign=sign,
        held=appeal.held,
        is_hidden=heard.is_appeal_hidden,
        decided_by=cards.person(appeal.decided_by) if appeal.decided_by is not None else None,
        decided_at=appeal.decided_at,
        reason=appeal.reason,
    )


def kind_choices(*, is_listed: bool) -> list[Choice]:
    """What whoever objects can say is wrong."""
    kinds = [kind for kind in ObjectionKind if (kind is ObjectionKind.LEFT_OUT) is not is_listed]
    return [Choice(value=kind.value, label=_(KINDS[kind][0]), hint=_(KINDS[kind][1])) for kind in kinds]


def resolution_choices() -> list[Choice]:
    return [Choice(value=each.value, label=_(words[0])) for each, words in RESOLUTIONS.items()]
