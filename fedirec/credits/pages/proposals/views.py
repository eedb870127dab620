"""Pay proposals, their lines and what people say to them, as templates show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fedirec.clock import now
from fedirec.credits.deciding import NAMES as RULES
from fedirec.credits.deciding import SENTENCES as RULE_SENTENCES
from fedirec.credits.deciding import Rule
from fedirec.credits.models import PayProposal
from fedirec.credits.objecting import AppealState, ObjectionKind, ObjectionState, Resolution
from fedirec.credits.proposals import NAMES, State, is_open
from fedirec.credits.queries.proposals import Heard, ShownLine
from fedirec.credits.revisions import IncomeKind
from fedirec.credits.shares import WHOLE
from fedirec.remix.pages.cards import Cards
from fedirec.remix.powers import Deed, Part, may_do
from fedirec.remix.pseudonyms import NOT_NAMED
from fedirec.remix.roles import label_of
from fedirec.translatable import N_
from fedirec.web.language import gettext as _
from fedirec.web.views import Choice, PersonView

_TONES: Final[Mapping[State, tuple[str, str]]] = {
    State.DRAFT: ("plain", "edit"),
    State.PUBLISHED: ("accent", "clock"),
    State.REVISED: ("accent", "clock"),
    State.CLOSING: ("accent", "clock"),
    State.DECIDED: ("good", "check"),
    State.LOCKED: ("good", "lock"),
    State.PAYING: ("good", "coins"),
    State.PAID: ("good", "coins"),
    State.PARTIALLY_PAID: ("accent", "coins"),
    State.CLOSED: ("plain", "check"),
    State.CANCELLED: ("bad", "close"),
}
KINDS: Final[Mapping[ObjectionKind, tuple[str, str]]] = {
    ObjectionKind.TOO_LITTLE: (N_("Too little"), N_("A line should have more.")),
    ObjectionKind.TOO_MUCH: (N_("Too much"), N_("A line should have less.")),
    ObjectionKind.LEFT_OUT: (N_("Left out"), N_("You took part and are not listed.")),
    ObjectionKind.OTHER: (N_("Something else"), N_("A wrong role, a wrong name, or the whole of it.")),
}
RESOLUTIONS: Final[Mapping[Resolution, tuple[str, str, str, str]]] = {
    Resolution.RESOLVED: (N_("It is right, and a revision follows"), N_("put right"), "good", "check"),
    Resolution.PARTLY: (N_("It is right in part"), N_("put right in part"), "accent", "check"),
    Resolution.REJECTED: (N_("It stays as it is"), N_("stays as it is"), "plain", "close"),
}
_APPEALS: Final[Mapping[AppealState, tuple[str, str, str]]] = {
    AppealState.OPEN: (N_("appeal waits"), "accent", "clock"),
    AppealState.UPHELD: (N_("appeal upheld"), "good", "check"),
    AppealState.DISMISSED: (N_("appeal dismissed"), "plain", "close"),
}
INCOMES: Final[Mapping[IncomeKind, str]] = {
    IncomeKind.ROYALTY: N_("royalty"),
    IncomeKind.SERVICE: N_("service"),
    IncomeKind.PRIZE: N_("prize"),
}
MAX_PARTS: Final = 10
"""People who have a part of the bar of their own; all others are one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadView:
    """A proposal, as lists and the heads of pages show it."""

    key: str
    url: str
    title: str
    state: str
    tone: str
    sign: str
    is_open: bool
    closes_at: datetime | None
    currency: str
    number: int
    rule: str
    rule_sentence: str
    home: str
    """The address of a copy's original; empty for ours."""
    trouble: str
    """What its home did that no home may do; empty for nothing."""
    locked_amount: int | None
    held_amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    """One line, as whoever looks may see it."""

    key: str
    person: PersonView
    role: str
    label: str
    record_url: str
    reason: str
    ppm: int
    before: int
    amount: int | None
    """None where it is not for them to see, or not known."""
    held: int
    """What of it is held back because it is contested."""
    income: str
    is_given_back: bool
    is_own: bool
    suggested: int | None
    """ppm by the trail; None where that says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BarPart:
    """One person's piece of the bar, in parts per thousand from the start of the line."""

    x: float
    width: float
    tone: int
    name: str
    ppm: int


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
    appeal: AppealView | None
    may_answer: bool
    may_withdraw: bool
    may_appeal: bool
    may_judge: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealView:
    """Somebody asked others to look."""

    words: str
    said_at: datetime
    word: str
    tone: str
    sign: str
    held: int
    decided_by: PersonView | None
    decided_at: datetime | None
    reason: str


def head_view(cards: Cards, proposal: PayProposal) -> HeadView:
    state, rule = State(proposal.state), Rule(proposal.rule)
    tone, sign = _TONES[state]
    return HeadView(
        key=proposal.key,
        url=f"/pay/{proposal.key}",
        title=proposal.title,
        state=_(NAMES[state]),
        tone=tone,
        sign=sign,
        is_open=is_open(proposal.state, now=now(), closes_at=proposal.closes_at),
        closes_at=proposal.closes_at,
        currency=proposal.currency,
        number=proposal.number,
        rule=_(RULES[rule]),
        rule_sentence=_(RULE_SENTENCES[rule]),
        home="" if proposal.pool_id is not None else proposal.uri,
        trouble=_(proposal.trouble) if proposal.trouble else "",
        locked_amount=proposal.locked_amount,
        held_amount=proposal.held_amount,
    )


def line_view(
    cards: Cards,
    shown: ShownLine,
    *,
    sees_amounts: bool,
    amount: int | None,
    owed: int | None,
    records: Mapping[str, str],
    suggested: Mapping[str, int],
) -> LineView:
    """`records` are the pages of records by their address; `suggested` is what the trail gives, by line; `owed` is
    what of `amount` is owed, once that is locked.
    """
    sees_this = sees_amounts or shown.is_own
    share, line = shown.share, shown.line
    actor = share.actor
    name = (line.name if line is not None else "") or _(NOT_NAMED)
    person = cards.person(actor) if actor is not None else PersonView(name=name, handle="", url="")
    return LineView(
        key=share.line_key,
        person=person,
        role=label_of(line.role, gettext=_) if line is not None and line.role else "",
        label=line.label if line is not None else "",
        record_url=records.get(line.record or "", "") if line is not None else "",
        reason=line.reason if line is not None else _("Its words were taken out because somebody left for good."),
        ppm=share.ppm,
        before=shown.before,
        amount=amount if sees_this else None,
        held=amount - owed if sees_this and amount is not None and owed is not None else 0,
        income=_(INCOMES[IncomeKind(share.income_kind)]),
        is_given_back=share.is_given_back,
        is_own=shown.is_own,
        suggested=suggested.get(share.line_key),
    )


def bar_parts(shares: Iterable[tuple[str, str, int]]) -> list[BarPart]:
    """The pieces of the bar for lines, each whose, how they are called and how many ppm: the greatest first."""
    names: dict[str, str] = {}
    sums: dict[str, int] = {}
    for who, name, ppm in shares:
        names.setdefault(who, name)
        sums[who] = sums.get(who, 0) + ppm
    ordered = sorted(((ppm, names[who]) for who, ppm in sums.items() if ppm), key=lambda each: -each[0])
    if len(ordered) > MAX_PARTS:
        rest = ordered[MAX_PARTS - 1 :]
        ordered = [*ordered[: MAX_PARTS - 1], (sum(ppm for ppm, _name in rest), _("%(n)s others") % {"n": len(rest)})]
    parts, x = [], 0
    for place, (ppm, name) in enumerate(ordered):
        parts.append(BarPart(x=x * 1000 / WHOLE, width=ppm * 1000 / WHOLE, tone=place % MAX_PARTS, name=name, ppm=ppm))
        x += ppm
    return parts


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
        appeal=_appeal_view(cards, heard) if appeal is not None else None,
        may_answer=leads and row.state == ObjectionState.OPEN and not heard.is_own,
        may_withdraw=is_ours and heard.can_withdraw,
        may_appeal=is_ours and heard.can_appeal,
        may_judge=judges and appeal is not None and appeal.state == AppealState.OPEN and not heard.is_own,
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


def income_choices() -> list[Choice]:
    return [Choice(value=kind.value, label=_(name)) for kind, name in INCOMES.items()]
