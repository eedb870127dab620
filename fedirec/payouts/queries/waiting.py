"""What people are owed that is not on its way yet, and what stands in the way of each."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fedirec.accounts.models import Person
from fedirec.clock import now
from fedirec.credits.models import MoneySettings
from fedirec.credits.queries.settings import money_settings
from fedirec.db.rows import fetch_tuples, rows_in
from fedirec.db.tables import moment_of
from fedirec.payouts.adapters.protocol import Adapter, FileAdapter
from fedirec.payouts.keys import Vault
from fedirec.payouts.lacks import Lack, Readiness, lacks, threshold_in
from fedirec.payouts.queries.payees import PayeeStatus, statuses_of
from fedirec.payouts.queries.ways import Ways

PAGE: Final = 50
_ROOT: Final = "COALESCE(p.joined_id, p.id)"
_CARRIED: Final = "payable x JOIN person p ON p.id = x.person_id WHERE x.state = 'owed' AND x.payout_id IS NULL"
_HAVE_SAID: Final = f"AND EXISTS (SELECT 1 FROM payee y WHERE y.person_id = {_ROOT} AND y.adapter <> '')"  # noqa: S608


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What one person is owed in one currency, of which nothing is on its way."""

    person: Person
    currency: str
    amount: int
    since: datetime
    """When the oldest of it came to be owed."""
    way: str
    """In which they want to be paid; empty where they have not said."""
    lacks: tuple[Lack, ...]


async def waiting_people(
    ways: Ways, vault: Vault, *, after: int = 0, limit: int = PAGE, has_said: bool = False
) -> tuple[list[Waiting], int | None]:
    """Who is owed something that is carried, by person; and after whom the next page begins.

    Only those who ever said how they are paid, where `has_said` is.
    """
    said = _HAVE_SAID if has_said else ""
    found_roots = await fetch_tuples(
        f"SELECT DISTINCT {_ROOT} FROM {_CARRIED} {said} AND {_ROOT} > ? ORDER BY 1 LIMIT ?",  # noqa: S608
        after,
        limit + 1,
    )
    roots = [int(row[0]) for row in found_roots]
    end = roots[limit - 1] if len(roots) > limit else None
    roots = roots[:limit]
    if not roots:
        return [], None
    rows = await fetch_tuples(
        f"SELECT {_ROOT}, x.currency, sum(x.amount), min(x.created_at) FROM {_CARRIED} {said} "  # noqa: S608
        f"AND {_ROOT} BETWEEN ? AND ? GROUP BY {_ROOT}, x.currency ORDER BY 1, 2",
        roots[0],
        roots[-1],
    )
    people = {person.id: person for person in await rows_in(Person, roots)}
    settings, offered = await money_settings(), await ways.offered()
    statuses = await statuses_of(roots, vault)
    found = []
    for root, currency, amount, since in rows:
        status = statuses.get(root)
        found.append(
            Waiting(
                person=people[root],
                currency=currency,
                amount=int(amount),
                since=moment_of(since) or now(),
                way=status.payee.adapter if status else "",
                lacks=lacks_of(status, offered, settings, currency=currency, amount=int(amount)),
            )
        )
    return found, end


def lacks_of(
    status: PayeeStatus | None,
    offered: Mapping[str, Adapter],
    settings: MoneySettings,
    *,
    currency: str,
    amount: int,
    is_again: bool = False,
) -> tuple[Lack, ...]:
    """Why somebody who stands like that is not paid `amount` now; nothing when they are."""
    threshold = threshold_in(currency, settings.threshold, of=settings.currency)
    return lacks(
        readiness_of(status, offered, currency, amount), amount, threshold=threshold, at=now(), is_again=is_again
    )


def readiness_of(status: PayeeStatus | None, offered: Mapping[str, Adapter], currency: str, amount: int) -> Readiness:
    """What is known of somebody, and of the way in which they want to be paid."""
    if status is None:
        return Readiness()
    way = offered.get(status.payee.adapter)
    return Readiness(
        has_details=status.has_details and bool(status.payee.adapter),
        is_confirmed=status.is_confirmed,
        has_accepted=status.has_accepted,
        needs_form=status.needs_form,
        held_until=status.held_until,
        is_offered=way is not None,
        limits=way.find_limits(currency) if way is not None else None,
        fee=way.expected_fee(amount, currency) if way is not None else 0,
        can_be_written=fault_of(status, way) is None,
    )


def fault_of(status: PayeeStatus, way: Adapter | None) -> str | None:
    """Why somebody cannot stand in the file of `way`, in a sentence; None where they can, or it writes none."""
    if status.details is None or not isinstance(way, FileAdapter):
        return None
    return way.find_fault(status.details)


async def statuses_by_row(person_ids: Collection[int], vault: Vault) -> dict[int, PayeeStatus]:
    """How people stand who are to be paid, by the row under which they are owed: they may have joined another since."""
    rows = await rows_in(Person, sorted(set(person_ids)))
    root_of = {row.id: row.joined_id or row.id for row in rows}
    statuses = await statuses_of(set(root_of.values()), vault)
    return {row: statuses[root] for row, root in root_of.items() if root in statuses}
