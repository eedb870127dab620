"""Pools of money, what came in and went out, and what the instance decided about money."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Literal

from pydantic import Field

from fedirec.api.endpoint import Call
from fedirec.api.shapes.basis import Listed, Row, Sent, Shape, Text
from fedirec.api.shapes.people import Person, show_person
from fedirec.credits.entries import MAX_RATE, MAX_WORDS
from fedirec.credits.models import MoneySettings as SettingsRow
from fedirec.credits.models import Pool as PoolRow
from fedirec.credits.models import PoolEntry as EntryRow
from fedirec.credits.pools import MAX_BRIEF, MAX_CLIENT, MAX_SUM, MAX_TITLE, PoolState
from fedirec.credits.queries.settings import adapters_of
from fedirec.credits.shares import WHOLE
from fedirec.remix.logbook import MAX_REASON

PoolKind = Literal["profit_split", "royalties", "line_item", "commission", "self_funded"]
RuleName = Literal["host", "consent", "majority"]
EntryKindName = Literal["income", "cost", "refund", "aside"]


class Standing(Shape):
    """How a pool stands in the books, in minor units of its currency. Only what a treasurer confirmed is in it."""

    came_in: int
    went_back: int
    spent: int
    host_share: int = Field(description="What the instance keeps of what was earned since something was last locked.")
    kept: int = Field(description="What it kept of everything before that; below 0 where it put something in.")
    promised: int = Field(description="What people are owed, or were paid.")
    available: int = Field(description="What can be shared now.")
    shortfall: int = Field(description="What has to come in first.")


class Pool(Shape):
    """Money to share, and the rule by which it is decided how."""

    key: str
    kind: PoolKind
    title: str
    brief: str
    client: str = Field(description="Who commissioned it; empty for what is no commission.")
    group: str = Field(description="The address of the project or challenge, or of the instance, that it belongs to.")
    production: int | None
    currency: str
    stated: int | None = Field(
        description="Minor units that are promised; null where it follows from what comes in, or is not shown."
    )
    host_share_ppm: int = Field(description="What the instance keeps, in parts per million.")
    rule: RuleName
    state: Literal["open", "closed"]
    standing: Standing | None = Field(description="Null where the instance does not show you amounts.")
    at: datetime
    url: str


class Pools(Listed):
    items: list[Pool]


class Entry(Shape):
    """Something that came in or was spent. It counts once it is confirmed."""

    key: str
    kind: EntryKindName | Literal["reversal"]
    reverses: str | None = Field(description="The key of the entry that was wrong and that a reversal undoes.")
    undone_by: str | None = Field(description="The key of the reversal of this entry, confirmed or not yet.")
    amount: int = Field(description="Minor units of the currency of the pool, above 0.")
    words: str
    happened_on: date
    evidence: str
    has_file: bool
    evidence_digest: str
    original_amount: int | None
    original_currency: str
    rate: str
    state: Literal["stated", "confirmed", "refused", "undone"]
    by: Person
    decided_by: Person | None
    decided_at: datetime | None
    reason: str
    shown_before: list[str] = Field(description="Keys of other entries, here, that show the same.")
    at: datetime


class Entries(Listed):
    items: list[Entry]


class PoolSaid(Sent):
    """What a pool says, whole: what is left out is empty."""

    title: Text = Field(min_length=1, max_length=MAX_TITLE)
    brief: Text = Field("", max_length=MAX_BRIEF)
    client: Text = Field("", max_length=MAX_CLIENT)
    currency: str = Field(max_length=3)
    stated: int | None = Field(None, ge=1, le=MAX_SUM)
    host_share_ppm: int = Field(0, ge=0, le=WHOLE)
    rule: RuleName


class NewPool(PoolSaid):
    kind: PoolKind
    production: Row | None = Field(None, description="Of a project, when it is the money of one frozen production.")


class PoolChange(PoolSaid):
    reason: Text = Field(min_length=1, max_length=MAX_REASON)


class Closing(Sent):
    reason: Text = Field(min_length=1, max_length=MAX_REASON)


class Undoing(Sent):
    reason: Text = Field(min_length=1, max_length=MAX_WORDS, description="What was wrong. Everybody reads it.")


class UseSent(Sent):
    group: str = Field(max_length=2_048, description="The address of a project or challenge here that you lead, too.")


class EntrySent(Sent):
    kind: EntryKindName
    amount: int = Field(ge=1, le=MAX_SUM)
    currency: str = Field(max_length=3, description="Of the pool: said once more, so that nothing is mixed up.")
    words: Text = Field(min_length=1, max_length=MAX_WORDS, description="Everybody reads it.")
    happened_on: str = Field(max_length=10, description="The day, as in 2026-12-04.")
    evidence: Text = Field(
        "", max_length=2_048, description="An address, or a number in the books. Everybody reads it."
    )
    file: str | None = Field(None, max_length=26, description="The key of a picture of yours that shows it.")
    original_amount: int | None = Field(None, ge=1, le=MAX_SUM)
    original_currency: str = Field("", max_length=3)
    rate: Text = Field("", max_length=MAX_RATE, description="At which it was changed, and whose rate that is.")


class MoneySettings(Shape):
    """What the instance decided about money, as far as it concerns everybody."""

    currency: str
    host_share_ppm: int
    rule: RuleName
    window_days: int
    more_days: int
    threshold: int = Field(description="Minor units below which what somebody is owed is carried on.")
    adapters: list[str]
    people_needed: int
    solo_days: int
    hold_days: int
    unclaimed_months: int
    unclaimed_policy: Literal["hold", "pool", "charity"]
    unclaimed_charity: str
    shows_amounts: bool
    shows_ledger: Literal["nothing", "totals", "entries"]
    payer: str = Field(description="The name of the legal entity that pays; empty where it has not said.")
    terms: str
    terms_version: int
    form_countries: list[str]


def show_pool(call: Call, row: PoolRow, state: PoolState, *, sees_sums: bool) -> Pool:
    return Pool(
        key=row.key,
        kind=row.kind,  # type: ignore[arg-type]
        title=row.title,
        brief=row.brief,
        client=row.client,
        group=row.group.uri,
        production=row.production_id,
        currency=row.currency,
        stated=row.stated if sees_sums else None,
        host_share_ppm=row.host_share_ppm,
        rule=row.rule,  # type: ignore[arg-type]
        state=row.state,  # type: ignore[arg-type]
        standing=Standing(
            came_in=state.came_in,
            went_back=state.went_back,
            spent=state.spent,
            host_share=state.host_share,
            kept=state.kept,
            promised=state.promised,
            available=state.available,
            shortfall=state.shortfall,
        )
        if sees_sums
        else None,
        at=row.created_at,
        url=call.absolute(f"/pools/{row.key}"),
    )


def show_entries(
    call: Call, rows: Sequence[EntryRow], others: Mapping[int, Sequence[str]], reversals: Mapping[int, EntryRow]
) -> list[Entry]:
    return [
        Entry(
            key=row.key,
            kind=row.kind,  # type: ignore[arg-type]
            reverses=row.reverses.key if row.reverses is not None else None,
            undone_by=reversals[row.id].key if row.id in reversals else None,
            amount=row.amount,
            words=row.words,
            happened_on=row.happened_on,
            evidence=row.evidence,
            has_file=row.evidence_file_id is not None,
            evidence_digest=row.evidence_digest,
            original_amount=row.original_amount,
            original_currency=row.original_currency,
            rate=row.rate,
            state=row.state,  # type: ignore[arg-type]
            by=show_person(call, row.stated_by),
            decided_by=show_person(call, row.decided_by) if row.decided_by else None,
            decided_at=row.decided_at,
            reason=row.reason,
            shown_before=list(others.get(row.id, ())),
            at=row.created_at,
        )
        for row in rows
    ]


def show_money_settings(row: SettingsRow) -> MoneySettings:
    return MoneySettings(
        currency=row.currency,
        host_share_ppm=row.host_share_ppm,
        rule=row.rule,  # type: ignore[arg-type]
        window_days=row.window_days,
        more_days=row.more_days,
        threshold=row.threshold,
        adapters=list(adapters_of(row)),
        people_needed=row.people_needed,
        solo_days=row.solo_days,
        hold_days=row.hold_days,
        unclaimed_months=row.unclaimed_months,
        unclaimed_policy=row.unclaimed_policy,  # type: ignore[arg-type]
        unclaimed_charity=row.unclaimed_charity,
        shows_amounts=row.shows_amounts,
        shows_ledger=row.shows_ledger,  # type: ignore[arg-type]
        payer=str((row.debtor or {}).get("name", "")),
        terms=row.terms,
        terms_version=row.terms_version,
        form_countries=list(row.form_countries or ()),
    )
