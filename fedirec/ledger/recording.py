"""Adding to the audit chain. One transaction at a time does that, so the chain has no fork and no gap."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any, Final

from fedirec.clock import now
from fedirec.db import add_object, execute, on_postgres, within_transaction
from fedirec.db.rows import fetch_tuples
from fedirec.errors import Invalid, TooLarge
from fedirec.ledger.chain import ENTRY, START, canonical, digest_of, link_digest, spell
from fedirec.ledger.models import ChainLink

MAX_DOCUMENT: Final = 1_000_000
"""Characters of what a link tells, as JSON."""
SALT: Final = "salt"
"""Its name in a document."""
_LOCK: Final = 6_402_371_118_224_930_107
"""The advisory lock of whoever adds to the chain on PostgreSQL; any number that nobody else uses."""


async def record(kind: str, subject: str, document: Mapping[str, Any]) -> ChainLink:
    """The chain has a link that tells `document` about `subject`; part of the caller's transaction.

    Until that ends nobody else adds to the chain: hold whatever else is needed before, and do this last. Only work is
    queued even later (`lanes.gathering`), by everybody, or two could wait for each other. The document names nobody who
    may want to be forgotten, or else is emptied then. Raises Invalid for what cannot be recorded, and TooLarge.
    """
    if kind == ENTRY:
        raise Invalid("entries are posted, not recorded")
    text = canonical(document)
    if len(text) > MAX_DOCUMENT:
        raise TooLarge("that is more than one link of the audit log can tell")
    async with within_transaction():
        await hold_chain()
        return await add_link(kind, subject, digest_of(text), document=text)


def salted(document: Mapping[str, Any]) -> dict[str, Any]:
    """`document` with a number that nobody can guess: everybody has its digest, and could else try each amount."""
    return {**document, SALT: secrets.token_hex(16)}


async def head() -> tuple[int, str]:
    """The number and the digest of the last link; 0 and zeros when there is none."""
    found = await fetch_tuples("SELECT number, digest FROM chain_link ORDER BY number DESC LIMIT 1")
    return (int(found[0][0]), str(found[0][1])) if found else (0, START)


async def hold_chain() -> None:
    """Nobody else adds to the chain until the caller's transaction ends; on SQLite nobody else writes anyway."""
    if on_postgres():
        await execute("SELECT pg_advisory_xact_lock(?)", _LOCK)


async def add_link(
    kind: str, subject: str, document_digest: str, *, document: str = "", entry_id: int | None = None
) -> ChainLink:
    """The chain has one more link, for whoever holds it."""
    number, previous = await head()
    moment = now()
    number += 1
    return await add_object(
        ChainLink,
        number=number,
        kind=kind,
        subject=subject,
        document=document,
        document_digest=document_digest,
        entry_id=entry_id,
        recorded_at=moment,
        previous=previous,
        digest=link_digest(number, kind, subject, document_digest, spell(moment), previous),
    )
