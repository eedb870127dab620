"""Stating what came in for a pool, was spent for it or went back, or that this was wrong: no more than a statement."""

from __future__ import annotations

from typing import Final

from fedirec.accounts.actions.notifications import notify_actors
from fedirec.accounts.actions.persons import person_of
from fedirec.accounts.notices import Notice
from fedirec.accounts.permissions import Permission
from fedirec.accounts.queries import those_who_may
from fedirec.activitypub.digests import digest_multibase
from fedirec.activitypub.models import Actor
from fedirec.activitypub.own import own_actor
from fedirec.clock import now
from fedirec.credits.actions.pools.deeds import begin_with
from fedirec.credits.chain_documents import of_statement
from fedirec.credits.entries import MAX_WORDS, REVERSAL, EntryDraft, EntryKind, EntryState, refuse_entry, refuse_undoing
from fedirec.credits.models import Pool, PoolEntry
from fedirec.credits.pools import POTS, Kind
from fedirec.credits.queries.funds import funds_of
from fedirec.credits.queries.pools import Home
from fedirec.db import transaction
from fedirec.db.holding import hold
from fedirec.errors import Conflict, Invalid, TooMany
from fedirec.ledger.recording import record, salted
from fedirec.media.actions.attaching import attach_media
from fedirec.media.models import Media
from fedirec.remix.powers import Deed
from fedirec.remix.queries.leading import leaders_of_group
from fedirec.translatable import N_
from fedirec.uris import new_key

MAX_WAITING: Final = 100
"""Entries of one pool that wait for a treasurer at once."""
MAX_FILES: Final = 50
"""Pictures of one person for what no treasurer has confirmed: the instance keeps them, beyond what people may have."""


async def state_entry(actor: Actor, pool: Pool, home: Home, draft: EntryDraft, *, file: str = "") -> PoolEntry:
    """`actor` says that money moved; it counts for nothing until a treasurer confirms it, who is somebody else.

    `file` is the key of a picture of theirs that shows it. It belongs to the instance from then on: nobody swaps it,
    and it stays when they leave. Leaders and treasurers are told. Raises Forbidden, Invalid, NotFound for a file that
    is gone, Conflict for a pool that is closed, and TooMany.
    """
    async with transaction():
        await begin_with(pool, home, Deed.STATE_ENTRY, actor)
        if pool.state != "open" and draft.kind is not EntryKind.REFUND:
            raise Conflict(N_("This pool is closed."))
        refuse_entry(draft, kind=Kind(pool.kind), currency=pool.currency, has_file=bool(file), now=now())
        await _refuse_crowd(pool)
        media = await _take_file(actor, file) if file else None
        entry = await PoolEntry.create(
            key=new_key(),
            pool=pool,
            kind=draft.kind.value,
            amount=draft.amount,
            words=draft.words.strip(),
            happened_on=draft.happened_on,
            evidence=draft.evidence.strip(),
            evidence_file=media,
            evidence_digest=media.digest if media else digest_multibase(_plain(draft.evidence)),
            original_amount=draft.original_amount,
            original_currency=draft.original_currency,
            rate=draft.rate.strip(),
            stated_by=actor,
        )
        await _tell(entry, pool, home)
    return entry


async def state_reversal(actor: Actor, wrong: PoolEntry, pool: Pool, home: Home, *, reason: str) -> PoolEntry:
    """`actor` says that `wrong`, which was confirmed, is not so; it stays until a treasurer confirms that, who is
    somebody else, and both stand on the page of the pool from then on.

    Raises Forbidden, Invalid beside the reason, TooMany, and Conflict for what is not confirmed, was undone or is to be
    undone already, and for what is shared by now: that can be stated as what went back.
    """
    if not reason.strip() or len(reason) > MAX_WORDS:
        raise Invalid(N_("Please say in a sentence what it was."), field="reason")
    async with transaction():
        await begin_with(pool, home, Deed.STATE_ENTRY, actor)
        await hold(wrong)
        if wrong.state != EntryState.CONFIRMED or wrong.reverses_id is not None:
            raise Conflict(N_("Only what was confirmed can be undone, and only once."))
        if await PoolEntry.exists(reverses_id=wrong.id, state=EntryState.STATED.value):
            raise Conflict(N_("Somebody has said so already. It waits for a treasurer."))
        await refuse_shared(wrong, pool)
        await _refuse_crowd(pool)
        entry = await PoolEntry.create(
            key=new_key(),
            pool=pool,
            kind=REVERSAL,
            reverses=wrong,
            amount=wrong.amount,
            words=reason.strip(),
            happened_on=now().date(),
            evidence=wrong.key,
            stated_by=actor,
        )
        await _tell(entry, pool, home, undoes=wrong)
    return entry


async def refuse_shared(wrong: PoolEntry, pool: Pool) -> None:
    """What `wrong` brought into `pool` is there yet, and is nobody's. Raises Conflict."""
    funds = await funds_of(pool)
    there = funds.state.in_pool - funds.held if Kind(pool.kind) in POTS else funds.state.open_income
    refuse_undoing(EntryKind(wrong.kind), wrong.amount, there=there)


def told_of(entry: PoolEntry, pool: Pool) -> dict[str, str | int]:
    """What `entry` says, as the chain and the journal keep it: nothing in it that somebody wrote in words."""
    said: dict[str, str | int] = {
        "kind": entry.kind,
        "amount": entry.amount,
        "currency": pool.currency,
        "happenedOn": entry.happened_on.isoformat(),
        "evidence": entry.evidence_digest,
    }
    if entry.original_amount is not None:
        said |= {"originalAmount": entry.original_amount, "originalCurrency": entry.original_currency}
        said["rate"] = entry.rate
    return said


async def _refuse_crowd(pool: Pool) -> None:
    if await PoolEntry.filter(pool_id=pool.id, state=EntryState.STATED.value).count() >= MAX_WAITING:
        raise TooMany(N_("So much waits already that nobody sees through it. Please wait for a treasurer."))


async def _tell(entry: PoolEntry, pool: Pool, home: Home, *, undoes: PoolEntry | None = None) -> None:
    """Leaders and treasurers know of what was stated, and so does the chain."""
    told = [*await leaders_of_group(home.group), *(each.actor for each in await those_who_may(Permission.PAY))]
    about, page = f"{home.group.uri}#{entry.key}", f"/pools/{pool.key}"
    await notify_actors(told, Notice.MONEY_STATED, entry.stated_by, about, page, {"title": pool.title})
    document = {
        "pool": pool.key,
        "by": (await person_of(entry.stated_by)).id,
        **told_of(entry, pool),
        **of_statement(entry),
    }
    if undoes is not None:
        document["reverses"] = undoes.key
    await record("entry_stated", entry.key, salted(document))


def _plain(evidence: str) -> bytes:
    """What makes two addresses or numbers the same evidence."""
    return " ".join(evidence.split()).casefold().encode()


async def _take_file(actor: Actor, key: str) -> Media:
    """The picture of `actor` with that `key`, which is the instance's from now on."""
    shown = PoolEntry.filter(stated_by_id=actor.id, evidence_file_id__not_isnull=True)
    if await shown.exclude(state=EntryState.CONFIRMED.value).count() >= MAX_FILES:
        raise TooMany(N_("So much waits already that nobody sees through it. Please wait for a treasurer."))
    (media,) = await attach_media(actor, keys=[key])
    media.owner = await own_actor()
    await media.save(update_fields=["owner_id"])
    return media
