"""Who can be paid, and what stands in the way.

What holds is worked out from what happened to somebody's accounts, not from whether a chore has written it down: there
is no moment at which an account that has just moved is paid.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, Final

from tortoise.expressions import Q

from fedirec.accounts.models import Person
from fedirec.clock import now
from fedirec.credits.models import MoneySettings
from fedirec.credits.queries.settings import days_for, money_settings
from fedirec.db import fetch_rows
from fedirec.db.rows import fetch_tuples
from fedirec.db.tables import json_of, moment_of, table_of
from fedirec.errors import Misconfigured, NotFound
from fedirec.ledger.chain import digest_of
from fedirec.payouts.holds import Change, Held, HoldCause, held_by
from fedirec.payouts.keys import Vault, label_of_payee
from fedirec.payouts.models import Payee, PayeeEvent
from fedirec.payouts.terms import TERMS

PAGE: Final = 30
MAX_EVENTS: Final = 50
_CHANGES: Final = """
    SELECT i.person_id, a.moved_at, NULL AS seen_at, 0 AS is_claimed
      FROM {persons} w JOIN identity i ON i.person_id = w.id JOIN actor a ON a.id = i.actor_id
     WHERE a.moved_at IS NOT NULL
     UNION ALL
    SELECT i.person_id, NULL AS moved_at, max(k.seen_at) AS seen_at, 0 AS is_claimed
      FROM {persons} w JOIN identity i ON i.person_id = w.id JOIN actor a ON a.id = i.actor_id
      JOIN actor_key k ON k.actor_id = a.id
     WHERE NOT a.is_local
       AND EXISTS (SELECT 1 FROM actor_key o WHERE o.actor_id = k.actor_id AND o.kind = k.kind AND o.id < k.id)
     GROUP BY i.person_id
     UNION ALL
    SELECT w.id, NULL, NULL, 1 FROM {persons} w JOIN identity_code c ON c.person_id = w.id
     WHERE c.state IN ('used', 'denied')
     UNION ALL
    SELECT w.id, NULL, NULL, 1 FROM {persons} w JOIN identity i ON i.person_id = w.id
      JOIN identity_code c ON c.used_by_id = i.actor_id WHERE c.state = 'denied'
"""
_OWN: Final = """
    SELECT 1 FROM payee WHERE person_id = ? AND details IS NOT NULL
     UNION ALL SELECT 1 FROM identity_code WHERE person_id = ?
     UNION ALL SELECT 1 FROM production_credit WHERE person_id = ?
     UNION ALL SELECT 1 FROM share WHERE person_id = ?
     UNION ALL SELECT 1 FROM payable WHERE person_id = ?
     UNION ALL SELECT 1 FROM person WHERE joined_id = ?
     LIMIT 1
"""
# A key of a kind that they had none of before is how servers learn to sign in a new way, and changes nobody.


@dataclass(frozen=True, slots=True, kw_only=True)
class PayeeStatus:
    """How somebody stands who is to be paid."""

    payee: Payee
    details: Mapping[str, str] | None = field(repr=False)
    """How they are paid; None where there is nothing that can be opened."""
    has_accepted: bool
    """The terms of being paid, as they are now."""
    needs_form: bool
    """Whether a form about taxes is missing."""
    held: Held
    """After what happened to them; a treasurer may hold it back besides."""

    is_claimed: bool = False
    """Whether somebody else says that they are them, and nobody has decided it: until then nothing is paid."""

    @property
    def has_details(self) -> bool:
        return self.details is not None

    @property
    def held_until(self) -> datetime | None:
        """While it is in the future, nothing is paid."""
        return max(filter(None, [self.held.until, self.payee.treasurer_until]), default=None)

    @property
    def held_for(self) -> HoldCause | None:
        """Why nothing is paid until then."""
        return self.held.cause if self.held_until == self.held.until else HoldCause.TREASURER

    @property
    def is_confirmed(self) -> bool:
        return self.held.is_confirmed


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """What is sealed for a payee."""

    details: dict[str, str]
    contacts: tuple[str, ...] = ()
    """Mail addresses that were theirs when they said how they are paid: who takes over the account keeps them."""
    person: int | None = None
    """Whose it is, by row: who writes into the database makes nobody be paid to the account of another one."""

    def write(self) -> bytes:
        said = {"details": self.details, "contacts": list(self.contacts), "person": self.person}
        return json.dumps(said, ensure_ascii=False).encode()


async def has_own(person_id: int) -> bool:
    """Whether somebody has anything of their own: credits, a share, money, or a word about how they are paid."""
    rows = await fetch_tuples(_OWN, *[person_id] * _OWN.count("?"))
    return bool(rows)


async def find_payee(person: Person) -> Payee | None:
    """How `person` is paid, if they ever said anything about it."""
    return await Payee.get_or_none(person_id=person.id)


async def get_payee(key: str) -> Payee:
    """The payee with that key, with their person. Raises NotFound."""
    payee = await Payee.get_or_none(key=key).select_related("person")
    if payee is None:
        raise NotFound
    return payee


def unsealed(payee: Payee, vault: Vault) -> Sealed | None:
    """What is sealed for `payee`; None where there is nothing, or the key is missing, spoilt or another one than it was
    sealed with, or it is somebody else's.
    """
    if payee.details is None:
        return None
    try:
        if not vault.opens(bytes(payee.details)):
            return None
        said: dict[str, Any] = json.loads(vault.unseal(bytes(payee.details), label=label_of_payee(payee.key)))
    except Misconfigured:
        return None
    known = Sealed(details=said["details"], contacts=tuple(said["contacts"]), person=said.get("person"))
    return known if known.person in (None, payee.person_id) else None


def contacts_of(payee: Payee, vault: Vault) -> Sequence[str]:
    """The mail addresses that were theirs when they said how they are paid, and the one that they are paid by."""
    known = unsealed(payee, vault)
    if known is None:
        return ()
    return [*known.contacts, *([known.details["email"]] if "email" in known.details else [])]


async def statuses_of(person_ids: Collection[int], vault: Vault) -> dict[int, PayeeStatus]:
    """How each of these people stands who ever said how they are paid, by row of the person: three queries."""
    wanted = sorted(set(person_ids))
    payees = await Payee.filter(person_id__in=wanted).select_related("person") if wanted else []
    return await _statuses(payees, vault, await money_settings())


async def status_of(payee: Payee, vault: Vault) -> PayeeStatus:
    """How `payee` stands."""
    return (await _statuses([payee], vault, await money_settings()))[payee.person_id]


async def changes_of(person_ids: Iterable[int]) -> dict[int, list[Change]]:
    """When accounts of these people moved, when those elsewhere had another key, and now where it is not decided who
    they are: one query.
    """
    persons = table_of(id="integer")
    asked = json_of({"id": each} for each in person_ids)
    found = defaultdict[int, list[Change]](list)
    for row in await fetch_rows(_CHANGES.format(persons=persons), *[asked] * _CHANGES.count("{persons}")):
        if row["is_claimed"]:
            found[row["person_id"]].append(Change(cause=HoldCause.CODE, at=now()))
        for column, cause in (("moved_at", HoldCause.MOVE), ("seen_at", HoldCause.KEY)):
            if (moment := moment_of(row[column])) is not None:
                found[row["person_id"]].append(Change(cause=cause, at=moment))
    return found


def terms_of(settings: MoneySettings) -> str:
    """What somebody accepts who is paid: the instance's own words, or those that come with fedirec."""
    return settings.terms.strip() or TERMS


def digest_of_terms(settings: MoneySettings) -> str:
    """Of their words, so that what was accepted is what stands there."""
    return f"sha256:{digest_of(terms_of(settings))}"


def wants_form(payee: Payee, settings: MoneySettings) -> bool:
    """Whether a form about taxes has to be in before `payee` is paid, and is not."""
    is_asked = payee.needs_form or payee.country in (settings.form_countries or ())
    return is_asked and payee.form_at is None


async def events_of(payee: Payee) -> list[PayeeEvent]:
    """The newest things that happened to how somebody is paid, newest first."""
    return await PayeeEvent.filter(payee_id=payee.id).order_by("-id").limit(MAX_EVENTS).select_related("actor")


async def payees_by_age(*, which: str, before: int | None, limit: int = PAGE) -> tuple[list[Payee], int | None]:
    """Payees, newest first, of which kind: all, held or form; and where the next page begins."""
    rows = Payee.all().order_by("-id").limit(limit + 1).select_related("person")
    if before is not None:
        rows = rows.filter(id__lt=before)
    if which == "held":
        rows = rows.filter(Q(held_until__gt=now()) | Q(treasurer_until__gt=now()))
    elif which == "form":
        countries = list((await money_settings()).form_countries or ())
        rows = rows.filter(Q(needs_form=True) | Q(country__in=countries), form_at=None)
    found = await rows
    return found[:limit], found[limit - 1].id if len(found) > limit else None


async def _statuses(payees: Collection[Payee], vault: Vault, settings: MoneySettings) -> dict[int, PayeeStatus]:
    changes = await changes_of([payee.person_id for payee in payees]) if payees else {}
    terms = settings.terms_version, digest_of_terms(settings)
    return {
        payee.person_id: PayeeStatus(
            payee=payee,
            details=said.details if (said := unsealed(payee, vault)) is not None else None,
            has_accepted=(payee.terms_version, payee.terms_digest) == terms,
            needs_form=wants_form(payee, settings),
            is_claimed=any(each.cause is HoldCause.CODE for each in changes.get(payee.person_id, [])),
            held=held_by(
                changes.get(payee.person_id, []),
                since=payee.created_at,
                confirmed_at=payee.confirmed_at,
                held_until=payee.held_until,
                held_for=payee.held_for,
                lasts=partial(days_for, settings, "hold_days"),
            ),
        )
        for payee in payees
    }
