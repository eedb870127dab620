"""Pay proposals, their lines and what people say to them, as templates show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fedirec.clock import now
from fedirec.credits.decisions import RULE_SENTENCES, RULES, Rule
from fedirec.credits.models import PayProposal
from fedirec.credits.proposals import NAMES, State, is_open
from fedirec.credits.queries.proposal_pages import ShownLine
from fedirec.credits.revisions.lines import INCOMES
from fedirec.credits.shares import WHOLE
from fedirec.credits.suggestions import Compared
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pseudonyms import NOT_NAMED
from fedirec.remix.roles import label_of
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
MAX_PARTS: Final = 10
"""People who have a part of the bar of their own; all others are one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalView:
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
    trail: Compared | None
    """What the trail suggests; None where that says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BarPart:
    """One person's piece of the bar, in parts per thousand from the start of the line."""

    x: float
    width: float
    tone: int
    name: str
    ppm: int


def proposal_view(cards: Cards, proposal: PayProposal) -> ProposalView:
    state, rule = State(proposal.state), Rule(proposal.rule)
    tone, sign = _TONES[state]
    return ProposalView(
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
    trail: Compared | None,
) -> LineView:
    """`records` are the pages of records by their address; `owed` is what of `amount` is owed, once that is locked."""
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
        income=_(INCOMES[share.income_kind]),
        is_given_back=share.is_given_back,
        is_own=shown.is_own,
        trail=trail,
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


def income_choices() -> list[Choice]:
    return [Choice(value=kind, label=_(name)) for kind, name in INCOMES.items()]
