"""What payees typed, in the one spelling that is kept, and what is shown of it: common to every adapter."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final

from fedirec.errors import Invalid
from fedirec.payouts.adapters.protocol import Detail

HIDDEN: Final = "****"
LAST: Final = 4
"""Characters at the end that somebody knows their account by."""


def read_details(asks: Sequence[Detail], details: Mapping[str, str]) -> dict[str, str]:
    """What was asked for and given, each on one line without spaces at its ends.

    Raises Invalid, with the name of the Detail as `field`, for what is missing, too long or not to be seen.
    """
    kept = {}
    for detail in asks:
        text = one_line(details.get(detail.name, ""))
        if not text and detail.required:
            raise Invalid("Please fill this in.", field=detail.name)
        if len(text) > detail.max_length:
            blanks = {"n": detail.max_length}
            raise Invalid("Please keep this to %(n)s characters.", field=detail.name, blanks=blanks)
        if any(unicodedata.category(each) in ("Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp") for each in text):
            raise Invalid("There is a character in this that cannot be seen.", field=detail.name)
        if text:
            kept[detail.name] = text
    return kept


def masked(text: str, *, start: str = "") -> str:
    """The last characters of `text`, where it is long enough to stay unknown; all of it begins with `start`."""
    return start + HIDDEN + (f" {text[-LAST:]}" if len(text) - len(start) >= 3 * LAST else "")


def one_line(text: str) -> str:
    """`text` composed (NFC), with single spaces instead of any white space."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def cut(text: str, *, max_bytes: int) -> str:
    """The beginning of `text` on one line, in no more than `max_bytes` of UTF-8, never half a character."""
    return one_line(text).encode()[:max_bytes].decode(errors="ignore").rstrip()
