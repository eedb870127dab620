"""Text of strangers, cut to size and freed of what no text may hold."""

from __future__ import annotations

import re
from typing import Final

from fedirec.activitypub.vocab import Doc
from fedirec.errors import Invalid

MAX_NAME: Final = 500
MAX_WARNING: Final = 500
MAX_CONTENT: Final = 64_000
"""Bytes of UTF-8."""
MAX_DESCRIPTION: Final = 1_500
"""Characters of an alternative text; Mastodon sends up to 10,000."""
MAX_LANGUAGE: Final = 35

_CONTROLS: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4}")


def clean_line(value: object, limit: int) -> str:
    """`value` as one line of up to `limit` characters; empty when it is no text."""
    if not isinstance(value, str):
        return ""
    # Twice the limit leaves room for the white space that goes.
    return " ".join(_CONTROLS.sub(" ", value[: 2 * limit]).split())[:limit].rstrip()


def clean_text(value: object, limit: int) -> str:
    """`value` with its line breaks, in up to `limit` bytes; empty when it is no text."""
    if not isinstance(value, str):
        return ""
    text = _CONTROLS.sub("", value[:limit].replace("\r\n", "\n").replace("\r", "\n"))
    return text.encode()[:limit].decode(errors="ignore")


def find_language(value: object) -> str | None:
    """`value` if it looks like a language tag (BCP 47)."""
    return value if isinstance(value, str) and len(value) <= MAX_LANGUAGE and _LANGUAGE.fullmatch(value) else None


def find_id(doc: Doc, key: str) -> str | None:
    """The id under `key`, or None when there is none or what is there makes no sense."""
    try:
        return doc.find_id(key)
    except Invalid:
        return None


def ids(doc: Doc, key: str, limit: int) -> tuple[str, ...]:
    """Up to `limit` ids under `key`, each once; what is no id is passed over."""
    found = (find_id(Doc({key: value}), key) for value in doc.many(key))
    return tuple(dict.fromkeys(filter(None, found)))[:limit]
