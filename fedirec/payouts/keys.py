"""The key for what only payees and the treasurer read, in a file of its own that plain backups leave out.

Whoever has the database, or a backup with the master key in it, has no account number of anybody. Whoever loses this
file asks people again how they are paid: nothing else depends on it.
"""

from __future__ import annotations

import hmac
import json
import os
import secrets
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from fedirec.activitypub.keyring import write_privately
from fedirec.errors import Misconfigured

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
KEY_ID_BYTES: Final = 8
"""By which it is seen, without opening it, whether something was sealed with the key that is there."""


class Vault:
    """Seals what payees say with the key in `file`, which is made, readable by its owner only, on first use."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._key: _Key | None = None

    def seal(self, secret: bytes, *, label: str) -> bytes:
        """`secret`, encrypted so that it opens under the same `label` only (AES-256-GCM).

        Reads, or makes, the file at the first call: outside of transactions. Raises Misconfigured for a file that
        cannot be written or is no key.
        """
        key, nonce = self._make(), secrets.token_bytes(NONCE_BYTES)
        return key.id + nonce + key.cipher.encrypt(nonce, secret, label.encode())

    def unseal(self, sealed: bytes, *, label: str) -> bytes:
        """What was sealed under `label`. Raises Misconfigured when the key is missing or another one, or the label."""
        key = self._find()
        nonce, text = sealed[KEY_ID_BYTES : KEY_ID_BYTES + NONCE_BYTES], sealed[KEY_ID_BYTES + NONCE_BYTES :]
        try:
            if key is not None and self.opens(sealed):
                return key.cipher.decrypt(nonce, text, label.encode())
        except InvalidTag:
            pass
        raise Misconfigured(f"{self.file} is not there, or is not the key with which this was sealed")

    def opens(self, sealed: bytes | None) -> bool:
        """Whether there is something, and it was sealed with the key that is there."""
        key = self._find() if sealed else None
        return key is not None and hmac.compare_digest(bytes(sealed or b"")[:KEY_ID_BYTES], key.id)

    def mark(self) -> bytes:
        """How everything begins that opens with the key that is there; empty where there is none that can be read."""
        try:
            key = self._find()
        except Misconfigured:
            return b""
        return key.id if key is not None else b""

    def fingerprint(self, adapter: str, details: Mapping[str, str]) -> str:
        """64 hexadecimal digits: the same for the same details, and nobody without the key can try which they are."""
        said = json.dumps([adapter, dict(details)], sort_keys=True, ensure_ascii=False).encode()
        return hmac.new(self._make().marking, said, sha256).hexdigest()

    def _find(self) -> _Key | None:
        if self._key is None and self.file.exists():
            self._key = _read(self.file)
        return self._key

    def _make(self) -> _Key:
        if self._find() is None:
            write_privately(self.file, secrets.token_hex(KEY_BYTES))
        key = self._find()
        assert key is not None
        return key


class _Key:
    """A key, and what follows from it for each purpose."""

    def __init__(self, secret: bytes) -> None:
        self.cipher = AESGCM(_derived(secret, "sealing"))
        self.marking = _derived(secret, "fingerprints")
        self.id = _derived(secret, "sign")[:KEY_ID_BYTES]


def _derived(secret: bytes, purpose: str) -> bytes:
    info = f"payees {purpose}".encode()
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(secret)


def _read(file: Path) -> _Key:
    try:
        secret = bytes.fromhex(file.read_text().strip())
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(f"the key for payees in {file} cannot be read: {error}") from error
    except ValueError as error:
        raise Misconfigured(f"{file} does not hold a key: 64 hexadecimal digits") from error
    if len(secret) != KEY_BYTES:
        raise Misconfigured(f"{file} does not hold a key: 64 hexadecimal digits")
    return _Key(secret)


def label_of_payee(key: str) -> str:
    """Under which the details of the payee with that key are sealed."""
    return f"payee {key}"


def label_of_batch(key: str) -> str:
    """Under which the file of the batch with that key is sealed: it holds what payees said."""
    return f"batch {key}"


def put_in_place(draft: Path, file: Path) -> None:
    """The new key has taken the place of the one before, and stays there after a power cut."""
    draft.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
