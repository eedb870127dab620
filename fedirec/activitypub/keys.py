"""Keys: RSA for requests, Ed25519 for proofs, in PEM and Multikey spelling.

Parsing a private PEM costs 40 ms, signing with it 0.4 ms and without the interpreter lock: keys are parsed once and
kept, and callers sign in threads.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, Literal, TypeAlias

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa

from fedirec.activitypub.digests import digest_multibase, read_multibase, write_multibase
from fedirec.errors import Invalid, Unauthenticated

Kind: TypeAlias = Literal["rsa", "ed25519"]

_MIN_BITS: Final = 2048
_MAX_BITS: Final = 8192
_MIN_EXPONENT: Final = 65537
_MAX_EXPONENT: Final = 2**32 - 1
"""A huge public exponent makes each check as dear as a signature."""
_MAX_TEXT: Final = 16384
"""Characters. A private key of 8192 bits takes 6,400 as PEM."""

# Multicodec prefixes, https://www.w3.org/TR/cid-1.0/#Multikey
_ED25519_PUBLIC: Final = b"\xed\x01"
_ED25519_SECRET: Final = b"\x80\x26"
_RSA_PUBLIC: Final = b"\x85\x24"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that proves who signed. Equal keys are equal, however they were spelled."""

    der: bytes
    """The SubjectPublicKeyInfo, of which `fingerprint` is the digest."""
    kind: Kind
    _key: rsa.RSAPublicKey | ed25519.Ed25519PublicKey = field(repr=False, compare=False)

    @property
    def pem(self) -> str:
        """The key as `publicKeyPem` carries it."""
        return self._key.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        ).decode()

    @property
    def multibase(self) -> str:
        """The key as `publicKeyMultibase` carries it (Multikey): `z6Mk…` for Ed25519."""
        if isinstance(self._key, ed25519.Ed25519PublicKey):
            return write_multibase(_ED25519_PUBLIC + self._key.public_bytes_raw())
        return write_multibase(
            _RSA_PUBLIC + self._key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)
        )

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the SubjectPublicKeyInfo, by which people and peers name the key: `zQm…`."""
        return _fingerprint(self.der)

    def verify(self, signature: bytes, data: bytes) -> None:
        """Return if this key signed exactly `data` (RSA: PKCS#1 v1.5 with SHA-256), else raise Unauthenticated."""
        try:
            if isinstance(self._key, ed25519.Ed25519PublicKey):
                self._key.verify(signature, data)
            else:
                self._key.verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature as error:
            raise Unauthenticated("the signature is wrong") from error


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """A key that signs."""

    public: PublicKey
    _key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey = field(repr=False, compare=False)

    @property
    def kind(self) -> Kind:
        return self.public.kind

    @property
    def pem(self) -> str:
        """The key as PKCS#8 PEM, in the clear: whoever keeps it encrypts it."""
        return self._key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()

    def sign(self, data: bytes) -> bytes:
        """The signature over `data` (RSA: PKCS#1 v1.5 with SHA-256)."""
        if isinstance(self._key, ed25519.Ed25519PrivateKey):
            return self._key.sign(data)
        return self._key.sign(data, padding.PKCS1v15(), hashes.SHA256())


def generate_rsa() -> PrivateKey:
    """A fresh RSA key of 2048 bits, which every server on the network can check. Takes 60 ms."""
    return _private_key(rsa.generate_private_key(public_exponent=65537, key_size=_MIN_BITS))


def generate_ed25519() -> PrivateKey:
    """A fresh Ed25519 key, for proofs."""
    return _private_key(ed25519.Ed25519PrivateKey.generate())


@lru_cache(maxsize=4096)
def _fingerprint(der: bytes) -> str:
    return digest_multibase(der)


@lru_cache(maxsize=4096)
def read_public_key(text: str) -> PublicKey:
    """The key spelled by `text`, a PEM or a Multikey; parsed once.

    Raises Invalid for RSA under 2048 or over 8192 bits or with an unusual exponent, and for every other sort of key.
    """
    if len(text) > _MAX_TEXT:
        raise Invalid("that is too long for a key")
    if text.startswith("z"):
        return _read_multikey(text)
    try:
        key = serialization.load_pem_public_key(text.encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Invalid("that is not a public key") from error
    return _public_key(key)


@lru_cache(maxsize=1024)
def read_private_key(text: str) -> PrivateKey:
    """The key spelled by `text`, a PKCS#8 PEM or an Ed25519 secret Multikey (`z3u2…`); parsed once.

    Raises Invalid for what `read_public_key` would refuse.
    """
    if len(text) > _MAX_TEXT:
        raise Invalid("that is too long for a key")
    if text.startswith("z"):
        data = read_multibase(text)
        if not data.startswith(_ED25519_SECRET) or len(data) != 34:
            raise Invalid("that is not an Ed25519 secret key")
        return _private_key(ed25519.Ed25519PrivateKey.from_private_bytes(data[2:]))
    try:
        key = serialization.load_pem_private_key(text.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:  # TypeError: it wants a password
        raise Invalid("that is not a private key") from error
    return _private_key(key)


def _read_multikey(text: str) -> PublicKey:
    data = read_multibase(text)
    try:
        if data.startswith(_ED25519_PUBLIC) and len(data) == 34:
            return _public_key(ed25519.Ed25519PublicKey.from_public_bytes(data[2:]))
        if data.startswith(_RSA_PUBLIC):
            key = serialization.load_der_public_key(data[2:])
            found = _public_key(key)
            if found.kind == "rsa" and found.multibase == text:
                return found
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Invalid("that is not a public key") from error
    raise Invalid("that is not an Ed25519 or RSA key")


def _private_key(key: object) -> PrivateKey:
    if not isinstance(key, rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey):
        raise Invalid("only RSA and Ed25519 keys are used here")
    return PrivateKey(_public_key(key.public_key()), key)


def _public_key(key: object) -> PublicKey:
    if isinstance(key, rsa.RSAPublicKey):
        if not _MIN_BITS <= key.key_size <= _MAX_BITS:
            raise Invalid(f"an RSA key has {_MIN_BITS} to {_MAX_BITS} bits")
        exponent = key.public_numbers().e
        if not _MIN_EXPONENT <= exponent <= _MAX_EXPONENT or exponent % 2 == 0:
            raise Invalid("that RSA key has an unusual exponent")
        return PublicKey(_der(key), "rsa", key)
    if isinstance(key, ed25519.Ed25519PublicKey):
        return PublicKey(_der(key), "ed25519", key)
    raise Invalid("only RSA and Ed25519 keys are used here")


def _der(key: rsa.RSAPublicKey | ed25519.Ed25519PublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
