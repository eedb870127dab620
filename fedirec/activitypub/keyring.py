"""The private keys of this instance: encrypted in the database, in the clear only in memory.

The master key lies in a file of its own, apart from the database, so that neither alone is enough to speak for anyone.
"""

from __future__ import annotations

import asyncio
import os
import secrets
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Final

from anyio import to_thread
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from fedirec.activitypub.keys import PrivateKey, read_private_key
from fedirec.activitypub.models import SigningKey
from fedirec.activitypub.signatures import Scheme, sign_request
from fedirec.clock import now
from fedirec.errors import Misconfigured, NotFound

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
SIGNERS: Final = 4
"""Threads that sign. More of them would only take the interpreter from each other."""

REMEMBERED: Final = 2048
"""Parsed keys kept in memory: parsing a PEM takes a hundred times as long as signing with it."""


class Keyring:
    """Seals secrets with the master key, and hands out the keys that local actors sign with."""

    def __init__(self, master_key: bytes) -> None:
        if len(master_key) != KEY_BYTES:
            raise Misconfigured("the master key must be 32 bytes, written as 64 hexadecimal digits")
        self._master = master_key
        self._cipher = AESGCM(master_key)
        self._keys: OrderedDict[tuple[int, str], tuple[str, PrivateKey]] = OrderedDict()
        self._signers = ThreadPoolExecutor(SIGNERS, thread_name_prefix="sign")

    @classmethod
    def open(cls, file: Path) -> Keyring:
        """The keyring of the master key in `file`, which is made, readable by its owner only, when it is not there."""
        try:
            if not file.exists():
                write_privately(file, secrets.token_hex(KEY_BYTES))
            text = file.read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            raise Misconfigured(f"the master key in {file} cannot be read: {error}") from error
        try:
            return cls(bytes.fromhex(text))
        except ValueError as error:
            raise Misconfigured(f"{file} does not hold a master key: 64 hexadecimal digits") from error

    def derive(self, purpose: str) -> bytes:
        """A key of 32 bytes for one `purpose`, from which nothing about the master key follows (HKDF, RFC 5869)."""
        return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode()).derive(self._master)

    def seal(self, secret: bytes, *, label: str) -> bytes:
        """`secret`, encrypted so that it opens under the same `label` only (AES-256-GCM)."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, secret, label.encode())

    def unseal(self, sealed: bytes, *, label: str) -> bytes:
        """What was sealed under `label`; raises Misconfigured when the master key is another one."""
        try:
            return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], label.encode())
        except InvalidTag as error:
            raise Misconfigured(
                "the master key does not fit this database; put back the master.key that belongs to it"
            ) from error

    async def key_of(self, actor_id: int, kind: str) -> tuple[str, PrivateKey]:
        """The id and the newest private key of `kind`, rsa or ed25519, of a local actor."""
        if known := self._keys.get((actor_id, kind)):
            self._keys.move_to_end((actor_id, kind))
            return known
        row = await SigningKey.filter(actor_id=actor_id, kind=kind).order_by("-id").first()
        if row is None:
            raise NotFound("that actor does not sign here")
        pem = self.unseal(bytes(row.secret), label=row.key_id).decode()
        found = self._keys[actor_id, kind] = row.key_id, await to_thread.run_sync(read_private_key, pem)
        if len(self._keys) > REMEMBERED:
            self._keys.popitem(last=False)
        return found

    async def sign_request(
        self, actor_id: int, *, method: str, url: str, body: bytes | None, kind: Scheme = "cavage"
    ) -> dict[str, str]:
        """The headers by which a local actor signs a request with its RSA key, made in a thread."""
        key_id, key = await self.key_of(actor_id, "rsa")
        sign = partial(
            sign_request, method=method, url=url, body=body, key_id=key_id, private_key=key, now=now(), kind=kind
        )
        return await asyncio.get_running_loop().run_in_executor(self._signers, sign)


def draft_of(file: Path) -> Path:
    """Where a master key lies that is to take the place of the one in `file`, while all keys are renewed."""
    return file.with_name(f"{file.name}.new")


def write_privately(file: Path, text: str) -> None:
    """`file` holds `text`, whole and on the disk, for its owner only; if somebody else was quicker, it holds theirs."""
    draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w") as opened:
                opened.write(text + "\n")
                opened.flush()
                os.fsync(opened.fileno())
            try:
                os.link(draft, file)
            except FileExistsError:
                pass
            except OSError:  # a file system without hard links
                draft.replace(file)
        finally:
            draft.unlink(missing_ok=True)
        folder = os.open(file.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise Misconfigured(f"the key cannot be written to {file}: {error.strerror}") from error
