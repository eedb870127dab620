"""Writing entries into the journal, and reading them back."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from fedirec.clock import now
from fedirec.db import add_object, execute_many, within_transaction
from fedirec.db.rows import fetch_tuples
from fedirec.errors import Conflict, Invalid, NotFound
from fedirec.ledger.balances import balances_of
from fedirec.ledger.chain import ENTRY, canonical, digest_of, entry_text, spell
from fedirec.ledger.journal import OWED, Entry, Line, changes, kind_of, reverse, rounding
from fedirec.ledger.models import JournalEntry
from fedirec.ledger.recording import SALT, add_link, hold_chain, salted


async def post(entry: Entry, *, at: datetime | None = None) -> JournalEntry:
    """The journal has `entry`, counted for the moment `at` (now without one), and the chain a link that covers it.

    Part of the caller's transaction, in which nobody else posts or records until it ends: hold whatever else is needed
    before. Posting the same again changes nothing and gives the first. Raises Conflict for something else under the
    same reference, and where more would be taken out of a pool, of what somebody is owed or of what is in flight than
    there is; Invalid for a reversal that is none; NotFound for one of what was never posted.
    """
    moment = now() if at is None else at
    if moment.tzinfo is None:
        raise Invalid("a moment without its time zone could be any of two days", field="at")
    async with within_transaction():
        await hold_chain()
        row = await JournalEntry.filter(reference=entry.reference).first()
        if row is not None:
            if await read_entry(row) != entry:
                raise Conflict("something else was booked under this reference")
            return row
        reverses_id = await _id_of_reversed(entry)
        await _refuse_too_much(entry)
        return await _write(entry, moment.astimezone(UTC), reverses_id)


async def find_entry(reference: str) -> Entry | None:
    """The entry that was posted under `reference`."""
    row = await JournalEntry.filter(reference=reference).first()
    return await read_entry(row) if row else None


async def read_entry(row: JournalEntry) -> Entry:
    """The entry that stands in a row."""
    lines = await fetch_tuples(
        "SELECT account, amount, currency FROM posting WHERE entry_id = ? ORDER BY position", row.id
    )
    reversed_row = await JournalEntry.filter(id=row.reverses_id).first() if row.reverses_id else None
    return Entry(
        row.kind,
        lines=tuple(Line(*line) for line in lines),
        reference=row.reference,
        description=row.description,
        details={name: value for name, value in json.loads(row.details).items() if name != SALT},
        reverses=reversed_row.reference if reversed_row else None,
    )


async def _id_of_reversed(entry: Entry) -> int | None:
    if entry.reverses is None:
        return None
    row = await JournalEntry.filter(reference=entry.reverses).first()
    if row is None:
        raise NotFound("what was never booked cannot be reversed")
    if reverse(await read_entry(row), entry.description).lines != entry.lines:
        raise Invalid("a reversal has the lines of what it reverses, with their signs turned")
    return int(row.id)


async def _refuse_too_much(entry: Entry) -> None:
    """Raise Conflict where an account in which the instance owes something would be in debit afterwards."""
    changed = {
        place: amount
        for place, amount in changes(entry).items()
        if (amount > 0 and kind_of(place[0]) in OWED) or place[0] == rounding()
    }
    for place, balance in (await balances_of(changed)).items():
        if place[0] == rounding():
            raise Conflict("nothing is left over from rounding, ever")
        if balance + changed[place] > 0:
            raise Conflict("there is not as much as that in %(account)s", blanks={"account": place[0]})


async def _write(entry: Entry, moment: datetime, reverses_id: int | None) -> JournalEntry:
    details = canonical(salted(entry.details))
    row = await add_object(
        JournalEntry,
        kind=entry.kind,
        reference=entry.reference,
        description=entry.description,
        details=details,
        reverses_id=reverses_id,
        posted_at=moment,
    )
    lines = [(line.account, line.amount, line.currency) for line in entry.lines]
    await execute_many(
        "INSERT INTO posting (entry_id, position, account, amount, currency) VALUES (?, ?, ?, ?, ?)",
        [(row.id, position, *line) for position, line in enumerate(lines)],
    )
    text = entry_text(entry.kind, entry.reference, entry.description, details, spell(moment), lines)
    await add_link(ENTRY, entry.reference, digest_of(text), entry_id=row.id)
    return row
