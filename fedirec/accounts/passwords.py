"""Passwords: what they must be, how they are kept, and how one is compared without telling who exists.

Hashing takes a quarter of a second and 64 MiB, so it happens in threads, two at a time. Never inside a transaction.
"""

from __future__ import annotations

from typing import Final
from unicodedata import normalize

from anyio import CapacityLimiter
from anyio.lowlevel import RunVar
from anyio.to_thread import run_sync
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from fedirec.errors import Invalid

MIN_LENGTH: Final = 10
"""Characters."""
MAX_LENGTH: Final = 500
"""Characters."""
AT_ONCE: Final = 2
"""How many passwords are hashed at the same time in this process."""

NOBODY: Final = "$argon2id$v=19$m=65536,t=3,p=4$S5+1pf+j0/AVyX5YjLM96Q$YQGryLgls0BVBIiXK62gj5h7VAwKDo7Wf0XofL8S/Zk"
"""The hash of a password that nobody knows, compared with when there is no account."""

_hasher = PasswordHasher()
_limiter: RunVar[CapacityLimiter] = RunVar("fedirec_password_limiter")


def check_password(password: str, *, name: str = "") -> str:
    """`password`, good enough to protect an account. Raises Invalid with a sentence for whoever typed it."""
    if len(password) < MIN_LENGTH:
        raise Invalid("A password has at least %(n)s characters.", field="password", blanks={"n": MIN_LENGTH})
    if len(password) > MAX_LENGTH:
        raise Invalid("A password has at most %(n)s characters.", field="password", blanks={"n": MAX_LENGTH})
    if len(set(password)) < 4 or (name and password.lower().replace(name, "").strip("0123456789") == ""):
        raise Invalid("That password is too easy to guess. A few words in a row make a good one.", field="password")
    return password


async def hash_password(password: str) -> str:
    """The argon2id hash of `password`, with a fresh salt."""
    return await run_sync(_hasher.hash, _spelled(password), limiter=_two_at_a_time())


async def is_password(password: str, kept: str) -> bool:
    """Whether `kept` is a hash of `password`."""

    def compare() -> bool:
        try:
            return _hasher.verify(kept, _spelled(password))
        except (VerificationError, InvalidHashError):
            return False

    return await run_sync(compare, limiter=_two_at_a_time())


def is_outdated(kept: str) -> bool:
    """Whether `kept` was made with weaker settings than those of today."""
    return _hasher.check_needs_rehash(kept)


def _spelled(password: str) -> bytes:
    """One spelling of what different keyboards send for the same characters (NIST SP 800-63B 5.1.1.2)."""
    return normalize("NFKC", password[:MAX_LENGTH]).encode("utf-8", "surrogatepass")


def _two_at_a_time() -> CapacityLimiter:
    limiter = _limiter.get(None)
    if limiter is None:
        limiter = CapacityLimiter(AT_ONCE)
        _limiter.set(limiter)
    return limiter
