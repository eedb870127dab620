"""JSON-LD, without ever fetching anything: foreign documents in the one spelling that the rest of the code reads.

`compact` is the door. A document whose `@context` gives every term that we read its usual meaning is taken as it stands
(the direct path); any other is expanded by pyld with a frozen loader and written again in our terms. Both ways end in
the same shape: `@context` gone, lists where `contexts.LISTS` says so and single values elsewhere, the public spelled
in full, an object of which only the id is known written as that id. Proofs are made over JSON as it stands, so they
are checked on the document before it comes here; linked data signatures are never believed.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any, Final

from fedirec.activitypub.contexts import (
    ACTIVITY_CONTEXT,
    ACTOR_CONTEXT,
    CHALLENGE_CONTEXT,
    CONSENT_CONTEXT,
    EXTENSIONS,
    PROPOSAL_CONTEXT,
    RECORD_CONTEXT,
)
from fedirec.activitypub.ld.shape import named, tidy
from fedirec.activitypub.ld.terms import SIGNED, is_plain
from fedirec.activitypub.parsing import MAX_DEPTH
from fedirec.errors import Invalid

__all__ = [
    "ACTIVITY_CONTEXT",
    "ACTOR_CONTEXT",
    "CHALLENGE_CONTEXT",
    "CONSENT_CONTEXT",
    "MAX_CONTEXTS",
    "MAX_TERMS",
    "MAX_VALUES",
    "PROPOSAL_CONTEXT",
    "RECORD_CONTEXT",
    "compact",
    "find_plain",
    "is_plain",
    "rewrite",
]

MAX_VALUES: Final = 2_000
"""Keys and values in a document that has to be expanded (the direct path is bounded by `parsing`)."""
MAX_CONTEXTS: Final = 16
"""Times that such a document may say `@context`."""
MAX_TERMS: Final = 400
"""Terms that its contexts may define."""


def compact(document: dict[str, Any]) -> dict[str, Any]:
    """`document` in the terms and the shape that we read.

    Raises Invalid, naming it, for a context that we do not have, and for documents without a context, too large to
    be expanded, or made of several objects. Takes 30 microseconds if `is_plain`, else a millisecond or some.
    """
    if "@context" not in document:
        raise Invalid("the document has no @context")
    plain = find_plain(document)
    return rewrite(document) if plain is None else plain


def find_plain(document: dict[str, Any]) -> dict[str, Any] | None:
    """The same, if it can be had at once: None unless the document `is_plain`."""
    return tidy(document, top=True) if is_plain(document) else None


def rewrite(document: dict[str, Any]) -> dict[str, Any]:
    """`document`, whatever its context says, in our terms: the long way. Raises what `compact` raises."""
    unsigned = {name: value for name, value in document.items() if name not in SIGNED}
    _refuse_excess(unsigned)  # a proof repeats the contexts of the document, and is not expanded
    nodes = _expansion().expand(unsigned)
    if len(nodes) != 1 or not isinstance(nodes[0], dict):
        raise Invalid("the document must describe exactly one object")
    found = tidy(named(nodes[0]), top=True)
    if "proof" in document:
        found["proof"] = document["proof"]
    return found


@cache
def _expansion() -> ModuleType:
    """`ld.expansion`, loaded for the first document that needs it: hardly any does, and it takes 10 MB and 0.1 s."""
    return import_module("fedirec.activitypub.ld.expansion")


def _refuse_excess(document: dict[str, Any]) -> None:
    values = asked = defined = 0
    waiting: list[tuple[object, int]] = [(document, 1)]
    while waiting:
        value, depth = waiting.pop()
        if depth > MAX_DEPTH + 1:
            raise Invalid(f"the document is nested more than {MAX_DEPTH} levels deep")
        parts: Collection[object] = ()
        if isinstance(value, list):
            parts = value
        elif isinstance(value, dict):
            parts = value.values()
            for entry in _entries(value.get("@context")):
                asked += 1
                defined += _terms_in(entry)
        values += len(parts)
        if values > MAX_VALUES or asked > MAX_CONTEXTS or defined > MAX_TERMS:
            raise Invalid("the document is too large for a context that we do not know by heart")
        waiting += [(part, depth + 1) for part in parts]


def _terms_in(entry: object) -> int:
    """How many terms one entry of a `@context` defines here and now. Raises Invalid if it would bring in others."""
    if isinstance(entry, str):
        _expansion().context_document(entry)
    if not isinstance(entry, dict):
        return 0
    if "@import" in entry or any(
        isinstance(part, dict) and "@context" in part and part != EXTENSIONS.get(name) for name, part in entry.items()
    ):
        raise Invalid("the document has contexts within contexts")
    return len(entry)


def _entries(context: object) -> list[object]:
    """What a `@context` lists; a list in a list, which JSON-LD does not know, is left for pyld to refuse."""
    if context is None:
        return []
    return context if isinstance(context, list) else [context]
