"""Telling people what becomes of their money. Of what decides where it goes they hear by `payees/warning.py`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from fedirec.accounts.actions.persons import roots_of
from fedirec.accounts.notices import Notice
from fedirec.activitypub.own import own_actor
from fedirec.credits.queries.standing import actors_of_people
from fedirec.payouts.addresses import MONEY
from fedirec.remix.actions.private_notes import tell_people
from fedirec.uris import origin_of


async def money_page() -> str:
    """The address of the page about one's own money."""
    return f"{origin_of((await own_actor()).uri)}{MONEY}"


async def tell_payees(
    rows: Collection[int], kind: Notice, subject: str, *, details: Mapping[str, Any] | None = None
) -> None:
    """Whoever is owed under `rows` hears `kind` of `subject`, and is led to their money; part of the caller's
    transaction.
    """
    people = await actors_of_people(set((await roots_of(rows)).values()))
    await tell_people(await own_actor(), people, kind, None, subject, await money_page(), details or {})
