"""The words by which an author grants a licence."""

from __future__ import annotations

import re
from typing import Final

from fedirec.remix.licences.known import UNKNOWN, Licence, find_licence

_GRANT: Final = re.compile(
    r"\bi\s+(?:release|license|licence|share|publish)\s+"
    r"(?:this|my\s+(?:post|work|reply|picture|photo|text|song|film|sound))\s+under\s+(?:the\s+)?"
    r"(?P<licence>cc[ -]?0[ -]1\.0|cc[ -]by(?:[ -](?:nc|nd|sa)){0,2}[ -][0-9]\.[0-9]"
    r"|https?://creativecommons\.org/[a-z0-9./-]{1,60})"
)
_END: Final = re.compile(r"[.!?…]\s|\n")
_REACH: Final = 500
"""Characters before the sentence that are looked at."""
_AFTER: Final = re.compile(r"(?P<said>[^\n.!?…]{0,500})(?P<end>[.!?…]?)")
_NAMES: Final = re.compile(r"[@#]\S+")
_GREETING: Final = re.compile(
    r"(?:[\W_]|\b(?:sure|yes|yeah|okay|ok|hi|hello|hey|thanks|thank you|of course|gladly|happily|and|so|here|then|well"
    r"|great)\b)*"
)
_CONDITION: Final = re.compile(
    r"\b(?:if|unless|but|except|only|provided|when|once|after|until|not|never|no|maybe|perhaps|would|could|should)\b"
)


def find_grant(words: str) -> Licence | None:
    """The licence that the author of `words` grants with them, or None.

    The agreed sentence is "I release this under CC BY-SA 4.0" (or another licence, or its address). It stands alone or
    after a greeting: what is reported, denied, asked or bound to a condition grants nothing, for a licence cannot be
    taken back. A text that grants two different licences grants none.
    """
    text = words[:10_000].lower().replace("\r", "\n")
    found = set()
    for match in _GRANT.finditer(re.sub(r"[^\S\n]+", " ", text)):
        if not _is_meant(match):
            return None
        found.add(find_licence(match["licence"].rstrip(".")))
    return found.pop() if len(found) == 1 and UNKNOWN not in found else None


def _is_meant(match: re.Match[str]) -> bool:
    """Whether whoever wrote the sentence says it of themselves, now and without a condition."""
    before = match.string[max(0, match.start() - _REACH) : match.start()]
    ends = [end.end() for end in _END.finditer(before)]
    said_before = _NAMES.sub(" ", before[ends[-1] if ends else 0 :])
    after = _AFTER.match(match.string, match.end())
    assert after is not None
    return (
        _GREETING.fullmatch(said_before) is not None
        and _CONDITION.search(after["said"]) is None
        and after["end"] != "?"
    )
