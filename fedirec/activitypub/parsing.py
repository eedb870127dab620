"""JSON from strangers, read strictly: I-JSON (RFC 7493) within limits.

What is signed as canonical JSON must mean one thing to everybody, so anything on which parsers differ is refused.
The limits are checked on the bytes, at the speed of C, before a single object is made.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final, NoReturn

from fedirec.errors import Invalid

MAX_DEPTH: Final = 32
MAX_KEYS: Final = 10_000
"""Also the most objects."""
MAX_VALUES: Final = 50_000
_MAX_INTEGER: Final = 2**53 - 1
"""Beyond it JSON numbers lose digits on the way (RFC 7493 section 2.2)."""
_MAX_NUMBER: Final = 64
"""Characters of one number."""

_BLOCK: Final = 1_000_000

_PAIR: Final = re.compile(rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")
_SURROGATE: Final = re.compile(rb"\\u[dD][89a-fA-F]")
_ALL_BUT_BRACKETS: Final = bytes(set(range(256)) - set(b"[]{}"))
_SAME_BRACKETS: Final = bytes.maketrans(b"{}", b"[]")


def parse(body: bytes, *, depth: int = MAX_DEPTH, keys: int = MAX_KEYS, values: int = MAX_VALUES) -> dict[str, Any]:
    """The one object that `body` spells.

    Raises Invalid for what is not UTF-8 JSON with an object at the top; for more than 32 levels, 10,000 keys or
    50,000 values, if nothing else is said; for duplicate keys, NaN, infinities, integers beyond 2^53, lone surrogates
    and NUL characters.
    """
    _refuse_excess(body, depth, keys, values)
    try:
        value = json.loads(
            body.decode(),
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_fraction,
            parse_constant=_refuse_constant,
        )
    except (ValueError, RecursionError) as error:
        raise Invalid("the body is not JSON") from error
    if not isinstance(value, dict):
        raise Invalid("the body is not a JSON object")
    return value


def _refuse_excess(body: bytes, depth: int, keys: int, values: int) -> None:
    plain = body.replace(rb"\\", b"")
    if b"\\u" in plain:
        if _SURROGATE.search(_PAIR.sub(b"", plain)):
            raise Invalid("the body has half a character (a lone surrogate)")
        if b"\\u0000" in plain:
            raise Invalid("the body has a NUL character")
    plain = plain.replace(rb"\"", b"")
    if plain.count(b'"') > 2 * (keys + values):
        raise Invalid(f"the body has more than {values} values")
    outside = _outside_texts(plain)
    if outside.count(b":") > keys or outside.count(b"{") > keys:
        raise Invalid(f"the body has more than {keys} keys")
    if outside.count(b",") + outside.count(b"[") > values:
        raise Invalid(f"the body has more than {values} values")
    levels = outside.translate(_SAME_BRACKETS, _ALL_BUT_BRACKETS)
    for _ in range(depth):
        if not levels:
            return
        levels = levels.replace(b"[]", b"")  # takes the innermost level away
    if levels and b"]" not in levels:
        raise Invalid("it is not whole: its end is missing")
    if levels:
        raise Invalid(f"the body is nested more than {depth} levels deep")


def _outside_texts(plain: bytes) -> bytes:
    """What stands between the texts in `plain`, whose every quotation mark begins or ends one.

    Block by block: the pieces of a large body take many times its memory.
    """
    found = []
    is_inside = 0
    for start in range(0, len(plain), _BLOCK):
        pieces = plain[start : start + _BLOCK].split(b'"')
        found.append(b"".join(pieces[is_inside::2]))
        is_inside ^= (len(pieces) - 1) % 2
    return b"".join(found)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Invalid("an object in the body has the same key twice")
    return found


def _integer(text: str) -> int:
    if len(text) > _MAX_NUMBER or abs(number := int(text)) > _MAX_INTEGER:
        raise Invalid("the body has a whole number that is too large")
    return number


def _fraction(text: str) -> float:
    if len(text) > _MAX_NUMBER or abs(number := float(text)) == float("inf"):
        raise Invalid("the body has a number that is too large")
    return number


def _refuse_constant(text: str) -> NoReturn:
    raise Invalid(f"{text} is not JSON")
