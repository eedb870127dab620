"""What somebody is owed, was paid, and what of that stands in the statement of a year."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from fedirec.accounts.models import Identity, Person
from fedirec.activitypub.models import Actor
from fedirec.credits.proposals import BINDING
from fedirec.credits.proposals import State as Stage
from fedirec.credits.queries.settings import money_settings
from fedirec.credits.revisions.lines import IncomeKind
from fedirec.db.rows import fetch_tuples, rows_in
from fedirec.db.tables import marks, moment_of
from fedirec.payouts.lacks import Lack
from fedirec.payouts.models import Payable, Payee
from fedirec.payouts.payments import State
from fedirec.payouts.queries.payees import PayeeStatus, events_of
from fedirec.payouts.queries.waiting import lacks_of
from fedirec.payouts.queries.ways import Ways

PAGE: Final = 30
_AT_ONCE: Final = 500
_ACCRUING: Final = sorted(state.value for state in BINDING - {Stage.CLOSED, Stage.PAID})
"""States of proposals of which something may have been locked that is not written down as owed yet."""
_NOT_ACCRUED: Final = f"""
    FROM pay_proposal p JOIN locked_share s ON s.proposal_id = p.id
     WHERE p.state IN ({", ".join(f"'{state}'" for state in _ACCRUING)})
       AND NOT EXISTS (SELECT 1 FROM payable x WHERE x.proposal_id = s.proposal_id AND x.part = s.part)
"""  # noqa: S608  (only constants are spliced in)
_UNDER_WAY: Final = (State.READY, State.BATCHED, State.SUBMITTED, State.RETURNED, State.FAILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """How it stands with somebody in one currency, in its minor units."""

    currency: str
    carried: int
    """Owed, and in no payment yet."""
    under_way: int
    """In a payment that has not arrived."""
    unclaimed: int
    paid: int
    lacks: tuple[Lack, ...]
    """Why what is carried is not paid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """What somebody was paid from one proposal, as one kind of income."""

    paid_on: date
    """In UTC, as the whole statement."""
    proposal: str
    title: str
    kind: str
    """royalty, service or prize."""
    amount: int
    currency: str
    payment: str
    """Under which the bank knows it too."""
    country: str
    """Where they lived when it was paid; empty where nobody said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class YearSum:
    """What somebody was paid in a year as one kind of income, while they lived in one country."""

    person: int
    """Their row, by which the books know them."""
    name: str
    kind: str
    country: str
    currency: str
    amount: int
    """Minor units."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What somebody was paid in one year."""

    year: int
    country: str
    lines: Sequence[StatementLine]

    @property
    def by_kind(self) -> dict[tuple[str, str], int]:
        """Minor units by currency and kind of income."""
        sums: Counter[tuple[str, str]] = Counter()
        for line in self.lines:
            sums[line.currency, line.kind] += line.amount
        return dict(sorted(sums.items()))

    @property
    def totals(self) -> dict[str, int]:
        """Minor units by currency."""
        sums: Counter[str] = Counter()
        for line in self.lines:
            sums[line.currency] += line.amount
        return dict(sorted(sums.items()))


async def rows_of(person: Person) -> list[int]:
    """The rows under which the books know `person`: their own, and of those who turned out to be them."""
    joined = await Person.filter(joined_id=person.id).order_by("id").values_list("id", flat=True)
    return [person.id, *(int(str(each)) for each in joined)]


async def balances_with(person: Person, status: PayeeStatus | None, ways: Ways) -> list[Balance]:
    """How it stands with `person` in each currency in which they were ever owed anything."""
    rows, settings, offered = await rows_of(person), await money_settings(), await ways.offered()
    sums: dict[str, Counter[str]] = {}
    for currency, state, amount in await fetch_tuples(
        "SELECT x.currency, CASE WHEN x.payout_id IS NULL THEN 'carried' ELSE o.state END, sum(x.amount) "  # noqa: S608
        f"FROM payable x LEFT JOIN payout o ON o.id = x.payout_id WHERE x.person_id IN ({marks(rows)}) GROUP BY 1, 2",
        *rows,
    ):
        sums.setdefault(currency, Counter())[state] += int(amount)
    return [
        Balance(
            currency=currency,
            carried=found[State.CARRIED],
            under_way=sum(found[state] for state in _UNDER_WAY),
            unclaimed=found[State.UNCLAIMED] + found[State.GIVEN_AWAY],
            paid=found[State.SETTLED],
            lacks=lacks_of(status, offered, settings, currency=currency, amount=found[State.CARRIED])
            if found[State.CARRIED]
            else (),
        )
        for currency, found in sorted(sums.items())
    ]


async def is_coming(person: Person | None = None) -> bool:
    """Whether something was locked just now, for `person` or for anybody, that is not written down as owed yet."""
    rows = await rows_of(person) if person is not None else []
    theirs = f"AND s.person_id IN ({marks(rows)})" if rows else ""
    return bool(await fetch_tuples(f"SELECT 1 {_NOT_ACCRUED} {theirs} LIMIT 1", *rows))


async def parts_to_accrue(limit: int) -> list[tuple[int, str]]:
    """Parts of proposals, by the row of the proposal and their name, that are locked and not written down as owed."""
    rows = await fetch_tuples(f"SELECT DISTINCT s.proposal_id, s.part {_NOT_ACCRUED} LIMIT ?", limit)
    return [(int(proposal_id), str(part)) for proposal_id, part in rows]


async def payables_of(person: Person, *, before: int | None, limit: int = PAGE) -> tuple[list[Payable], int | None]:
    """What `person` was ever owed, newest first, with proposals and payments; and where the next page begins."""
    rows = Payable.filter(person_id__in=await rows_of(person))
    if before is not None:
        rows = rows.filter(id__lt=before)
    found = await rows.order_by("-id").limit(limit + 1).select_related("proposal", "payout")
    return found[:limit], found[limit - 1].id if len(found) > limit else None


def kinds_of(payable: Payable) -> dict[str, int]:
    """How much of `payable` is which kind of income."""
    return payable.kinds or {IncomeKind.ROYALTY.value: payable.amount}


async def years_of(person: Person) -> list[int]:
    """The years in which `person` was paid anything, newest first."""
    rows = await rows_of(person)
    found = await fetch_tuples(
        "SELECT min(settled_at), max(settled_at) FROM payout "  # noqa: S608
        f"WHERE person_id IN ({marks(rows)}) AND state = ? AND came_back < amount",
        *rows,
        State.SETTLED.value,
    )
    first, last = (moment_of(each) for each in found[0])
    return list(range(last.year, first.year - 1, -1)) if first and last else []


async def statement_of(person: Person, year: int) -> Statement:
    """What `person` was paid in `year`, oldest first, all of it. What came back afterwards is not in it."""
    payee = await Payee.get_or_none(person_id=person.id)
    rows = await rows_of(person)
    lines = [line async for _row, line in _paid_in(year, rows)]
    return Statement(year=year, country=payee.country if payee else "", lines=sorted(lines, key=_day))


async def sums_of_year(year: int) -> list[YearSum]:
    """What everybody was paid in `year`, also those who left: by person, kind of income, country and currency."""
    found: Counter[tuple[int, str, str, str]] = Counter()
    async for row, line in _paid_in(year):
        found[row, line.kind, line.country, line.currency] += line.amount
    people = {person.id: person for person in await rows_in(Person, sorted({row for row, *_rest in found}))}
    roots = {row: people[row].joined_id or row for row in people}
    names = {person.id: person.name for person in await rows_in(Person, sorted(set(roots.values())))}
    sums: Counter[tuple[int, str, str, str]] = Counter()
    for (row, *rest), amount in found.items():
        kind, country, currency = rest
        sums[roots[row], kind, country, currency] += amount
    return [
        YearSum(person=person, name=names[person], kind=kind, country=country, currency=currency, amount=amount)
        for (person, kind, country, currency), amount in sorted(sums.items())
    ]


async def _paid_in(year: int, rows: Sequence[int] | None = None) -> AsyncIterator[tuple[int, StatementLine]]:
    """All that arrived in `year`, of the people with these rows or of everybody, with the row of whom it is."""
    begin, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    paid = Payable.filter(payout__state=State.SETTLED.value, payout__settled_at__gte=begin, payout__settled_at__lt=end)
    if rows is not None:
        paid = paid.filter(person_id__in=list(rows))
    after = 0
    while page := await paid.filter(id__gt=after).order_by("id").limit(_AT_ONCE).select_related("proposal", "payout"):
        for payable in page:
            payout = payable.payout
            assert payout is not None
            assert payout.settled_at is not None
            for kind, amount in kinds_of(payable).items():
                yield (
                    payable.person_id,
                    StatementLine(
                        paid_on=payout.settled_at.astimezone(UTC).date(),
                        proposal=payable.proposal.key,
                        title=payable.proposal.title,
                        kind=kind,
                        amount=int(amount),
                        currency=payable.currency,
                        payment=payout.key,
                        country=payout.country,
                    ),
                )
        after = page[-1].id


def _day(line: StatementLine) -> date:
    return line.paid_on


async def money_entries(actor: Actor) -> AsyncIterator[dict[str, object]]:
    """What `actor` was owed and paid, and how, as a copy for them has it: of their details what they know them by."""
    identity = await Identity.get_or_none(actor_id=actor.id).select_related("person")
    if identity is None:
        return
    person = identity.person
    payee = await Payee.get_or_none(person_id=person.id)
    if payee is not None:
        yield {
            "way": payee.adapter,
            "details": payee.masked,
            "country": payee.country,
            "terms_version": payee.terms_version,
            "terms_accepted_at": payee.terms_at,
            "held_until": max(filter(None, [payee.held_until, payee.treasurer_until]), default=None),
            "happened": [{"what": each.happening, "at": each.created_at} for each in await events_of(payee)],
        }
    before: int | None = None
    while True:
        found, before = await payables_of(person, before=before)
        for payable in found:
            yield {
                "proposal": payable.proposal.uri,
                "title": payable.proposal.title,
                "amount": payable.amount,
                "currency": payable.currency,
                "kinds": payable.kinds,
                "state": payable.state,
                "owed_since": payable.created_at,
                "payment": payable.payout.key if payable.payout else None,
                "paid_at": payable.payout.settled_at if payable.payout else None,
            }
        if before is None:
            return
