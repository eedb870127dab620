"""The names of payments, tries and batches.

A batch has a new one each time (`uuid7`). What is paid has the one that follows from what it pays (`uuid8`): a payment
from the parts of proposals that it pays, a try from its payment and its number. So whoever brings back an old backup,
which knows nothing of payments that were made since, and makes them again out of the same parts, makes them under the
same names. PayPal refuses those for 30 days and says what became of the first; a transfer of Stripe is found by its
name at any time, and is looked for before it is sent where a backup was ever brought back; a bank sees the same
EndToEndId.

It is no proof for everything: parts that are put together otherwise (another threshold), proposals that were made anew,
another way of paying, and whoever forgets names (a bank, PayPal after 30 days) lead to names that nobody has seen. So a
backup that comes back stops everything that pays besides (`models.PayoutStop`), until a person has compared.
"""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import Any
from uuid import UUID

from fedirec.clock import now
from fedirec.ledger.chain import canonical


def uuid7() -> UUID:
    """A new one: 48 bits of milliseconds, 74 of chance. https://www.rfc-editor.org/rfc/rfc9562#section-5.7"""
    milliseconds = int(now().timestamp() * 1000) & (1 << 48) - 1
    chance = secrets.randbits(74)
    return UUID(int=milliseconds << 80 | 0x7 << 76 | chance >> 62 << 64 | 0b10 << 62 | chance & (1 << 62) - 1)


def uuid8(*said: Any) -> UUID:
    """The one that follows from `said`, of what JSON knows: 122 bits of its SHA-256.

    https://www.rfc-editor.org/rfc/rfc9562#section-5.8
    """
    digest = int.from_bytes(sha256(canonical({"said": list(said)}).encode()).digest()[:16], "big")
    return UUID(int=digest & ~(0xF << 76) & ~(0b11 << 62) | 0x8 << 76 | 0b10 << 62)
