"""Which of two answers an address gives: the page or the ActivityPub document."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from starlette.requests import HTTPConnection

ACTIVITY_JSON: Final = "application/activity+json"
"""The media type of ActivityPub documents."""

VARY: Final = {"Vary": "Accept"}
"""For every answer whose form depends on what was asked for."""

_ACTIVITY_TYPES: Final = (("application", "activity+json"), ("application", "ld+json"))
_PAGE_TYPES: Final = (("text", "html"), ("application", "xhtml+xml"))
_JSON_TYPES: Final = (("application", "json"), ("application", "problem+json"))


def wants_activity(connection: HTTPConnection) -> bool:
    """Whether the document is wanted rather than the page. When both are equally welcome, it is the page."""
    return prefers_activity(",".join(connection.headers.getlist("accept")))


@lru_cache(maxsize=256)
def prefers_activity(accept: str) -> bool:
    """Whether this Accept header rather wants the document than the page."""
    return quality(accept, _ACTIVITY_TYPES, exact=True) > quality(accept or "text/html", _PAGE_TYPES)


def wants_json(connection: HTTPConnection) -> bool:
    """Whether some JSON, ActivityPub or other, is wanted rather than a page."""
    accept = ",".join(connection.headers.getlist("accept"))
    wanted = quality(accept, _ACTIVITY_TYPES + _JSON_TYPES, exact=True)
    return wanted > quality(accept or "text/html", _PAGE_TYPES)


def quality(accept: str, types: tuple[tuple[str, str], ...], *, exact: bool = False) -> float:
    """The weight that an Accept header gives to the most welcome of `types`; with `exact` wildcards do not count."""
    best = 0.0
    for kind, subtype in types:
        specific = -1
        weight = 0.0
        for part in _split(accept[:1000], ",")[:40]:
            media, *parameters = (piece.strip().lower() for piece in _split(part, ";"))
            asked_kind, _, asked_subtype = media.partition("/")
            closeness = (asked_kind == kind) + (asked_subtype == subtype)
            if asked_kind not in (kind, "*") or asked_subtype not in (subtype, "*") or (exact and closeness < 2):
                continue
            if subtype == "ld+json" and not _is_activity_profile(parameters):
                continue
            if closeness > specific:
                specific, weight = closeness, _weight(parameters)
        best = max(best, weight)
    return best


def _is_activity_profile(parameters: list[str]) -> bool:
    profiles = [
        value.strip('"').split() for name, _, value in (p.partition("=") for p in parameters) if name == "profile"
    ]
    return not profiles or "https://www.w3.org/ns/activitystreams" in profiles[0]


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return min(1.0, max(0.0, float(value)))
            except ValueError:
                return 0.0
    return 1.0


def _split(text: str, sign: str) -> list[str]:
    """`text` cut at `sign` outside quotation marks."""
    parts, quoted, start = [], False, 0
    for place, char in enumerate(text):
        if char == '"':
            quoted = not quoted
        elif char == sign and not quoted:
            parts.append(text[start:place])
            start = place + 1
    return [*parts, text[start:]]
