"""The cases of the JSON-LD suite for compaction, in the contexts that we accept.

https://w3c.github.io/json-ld-api/tests/compact-manifest: each row bears the number of a case there and does with
ActivityStreams what that does with example.org. pyld, which passes the suite, compacts the same documents with the
context of ActivityStreams; read from there they have to say the same.
"""

from __future__ import annotations

from typing import Any

import pytest
from pyld import jsonld

from fedirec.activitypub import ld
from fedirec.activitypub.ld import expansion
from fedirec.errors import Invalid

AS = "https://www.w3.org/ns/activitystreams"
NOTE = "https://a.example/notes/1"
ANA = "https://a.example/u/ana"
XSD = "http://www.w3.org/2001/XMLSchema#"


def iri(name: str) -> str:
    return f"{AS}#{name}"


READ: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "t0001 nodes that nobody refers to are dropped": (
        {"@context": AS, "@graph": [{"id": NOTE, "type": "Note", "content": "x"}, {"id": f"{NOTE}0"}]},
        {"id": NOTE, "type": "Note", "content": "x"},
    ),
    "t0002 terms and values": (
        {"@context": {}, "@id": NOTE, "@type": [iri("Note")], iri("content"): [{"@value": "x"}]},
        {"id": NOTE, "type": "Note", "content": "x"},
    ),
    "t0003 what is null or unmapped is dropped": (
        {"@context": [AS, {"junk": None}], "id": NOTE, "type": "Note", "junk": "x", "content": None},
        {"id": NOTE, "type": "Note"},
    ),
    "t0004 sets are lists, empty ones too": (
        {"@context": [AS, {"who": {"@id": "as:to", "@container": "@set"}}], "id": NOTE, "type": "Note", "who": []},
        {"id": NOTE, "type": "Note", "to": []},
    ),
    "t0005 prefixes in types": (
        {"@context": {"p": f"{AS}#"}, "@id": NOTE, "@type": "p:Note", "p:content": "x"},
        {"id": NOTE, "type": "Note", "content": "x"},
    ),
    "t0008 other names for keywords": (
        {"@context": [AS, {"url_": "@id", "kind_of": "@type"}], "url_": NOTE, "kind_of": "Note", "content": "x"},
        {"id": NOTE, "type": "Note", "content": "x"},
    ),
    "t0009 an id alone is a string": (
        {"@context": [AS, {"by": "as:attributedTo"}], "id": NOTE, "type": "Note", "by": {"id": ANA}},
        {"id": NOTE, "type": "Note", "attributedTo": ANA},
    ),
    "t0011 dates": (
        {
            "@context": {"p": f"{AS}#"},
            "@id": NOTE,
            "@type": "p:Note",
            "p:published": {"@value": "2026-11-21T10:00:00Z", "@type": f"{XSD}dateTime"},
        },
        {"id": NOTE, "type": "Note", "published": "2026-11-21T10:00:00Z"},
    ),
    "t0012 numbers and truth": (
        {"@context": {"p": f"{AS}#"}, "@id": NOTE, "@type": "p:Image", "p:width": 7, "p:sensitive": True},
        {"id": NOTE, "type": "Image", "width": 7, "sensitive": True},
    ),
    "t0013 a value with a language": (
        {"@context": [AS, {"text": "as:content"}], "id": NOTE, "text": {"@value": "hej", "@language": "sv"}},
        {"id": NOTE, "content": "hej", "contentMap": {"sv": "hej"}},
    ),
    "t0018 lists keep their order": (
        {"@context": [AS, {"all": "as:items"}], "id": NOTE, "type": "OrderedCollection", "all": {"@list": [ANA, NOTE]}},
        {"id": NOTE, "type": "OrderedCollection", "orderedItems": [ANA, NOTE]},
    ),
    "t0021 names from a vocabulary": (
        {"@context": {"@vocab": f"{AS}#"}, "@id": NOTE, "@type": "Note", "content": "x"},
        {"id": NOTE, "type": "Note", "content": "x"},
    ),
    "t0025 language maps": (
        {
            "@context": [AS, {"texts": {"@id": "as:content", "@container": "@language"}}],
            "id": NOTE,
            "texts": {"en": "hi", "sv": "hej"},
        },
        {"id": NOTE, "content": "hi", "contentMap": {"en": "hi", "sv": "hej"}},
    ),
    "tm001 maps by id": (
        {
            "@context": [AS, {"answers": {"@id": "as:tag", "@container": "@id"}}],
            "id": NOTE,
            "answers": {f"{NOTE}0": {"type": "Note", "content": "y"}},
        },
        {"id": NOTE, "tag": [{"id": f"{NOTE}0", "type": "Note", "content": "y"}]},
    ),
    "tn001 nested properties": (
        {"@context": [AS, {"inner": "@nest"}], "id": NOTE, "type": "Note", "inner": {"content": "x"}},
        {"id": NOTE, "type": "Note", "content": "x"},
    ),
}
REFUSED: dict[str, dict[str, Any]] = {
    "t0010 several objects": {"@context": AS, "@graph": [{"id": NOTE, "content": "x"}, {"id": ANA, "name": "Ana"}]},
    "t0016 graphs with names": {"@context": AS, "id": NOTE, "@graph": [{"id": ANA, "name": "Ana"}]},
    "t0029 maps by index": {
        "@context": [AS, {"answers": {"@id": "as:tag", "@container": "@index"}}],
        "id": NOTE,
        "answers": {"a": {"type": "Note", "content": "y"}},
    },
    "t0031 what others say of it": {"@context": AS, "id": NOTE, "@reverse": {"object": {"id": ANA}}},
    "t0033 reversed terms": {
        "@context": [AS, {"doneBy": {"@reverse": "as:object"}}],
        "id": NOTE,
        "doneBy": {"id": ANA, "name": "Ana"},
    },
    "tc001 contexts within contexts": {
        "@context": [AS, {"by": {"@id": "as:actor", "@context": {"name": "as:content"}}}],
        "id": NOTE,
        "by": {"name": "x"},
    },
    "tin01 included objects": {"@context": AS, "id": NOTE, "content": "x", "@included": [{"id": ANA, "name": "Ana"}]},
    "tpr01 protected terms that are defined anew": {
        "@context": [{"@version": 1.1, "note": {"@id": iri("content"), "@protected": True}}, {"note": iri("summary")}],
        "@id": NOTE,
        "note": "x",
    },
    "tso05 contexts that are fetched": {"@context": [AS, {"@import": "https://a.example/context"}], "id": NOTE},
}


@pytest.mark.parametrize("name", READ)
def test_a_document_is_compacted_as_the_suite_wants_it(name: str) -> None:
    document, expected = READ[name]
    assert ld.compact(document) == expected
    options = {"documentLoader": expansion.load, "processingMode": "json-ld-1.1", "base": ""}
    by_pyld = jsonld.compact(document, {"@context": AS}, options)
    assert ld.compact(by_pyld) == expected


@pytest.mark.parametrize("name", REFUSED)
def test_what_says_more_than_one_thing_is_refused(name: str) -> None:
    with pytest.raises(Invalid):
        ld.compact(REFUSED[name])
