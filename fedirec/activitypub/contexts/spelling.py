"""How terms are spelled, and the addresses that they begin with."""

from __future__ import annotations

from typing import Any, Final, TypeAlias

Context: TypeAlias = dict[str, Any]

ACTIVITYSTREAMS: Final = "https://www.w3.org/ns/activitystreams"
SECURITY_V1: Final = "https://w3id.org/security/v1"
DATA_INTEGRITY_V1: Final = "https://w3id.org/security/data-integrity/v1"
DATA_INTEGRITY_V2: Final = "https://w3id.org/security/data-integrity/v2"
MULTIKEY_V1: Final = "https://w3id.org/security/multikey/v1"
CID_V1: Final = "https://www.w3.org/ns/cid/v1"

FEDIREC: Final = "https://w3id.org/fedirec/ns#"
AS: Final = "https://www.w3.org/ns/activitystreams#"
SECURITY: Final = "https://w3id.org/security#"
DATE_TIME: Final = "http://www.w3.org/2001/XMLSchema#dateTime"

PREFIXES: Final[Context] = {
    "as": AS,
    "toot": "http://joinmastodon.org/ns#",
    "ostatus": "http://ostatus.org#",
    "gts": "https://gotosocial.org/ns#",
    "schema": "http://schema.org/",
    "prov": "http://www.w3.org/ns/prov#",
    "vf": "https://w3id.org/valueflows/ont/vf#",
    "om2": "http://www.ontology-of-units-of-measure.org/resource/om-2/",
    "fr": FEDIREC,
}


def id_(iri: str) -> Context:
    return {"@id": iri, "@type": "@id"}


def ids(iri: str) -> Context:
    return {"@id": iri, "@type": "@id", "@container": "@set"}


def date_time(iri: str) -> Context:
    return {"@id": iri, "@type": DATE_TIME}
