"""Digests and the spellings they travel in: base58btc, multibase, multihash, and the canonical form of JSON.

A digest is always SHA-256. On the wire it is a multihash in multibase base58btc (`zQm…`), and what is digested of a
JSON value is its canonical form (RFC 8785), so that key order and white space mean nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any, Final

import rfc8785

from fedirec.errors import Invalid

_ALPHABET: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUES: Final = {letter: value for value, letter in enumerate(_ALPHABET)}
_MAX_BASE58: Final = 2048
"""Characters. Reading base58 takes quadratic time; the longest thing we read is the key of 8192 bits (1,450)."""
_SHA256: Final = b"\x12\x20"
"""The multihash prefix: sha2-256, 32 bytes."""
_MAX_INTEGER: Final = 2**53 - 1
_MANY: Final = 100
"""Entries of a list that is spelled piece by piece."""
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))


def write_base58(data: bytes) -> str:
    """`data` in base58btc, without the multibase letter."""
    number = int.from_bytes(data, "big")
    letters = []
    while number:
        number, rest = divmod(number, 58)
        letters.append(_ALPHABET[rest])
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "1" * zeros + "".join(reversed(letters))


def read_base58(text: str) -> bytes:
    """The bytes that `text` spells in base58btc. Raises Invalid for other letters and for more than 2,048 of them."""
    if len(text) > _MAX_BASE58:
        raise Invalid("that is too long for base58")
    number = 0
    for letter in text:
        value = _VALUES.get(letter)
        if value is None:
            raise Invalid("that is not base58")
        number = number * 58 + value
    zeros = len(text) - len(text.lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")


def write_multibase(data: bytes) -> str:
    """`data` in multibase, always base58btc: `z…`."""
    return "z" + write_base58(data)


def read_multibase(text: str) -> bytes:
    """The bytes of a multibase text. Raises Invalid unless it is base58btc (`z…`)."""
    if not isinstance(text, str) or not text.startswith("z") or len(text) < 2:
        raise Invalid("that is not base58btc multibase (it would start with z)")
    return read_base58(text[1:])


def digest_multibase(data: bytes) -> str:
    """The SHA-256 of `data` as a multibase multihash: `zQm…`."""
    return multibase_of_digest(hashlib.sha256(data).digest())


def multibase_of_digest(digest: bytes) -> str:
    """A SHA-256 that was computed already (while streaming, say) as a multibase multihash."""
    if len(digest) != 32:
        raise Invalid("a SHA-256 has 32 bytes")
    return write_multibase(_SHA256 + digest)


def read_digest_multibase(text: str) -> bytes:
    """The 32 bytes of a `zQm…` digest. Raises Invalid for other hashes and other bases."""
    data = read_multibase(text)
    if len(data) != 34 or not data.startswith(_SHA256):
        raise Invalid("that is not the multihash of a SHA-256")
    return data[2:]


def canonical(value: Any) -> bytes:
    """The one spelling of a JSON value that is signed and digested (RFC 8785).

    Raises Invalid for what has none: whole numbers beyond 2^53, NaN, lone surrogates, keys that are not text, and
    nesting deeper than the interpreter follows.
    """
    try:
        if (spelled := _spell_at_once(value)) is not None:
            return spelled
        return rfc8785.dumps(value)
    except (ValueError, RecursionError) as error:  # lone surrogates in keys come as UnicodeEncodeError
        raise Invalid("that value has no canonical JSON form") from error


def canonical_parts(document: dict[str, Any]) -> Iterator[bytes]:
    """What `canonical` gives for `document`: in one piece, or each entry of its long lists as one.

    Raises what `canonical` raises.
    """
    if all(not isinstance(value, list) or len(value) < _MANY for value in document.values()):
        yield canonical(document)
        return
    between = b"{"
    for name in sorted(document, key=_utf16):
        yield between + canonical(name) + b":"
        between = b","
        value = document[name]
        if isinstance(value, list) and len(value) >= _MANY:
            for place, entry in enumerate(value):
                yield (b"," if place else b"[") + canonical(entry)
            yield b"]"
        else:
            yield canonical(value)
    yield b"}"


def _spell_at_once(value: Any) -> bytes | None:
    """The canonical form of what the encoder of Python, which is ten times as fast, spells in the same way.

    None for what it may spell otherwise: fractions, large numbers, and keys beyond ASCII, which RFC 8785 sorts by
    UTF-16. Raises ValueError for lone surrogates and circles.
    """
    try:
        text = _ENCODER.encode(value)
    except TypeError:
        return None
    waiting = [value]
    for each in waiting:
        if isinstance(each, str) or each is None:
            continue
        if isinstance(each, dict):
            for name in each:
                if not isinstance(name, str) or not name.isascii():
                    return None
            waiting += each.values()
        elif isinstance(each, list | tuple):
            waiting += each
        elif not isinstance(each, int) or not -_MAX_INTEGER <= each <= _MAX_INTEGER:
            return None
    return text.encode()


def _utf16(name: str) -> bytes:
    try:
        return name.encode("utf-16be")
    except (AttributeError, ValueError) as error:
        raise Invalid("that value has no canonical JSON form") from error


def digest_json(value: Any) -> str:
    """The digest of a JSON value, whatever the order of its keys: `zQm…`."""
    return digest_multibase(canonical(value))
