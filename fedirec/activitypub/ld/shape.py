"""The one shape in which documents are read, from plain JSON or from the expanded form."""

from __future__ import annotations

from typing import Any, Final

from fedirec.activitypub import contexts
from fedirec.activitypub.ld.terms import MAPS, our_spelling, terms_read
from fedirec.errors import Invalid

_PUBLIC: Final = "https://www.w3.org/ns/activitystreams#Public"
_PUBLIC_NAMES: Final = frozenset({"as:Public", "Public", _PUBLIC})
_SIGNED_IRIS: Final = frozenset({"https://w3id.org/security#proof", "https://w3id.org/security#signature"})


def named(value: dict[str, Any]) -> Any:
    """One value of an expanded document in our terms."""
    if "@value" in value:
        return value["@value"]
    if "@list" in value:
        return [named(item) for item in value["@list"]]
    found: dict[str, Any] = {}
    for iri, part in value.items():
        if iri == "@id":
            found["id"] = part
        elif iri == "@type":
            found["type"] = [_name_of(kind) for kind in part]
        elif iri in _SIGNED_IRIS:
            continue
        elif iri.startswith("@"):  # @graph, @included, @reverse, @index … say one thing to some and another to others
            raise Invalid(f"the document uses {iri}, which is not read here")
        else:
            _add(found, _name_of(iri), part)
    return found


def _add(found: dict[str, Any], name: str, values: list[dict[str, Any]]) -> None:
    plain = []
    for value in values:
        language = value.get("@language", "und")
        if language != "und" and f"{name}Map" in MAPS:
            found.setdefault(f"{name}Map", {}).setdefault(language, value["@value"])
        elif "@list" in value:
            found["orderedItems" if name == "items" else name] = named(value)
        else:
            plain.append(named(value))
    if plain or not values:
        found.setdefault(name, plain)


def _name_of(iri: str) -> str:
    """Our term for a property or type. What a context left undefined (`_:x`) means what it says."""
    return terms_read().names.get(our_spelling(iri), iri.removeprefix("_:"))


def tidy(document: dict[str, Any], *, top: bool = False) -> dict[str, Any]:
    """`document` in the shape that every document has behind `compact`."""
    found: dict[str, Any] = {}
    for name, value in document.items():
        if name in ("@context", "signature") or value is None:
            continue
        if name == "proof":
            if top:
                found[name] = value
        elif name in MAPS:
            if isinstance(value, dict):
                found[name] = {language.lower(): text for language, text in value.items()}
        elif name in contexts.LISTS:
            items = [_tidied(item) for item in (value if isinstance(value, list) else [value]) if item is not None]
            if name in contexts.AUDIENCES:
                items = [_PUBLIC if isinstance(item, str) and item in _PUBLIC_NAMES else item for item in items]
            found[name] = items
        else:
            tidied = _tidied(value)
            if tidied != []:
                found[name] = tidied
    for name, single in MAPS.items():
        if single not in found and found.get(name):
            found[single] = next(iter(found[name].values()))
    return found


def _tidied(value: Any) -> Any:
    if isinstance(value, dict):
        found = tidy(value)
        return found["id"] if found.keys() == {"id"} else found
    if isinstance(value, list):
        items = [_tidied(item) for item in value if item is not None]
        return items[0] if len(items) == 1 else items
    return value
