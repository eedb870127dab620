"""Secrets that we make, give away once, and keep only the digest of."""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import Final

_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_MISREAD: Final = str.maketrans("oil", "011", " -\t\r\n")
TOKEN_PREFIX: Final = "fedirec_"  # noqa: S105  (how a bearer token starts, so that scanners of leaked text know it)


def new_secret() -> str:
    """256 random bits, safe in addresses and cookies."""
    return secrets.token_urlsafe(32)


def new_token() -> str:
    """A bearer token of 256 random bits."""
    return TOKEN_PREFIX + new_secret()


def new_recovery_code() -> str:
    """80 random bits in four groups of letters and digits that cannot be mistaken for each other."""
    word = "".join(secrets.choice(_ALPHABET) for _ in range(16))
    return "-".join(word[start : start + 4] for start in range(0, 16, 4))


def digest_of(secret: str) -> str:
    """What is kept of `secret`: it is as good as random, so one round of SHA-256 is enough."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def digest_of_code(account_id: int, code: str) -> str:
    """What is kept of a recovery code of an account, however it is typed."""
    return digest_of(f"{account_id}:{code.lower().translate(_MISREAD)}")


def digest_of_identity_code(code: str) -> str:
    """What is kept of a code that says who somebody is, however it is typed: it alone leads to the person."""
    return digest_of(f"identity:{code.lower().translate(_MISREAD)}")
