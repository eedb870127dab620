"""Pools and what was stated of them, as templates show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from urllib.parse import urlsplit

from fedirec.credits.decisions import RULE_SENTENCES, RULES, Rule
from fedirec.credits.entries import ENTRY_NAMES, EntryKind, EntryState, brings
from fedirec.credits.models import Pool, PoolEntry, SaidAlone
from fedirec.credits.pools import NAMES, POTS, SENTENCES, Kind, PoolState
from fedirec.credits.queries.alone import about_entry
from fedirec.credits.queries.pools import Home
from fedirec.ledger.currencies import CURRENCIES
from fedirec.projects.pages.tabs import project_tabs
from fedirec.projects.pages.views import project_url
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.challenges import challenge_tabs
from fedirec.remix.powers import Part
from fedirec.translatable import N_
from fedirec.web.language import gettext as _
from fedirec.web.views import Choice, PersonView, Tab

_FIRST: Final = ("EUR", "USD", "GBP", "CHF", "JPY", "CAD", "AUD", "SEK", "PLN", "BRL", "INR", "MXN")
_STATES: Final[Mapping[EntryState, tuple[str, str, str]]] = {
    EntryState.STATED: (N_("waits for a treasurer"), "accent", "clock"),
    EntryState.CONFIRMED: (N_("confirmed"), "good", "check"),
    EntryState.REFUSED: (N_("not confirmed"), "bad", "close"),
    EntryState.UNDONE: (N_("undone"), "bad", "close"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceView:
    """Whose money it is: the head of its pages."""

    title: str
    url: str
    """The list of its pools."""
    tabs: tuple[Tab, ...] = ()
    tabs_label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolView:
    """A pool, as a list and a page show it."""

    key: str
    url: str
    title: str
    kind: str
    sentence: str
    is_pot: bool
    is_open: bool
    brief: str
    client: str
    currency: str
    stated: int | None
    host_share_ppm: int
    rule: str
    rule_sentence: str
    state: PoolState | None
    """None for whoever reads no amounts here, and then `stated` is None too."""
    is_covered: bool
    """Whether a stated pot has really come in."""
    opened_at: datetime
    production: str = ""
    production_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryView:
    """Something that was stated of a pool."""

    key: str
    kind: str
    is_income: bool
    """Whether there is more to share by it."""
    amount: int
    words: str
    happened_on: date
    by: PersonView
    stated_at: datetime
    word: str
    tone: str
    sign: str
    waits: bool
    evidence: str
    evidence_url: str
    file_url: str
    """Empty for whoever may not see the file."""
    has_file: bool
    digest: str
    decided_by: PersonView | None
    decided_at: datetime | None
    reason: str
    original: tuple[int, str] | None
    rate: str
    others: tuple[str, ...]
    """Keys of other entries that show the same."""
    is_undone: bool
    undoes: str
    """The key of the entry that was wrong."""
    undone_by: str
    """The key of the entry that says that this one was wrong, confirmed or not yet."""
    may_undo: bool
    may_decide: bool
    may_decide_from: datetime | None = None
    """Where one person alone does both."""


def place_view(cards: Cards, home: Home, parts: frozenset[Part]) -> PlaceView:
    """The head of pages about the money of `home`, for somebody who plays `parts`."""
    if home.project is not None:
        url = project_url(cards, home.project)
        tabs = project_tabs(cards, home.project, current="money", parts=parts)
        return PlaceView(title=home.project.title, url=f"{url}/money", tabs=tuple(tabs), tabs_label=_("Project"))
    if home.challenge is not None:
        url = cards.challenge_url(home.challenge)
        tabs = challenge_tabs(home.challenge, cards, current="money", parts=parts)
        return PlaceView(title=home.challenge.title, url=f"{url}/money", tabs=tuple(tabs), tabs_label=_("Challenge"))
    return PlaceView(title=_("Money of this instance"), url="/pools")


def pool_view(pool: Pool, state: PoolState, *, sees_sums: bool) -> PoolView:
    """`pool`, which stands at `state`: without any sum for whoever reads none here."""
    kind, rule = Kind(pool.kind), Rule(pool.rule)
    return PoolView(
        key=pool.key,
        url=f"/pools/{pool.key}",
        title=pool.title,
        kind=_(NAMES[kind]),
        sentence=_(SENTENCES[kind]),
        is_pot=kind in POTS,
        is_open=pool.state == "open",
        brief=pool.brief,
        client=pool.client,
        currency=pool.currency,
        stated=pool.stated if sees_sums else None,
        host_share_ppm=pool.host_share_ppm,
        rule=_(RULES[rule]),
        rule_sentence=_(RULE_SENTENCES[rule]),
        state=state if sees_sums else None,
        is_covered=pool.stated is None or state.came_in - state.went_back >= pool.stated,
        opened_at=pool.created_at,
        production=pool.production.title if pool.production is not None else "",
        production_url=urlsplit(pool.production.uri).path if pool.production is not None else "",
    )


def entry_views(
    cards: Cards,
    entries: Sequence[PoolEntry],
    *,
    others: Mapping[int, Sequence[str]],
    reversals: Mapping[int, PoolEntry],
    sees_files: bool,
    may_state: bool,
    is_treasurer: bool,
    person: int | None,
    people: Mapping[int, int],
    payers: frozenset[int],
    said: Mapping[str, SaidAlone],
) -> list[EntryView]:
    """Those entries; `person` is who looks, `people` who stated each, by the row of their account, and `said` what was
    said of each that nobody else can confirm.
    """
    return [
        _entry_view(
            cards,
            entry,
            others=tuple(others.get(entry.id, ())),
            reversal=reversals.get(entry.id),
            sees_files=sees_files,
            may_state=may_state,
            is_own=person is not None and people.get(entry.stated_by_id) == person,
            is_treasurer=is_treasurer,
            is_alone=len(payers) == 1,
            said=said.get(about_entry(entry.key)),
        )
        for entry in entries
    ]


def _entry_view(
    cards: Cards,
    entry: PoolEntry,
    *,
    others: tuple[str, ...],
    reversal: PoolEntry | None,
    sees_files: bool,
    may_state: bool,
    is_own: bool,
    is_treasurer: bool,
    is_alone: bool,
    said: SaidAlone | None,
) -> EntryView:
    state = EntryState(entry.state)
    word, tone, sign = _STATES[state]
    wrong = entry.reverses
    media = entry.evidence_file
    return EntryView(
        key=entry.key,
        kind=_(ENTRY_NAMES[entry.kind]),
        is_income=brings(entry.kind, wrong.kind if wrong is not None else None),
        amount=entry.amount,
        words=entry.words,
        happened_on=entry.happened_on,
        by=cards.person(entry.stated_by),
        stated_at=entry.created_at,
        word=_(word),
        tone=tone,
        sign=sign,
        waits=state is EntryState.STATED,
        evidence=entry.evidence if wrong is None else "",
        evidence_url=entry.evidence if entry.evidence.startswith("https://") and " " not in entry.evidence else "",
        file_url=f"/media/{media.path}" if media is not None and sees_files else "",
        has_file=media is not None,
        digest=entry.evidence_digest,
        decided_by=cards.person(entry.decided_by) if entry.decided_by is not None else None,
        decided_at=entry.decided_at,
        reason=entry.reason,
        original=None if entry.original_amount is None else (entry.original_amount, entry.original_currency),
        rate=entry.rate,
        others=others,
        is_undone=state is EntryState.UNDONE,
        undoes=wrong.key if wrong is not None else "",
        undone_by=reversal.key if reversal is not None else "",
        may_undo=may_state and state is EntryState.CONFIRMED and wrong is None and reversal is None,
        may_decide=is_treasurer and state is EntryState.STATED and (not is_own or is_alone),
        may_decide_from=said.from_at if is_own and is_alone and said else None,
    )


def kind_choices(*, with_own: bool, only_own: bool = False) -> list[Choice]:
    """Which pools can be opened; those of the instance's own money are for treasurers."""
    kinds = [kind for kind in Kind if kind is not Kind.SELF_FUNDED or with_own]
    if only_own:
        kinds = [Kind.SELF_FUNDED, Kind.COMMISSION]
    return [Choice(value=kind.value, label=_(NAMES[kind]), hint=_(SENTENCES[kind])) for kind in kinds]


def rule_choices() -> list[Choice]:
    return [Choice(value=rule.value, label=_(RULES[rule]), hint=_(RULE_SENTENCES[rule])) for rule in Rule]


def entry_choices(kind: Kind, *, is_open: bool) -> list[Choice]:
    """What can be stated of a pool of `kind`."""
    kinds = [EntryKind.INCOME, EntryKind.REFUND] if is_open else [EntryKind.REFUND]
    if kind not in POTS and is_open:
        kinds.insert(1, EntryKind.COST)
    if kind is Kind.SELF_FUNDED and is_open:
        kinds.insert(1, EntryKind.ASIDE)
    hints = {
        EntryKind.INCOME: _("Money came to the account of this instance."),
        EntryKind.COST: _("It was spent on this and nothing else."),
        EntryKind.REFUND: _("A buyer or a client has it again. It makes less of what is still to be shared."),
        EntryKind.ASIDE: _("Out of what this instance kept of other pools."),
    }
    return [Choice(value=each.value, label=_(ENTRY_NAMES[each]), hint=hints[each]) for each in kinds]


def currency_choices(*, optional: bool = False) -> list[Choice]:
    codes = [*_FIRST, *sorted(set(CURRENCIES) - set(_FIRST))]
    return [*([Choice(value="", label=_("the same"))] if optional else []), *(Choice(value=c, label=c) for c in codes)]
