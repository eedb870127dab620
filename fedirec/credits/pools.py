"""Pools: what kinds of money there are to share, what may be said of them, and how they stand in the books.

Two ways lead into a pool. What is earned (a profit, royalties) is income and costs first: when a proposal is locked,
what is left of them after the host's share becomes money to share. A pot (a line of a budget, a commission, money set
aside) is money to share at once, all of it: what the host wants to keep it does not put in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from fedirec.credits.decisions import Rule
from fedirec.credits.shares import MAX_TOTAL, WHOLE
from fedirec.errors import Conflict, Invalid
from fedirec.ledger.currencies import CURRENCIES
from fedirec.translatable import N_

MAX_SUM: Final = MAX_TOTAL
"""Minor units of one entry, and of what is promised."""
MAX_TITLE: Final = 200
MAX_BRIEF: Final = 5_000
MAX_CLIENT: Final = 200
"""Characters."""


class Kind(StrEnum):
    """Where the money of a pool comes from."""

    PROFIT_SPLIT = "profit_split"
    ROYALTIES = "royalties"
    LINE_ITEM = "line_item"
    COMMISSION = "commission"
    SELF_FUNDED = "self_funded"


POTS: Final = frozenset({Kind.LINE_ITEM, Kind.COMMISSION, Kind.SELF_FUNDED})
"""Money to share as soon as it is there, without a host's share and without costs."""

NAMES: Final[Mapping[Kind, str]] = {
    Kind.PROFIT_SPLIT: N_("Profit split"),
    Kind.ROYALTIES: N_("Royalties"),
    Kind.LINE_ITEM: N_("Part of a budget"),
    Kind.COMMISSION: N_("Commission"),
    Kind.SELF_FUNDED: N_("Set aside by this instance"),
}
SENTENCES: Final[Mapping[Kind, str]] = {
    Kind.PROFIT_SPLIT: N_("What comes in, less what it cost, less the share of this instance."),
    Kind.ROYALTIES: N_("What comes in again and again, shared from time to time, less the share of this instance."),
    Kind.LINE_ITEM: N_("A fixed sum out of the budget of something larger. All of it goes to contributors."),
    Kind.COMMISSION: N_(
        "A client, by name, pays a stated sum for what a brief asks for. All of it goes to contributors."
    ),
    Kind.SELF_FUNDED: N_("Money of this instance for good work that earns nothing. All of it goes to contributors."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolDraft:
    """What a pool is to be. Making one raises Invalid when it makes no sense."""

    kind: Kind
    title: str
    currency: str
    rule: Rule
    brief: str = ""
    client: str = ""
    stated: int | None = None
    """Minor units that are promised; None where it follows from what comes in."""
    host_share_ppm: int = 0

    def __post_init__(self) -> None:
        for field, text, most in (
            ("title", self.title, MAX_TITLE),
            ("brief", self.brief, MAX_BRIEF),
            ("client", self.client, MAX_CLIENT),
        ):
            if len(text) > most:
                raise Invalid(N_("please keep it under %(n)s characters"), field=field, blanks={"n": most})
        if not self.title.strip():
            raise Invalid(N_("Please fill this in."), field="title")
        if self.currency not in CURRENCIES:
            raise Invalid(N_("Please choose a currency, such as EUR."), field="currency")
        if not 0 <= self.host_share_ppm <= WHOLE:
            raise Invalid(N_("A share is between 0 and 100 %."), field="host_share")
        if self.kind in POTS and self.host_share_ppm:
            raise Invalid(
                N_("All of a pot goes to contributors: state only what is shared, and keep the rest out of it."),
                field="host_share",
            )
        if self.stated is not None and not 0 < self.stated <= MAX_SUM:
            raise Invalid(N_("Please say how much is in the pot."), field="stated")
        if self.kind in POTS and self.stated is None:
            raise Invalid(N_("Please say how much is in the pot."), field="stated")
        if self.kind not in POTS and self.stated is not None:
            raise Invalid(N_("Nobody knows beforehand how much will be earned. Leave this empty."), field="stated")
        if self.kind is Kind.COMMISSION:
            if not self.client.strip():
                raise Invalid(N_("Please say who commissions it, by name."), field="client")
            if not self.brief.strip():
                raise Invalid(N_("Please say what the client asks for."), field="brief")
        elif self.client:
            raise Invalid(N_("Only a commission has a client."), field="client")


def refuse_change(
    before: PoolDraft, after: PoolDraft, *, is_promised: bool, has_entries: bool, is_begun: bool, came: int = 0
) -> None:
    """A pool says something else from now on; `is_begun` where money came in, or somebody has worked for it.

    How it is decided, the currency and the host's share stay as they are once somebody counts on them, and what was
    promised does not become less; but than what `came` in, as a treasurer says, where no more will: else nobody ever
    got any of it. The kind and, once money was stated, the currency stay in any case. Raises Conflict.
    """
    if after.kind is not before.kind:
        raise Conflict(N_("The kind of a pool stays as it is. Close it, and open another one."), field="kind")
    if has_entries and after.currency != before.currency:
        raise Conflict(N_("There is money in it already, in its currency."), field="currency")
    if is_begun and after.host_share_ppm > before.host_share_ppm:
        raise Conflict(
            N_("Somebody has worked for it, or money has come in: the instance can keep less of it, not more."),
            field="host_share",
        )
    if not is_promised:
        return
    fixed = N_("People count on it already: it stays as it is.")
    for field, was, wanted in (
        ("rule", before.rule, after.rule),
        ("currency", before.currency, after.currency),
        ("host_share", before.host_share_ppm, after.host_share_ppm),
    ):
        if was != wanted:
            raise Conflict(fixed, field=field)
    promised = before.stated or 0
    if (after.stated or 0) < min(promised, came or promised):
        raise Conflict(N_("People count on it already: it can become more, not less."), field="stated")


def host_share_of(profit: int, ppm: int) -> int:
    """What the host keeps of a profit, in whole minor units rounded down; nothing of a loss."""
    return max(profit, 0) * ppm // WHOLE


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolState:
    """How a pool stands in the books, in minor units of its currency."""

    currency: str
    host_share_ppm: int
    came_in: int
    """All that was ever confirmed, with what went back again."""
    went_back: int
    spent: int
    open_income: int
    """What came in since a proposal was last locked, less what went back; below 0 where more went back."""
    open_costs: int
    kept: int
    """The host's share of what is closed; below 0 where the host put something in instead."""
    in_pool: int
    """Money to share that is nobody's yet: what is not locked, or is held for somebody who contests it."""
    promised: int
    """What people are owed or were paid from it, all of it together."""

    @property
    def profit(self) -> int:
        """What is left since a proposal was last locked; below 0 where it is a loss."""
        return self.open_income - self.open_costs

    @property
    def host_share(self) -> int:
        """What the host keeps of that when it is shared."""
        return host_share_of(self.profit, self.host_share_ppm)

    @property
    def available(self) -> int:
        """What can be shared now: never less than nothing."""
        return max(self.in_pool + self.profit - self.host_share, 0)

    @property
    def shortfall(self) -> int:
        """What has to come in first, because more went back or was spent than is there."""
        return max(self.host_share - self.profit - self.in_pool, 0)
