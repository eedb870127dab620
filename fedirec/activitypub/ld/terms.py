"""What the terms that we read usually mean, and whether a document lets them mean that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from fedirec.activitypub import contexts
from fedirec.activitypub.ld.documents import frozen, is_stand_in, spelled_usually
from fedirec.activitypub.parsing import MAX_DEPTH

SIGNED: Final = frozenset({"proof", "signature"})
MAPS: Final = {"contentMap": "content", "nameMap": "name", "summaryMap": "summary"}
_PLAIN: Final = frozenset(
    {
        contexts.ACTIVITYSTREAMS,
        contexts.SECURITY_V1,
        contexts.DATA_INTEGRITY_V1,
        contexts.DATA_INTEGRITY_V2,
        contexts.MULTIKEY_V1,
        contexts.CID_V1,
    }
)
"""Contexts that leave every term that we read its usual meaning."""
_SPELLINGS: Final = (
    ("http://schema.org#", "http://schema.org/"),
    ("https://schema.org/", "http://schema.org/"),
    ("https://schema.org#", "http://schema.org/"),
    ("http://www.w3.org/ns/activitystreams#", "https://www.w3.org/ns/activitystreams#"),
)
"""Other spellings of a namespace that are in use, and ours."""
_HARMLESS: Final = frozenset({"@id", "@type", "@container", "@protected", "@prefix"})
"""What the definition of a term may say without changing how plain JSON is read."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What the terms that we read usually mean."""

    iris: Mapping[str, frozenset[str]]
    """For each term the IRIs that it may stand for."""
    names: Mapping[str, str]
    """For each IRI the term that we read it under."""
    prefixes: Mapping[str, str]


@cache
def terms_read() -> Terms:
    """The terms that we read, gathered from ActivityStreams, the key vocabularies and `contexts.EXTENSIONS`."""
    definitions: dict[str, Any] = {}
    for context in (
        frozen(contexts.ACTIVITYSTREAMS)["@context"],
        {
            name: definition
            for name, definition in frozen(contexts.SECURITY_V1)["@context"].items()
            if name in ("sec", "dc", "created", "expires", "owner", "publicKey", "publicKeyPem", "revoked")
        },
        {
            name: definition
            for name, definition in contexts.CID_DOCUMENT["@context"].items()
            if name in ("controller", "assertionMethod", "alsoKnownAs", "Multikey")
        },
        {"publicKeyMultibase": "sec:publicKeyMultibase", "CryptographicKey": "sec:Key", "Key": "sec:Key"},
        contexts.EXTENSIONS,
    ):
        definitions |= context
    prefixes = {
        name: value for name, value in definitions.items() if isinstance(value, str) and value.endswith(("#", "/"))
    }
    iris: dict[str, frozenset[str]] = {}
    names: dict[str, str] = {}
    for name, definition in definitions.items():
        iri = None if name.startswith("@") or name in prefixes else _iri_of(name, definition, prefixes)
        if iri is not None:
            iris[name] = frozenset({iri})
            if name not in MAPS and name != "orderedItems":
                names.setdefault(iri, name)
    iris["source"] |= {"http://www.w3.org/ns/prov#entity"}
    names["http://www.w3.org/ns/prov#entity"] = "source"
    return Terms(iris, names, prefixes)


def _iri_of(name: str, definition: object, prefixes: Mapping[str, str]) -> str | None:
    """The IRI or keyword that a term stands for, in our spelling, or None if that takes more than looking."""
    value = definition.get("@id", name) if isinstance(definition, dict) else definition
    if not isinstance(value, str):
        return None
    if value.startswith("@"):
        return value
    prefix, colon, rest = value.partition(":")
    if not colon:
        return None
    if not rest.startswith("//") and prefix in prefixes:
        value = prefixes[prefix] + rest
    return our_spelling(value)


def our_spelling(iri: str) -> str:
    """`iri` with its namespace spelled as we spell it."""
    for theirs, ours in _SPELLINGS:
        if iri.startswith(theirs):
            return ours + iri[len(theirs) :]
    return iri


def is_plain(document: dict[str, Any]) -> bool:
    """Whether every term in `document` that we read means what it usually means.

    Then its JSON can be read directly. What a context leaves undefined means what it says: many forget to define
    `sensitive` or `Hashtag`.
    """
    return "@context" in document and _is_plain(document, depth=0)


def _is_plain(value: object, *, depth: int) -> bool:
    if depth > MAX_DEPTH:
        return False
    if isinstance(value, list):
        return all(_is_plain(item, depth=depth + 1) for item in value if isinstance(item, dict | list))
    if not isinstance(value, dict):
        return True
    for name, part in value.items():
        if name == "@context":
            if not _is_plain_context(part):
                return False
        elif name in SIGNED:
            continue
        elif name.startswith("@") or ":" in name:
            return False
        elif name == "type":
            if any(not isinstance(kind, str) or ":" in kind for kind in (part if isinstance(part, list) else [part])):
                return False
        elif isinstance(part, dict | list) and not _is_plain(part, depth=depth + 1):
            return False
    return True


def _is_plain_context(context: object) -> bool:
    entries = context if isinstance(context, list) else [context]
    addresses = [spelled_usually(entry) for entry in entries if isinstance(entry, str)]
    if contexts.ACTIVITYSTREAMS not in addresses:
        return False
    if not all(address in _PLAIN or is_stand_in(address) for address in addresses):
        return False
    inline = [entry for entry in entries if not isinstance(entry, str)]
    prefixes = dict(terms_read().prefixes)
    definitions: list[tuple[str, object]] = []
    for entry in inline:
        if not isinstance(entry, dict):
            return False
        definitions += entry.items()
    prefixes |= {name: value for name, value in definitions if isinstance(value, str) and ":" in value}
    return all(_is_usual(name, definition, prefixes) for name, definition in definitions)


def _is_usual(name: str, definition: object, prefixes: Mapping[str, str]) -> bool:
    if name == "@language":
        return isinstance(definition, str)
    if name == "@version":
        return True
    if name.startswith("@"):
        return False
    if isinstance(definition, dict) and definition == contexts.EXTENSIONS.get(name):
        return True
    if isinstance(definition, dict) and (
        not definition.keys() <= _HARMLESS or definition.get("@container") not in (None, "@set", "@list", "@language")
    ):
        return False
    iri = _iri_of(name, definition, prefixes)
    if iri is None:
        return False
    terms = terms_read()
    if name in ("id", "type"):
        return iri == f"@{name}"
    if name in terms.prefixes:
        return iri == our_spelling(terms.prefixes[name])
    if name in terms.iris:
        return iri in terms.iris[name] and _is_same_kind(name, definition)
    return not iri.startswith("@") and iri not in terms.names


def _is_same_kind(name: str, definition: object) -> bool:
    """Whether an ActivityStreams term that is defined anew keeps taking what it took: ids, texts or languages."""
    usual = frozen(contexts.ACTIVITYSTREAMS)["@context"].get(name)
    if usual is None or name == "source":
        return True
    return (_parts(usual).get("@type"), _parts(usual).get("@container") == "@language") == (
        _parts(definition).get("@type"),
        _parts(definition).get("@container") == "@language",
    )


def _parts(definition: object) -> Mapping[str, Any]:
    return definition if isinstance(definition, dict) else {}
