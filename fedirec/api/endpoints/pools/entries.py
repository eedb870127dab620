"""What comes into a pool and goes out: stated, confirmed, refused, undone."""

from __future__ import annotations

from datetime import date
from typing import Final

from fedirec.accounts.permissions import Permission
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.endpoints.alike import listed
from fedirec.api.endpoints.pools.finding import named, named_entry
from fedirec.api.paging import piece_of, read_row, size_of
from fedirec.api.shapes.pools import Closing, Entries, Entry, EntrySent, Undoing, show_entries
from fedirec.credits.actions.pools import confirm_entry, reject_entry, state_entry, state_reversal
from fedirec.credits.entries import EntryDraft, EntryKind
from fedirec.credits.models import Pool as PoolRow
from fedirec.credits.queries.pools import entries_of, get_entry, reversals_of, sees_sums, shown_before
from fedirec.errors import Forbidden, Invalid


async def list_entries(call: Call) -> Entries:
    pool, _home = await named(call)
    if not await sees_sums(pool.group, call.looker):
        raise Forbidden("This instance shows amounts only to whoever gets them.")
    rows = await entries_of(pool, after=read_row(call), limit=size_of(call) + 1)
    entries = show_entries(call, rows, await shown_before(rows), await reversals_of(rows))
    shown = dict(zip((row.id for row in rows), entries, strict=True))
    return piece_of(call, Entries, rows, show=lambda row: shown[row.id], place=lambda row: row.id)


async def state(call: Call) -> Entry:
    (pool, home), wanted = await named(call), call.sent(EntrySent)
    try:
        happened_on = date.fromisoformat(wanted.happened_on)
    except ValueError as error:
        raise Invalid("Please give a day, like 2026-12-04.", field="happened_on") from error
    draft = EntryDraft(
        kind=EntryKind(wanted.kind),
        amount=wanted.amount,
        currency=wanted.currency,
        words=wanted.words,
        happened_on=happened_on,
        evidence=wanted.evidence,
        original_amount=wanted.original_amount,
        original_currency=wanted.original_currency,
        rate=wanted.rate,
    )
    entry = await state_entry(call.actor, pool, home, draft, file=wanted.file or "")
    return await _shown_entry(call, pool, entry.key)


async def confirm(call: Call) -> Entry:
    pool, home, entry = await named_entry(call)
    await confirm_entry(call.actor, entry, pool, home)
    return await _shown_entry(call, pool, entry.key)


async def refuse(call: Call) -> Entry:
    pool, home, entry = await named_entry(call)
    await reject_entry(call.actor, entry, pool, home, reason=call.sent(Closing).reason)
    return await _shown_entry(call, pool, entry.key)


async def undo(call: Call) -> Entry:
    pool, home, entry = await named_entry(call)
    reversal = await state_reversal(call.actor, entry, pool, home, reason=call.sent(Undoing).reason)
    return await _shown_entry(call, pool, reversal.key)


async def _shown_entry(call: Call, pool: PoolRow, key: str) -> Entry:
    entry = await get_entry(pool, key)
    (shown,) = show_entries(call, [entry], await shown_before([entry]), await reversals_of([entry]))
    return shown


ENDPOINTS: Final = (
    listed(
        "list_pool_entries",
        "/pools/{key}/entries",
        "What came in for a pool and went out, the newest first, with what waits and what was refused.",
        list_entries,
        answer=Entries,
        is_open=True,
    ),
    Endpoint(
        name="state_entry",
        method="POST",
        path="/pools/{key}/entries",
        permission=Permission.TAKE_PART,
        says="You say that money moved. It counts when a treasurer confirms it who is somebody else.",
        run=state,
        body=EntrySent,
        answer=Entry,
        status=201,
        pages=("/pools/{key}/entries",),
    ),
    Endpoint(
        name="confirm_entry",
        method="POST",
        path="/pools/{key}/entries/{entry}/confirm",
        permission=Permission.PAY,
        says="What was stated stands in the books, for good.",
        run=confirm,
        answer=Entry,
        pages=("/pools/{key}/entries/{entry}",),
    ),
    Endpoint(
        name="refuse_entry",
        method="POST",
        path="/pools/{key}/entries/{entry}/refuse",
        permission=Permission.PAY,
        says="What was stated does not count, and everybody can read why.",
        run=refuse,
        body=Closing,
        answer=Entry,
        pages=("/pools/{key}/entries/{entry}",),
    ),
    Endpoint(
        name="undo_entry",
        method="POST",
        path="/pools/{key}/entries/{entry}/undo",
        permission=Permission.TAKE_PART,
        says="You say that what was confirmed is wrong. It is undone once another person, a treasurer, confirms it.",
        run=undo,
        body=Undoing,
        answer=Entry,
        status=201,
        pages=("/pools/{key}/entries/{entry}",),
    ),
)
