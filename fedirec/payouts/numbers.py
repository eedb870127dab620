"""The names of payments and tries: UUIDs of version 7, which sort by the time at which they were made."""

from __future__ import annotations

import secrets
from uuid import UUID

from fedirec.clock import now


def uuid7() -> UUID:
    """A new one: 48 bits of milliseconds, 74 of chance. https://www.rfc-editor.org/rfc/rfc9562#section-5.7"""
    milliseconds = int(now().timestamp() * 1000) & (1 << 48) - 1
    chance = secrets.randbits(74)
    return UUID(int=milliseconds << 80 | 0x7 << 76 | chance >> 62 << 64 | 0b10 << 62 | chance & (1 << 62) - 1)
