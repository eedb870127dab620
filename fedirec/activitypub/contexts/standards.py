"""The documents that stand behind the addresses of contexts, written down from their specifications.

Data integrity v2 (https://www.w3.org/TR/vc-data-integrity/), multikey v1 and controlled identifiers v1
(https://www.w3.org/TR/cid-1.0/); ActivityStreams and security v1 lie in `ld/frozen`. They are written without
`@protected`: it would have us refuse documents that define a term a second time and in the same sense (everybody
defines `alsoKnownAs`), and a proof made over JSON needs no such protection.
"""

from __future__ import annotations

from typing import Final

from fedirec.activitypub.contexts.spelling import AS, SECURITY, Context, date_time, id_, ids

_RELATIONSHIPS: Final[Context] = {
    "assertionMethod": ids(f"{SECURITY}assertionMethod"),
    "authentication": ids(f"{SECURITY}authenticationMethod"),
    "capabilityDelegation": ids(f"{SECURITY}capabilityDelegationMethod"),
    "capabilityInvocation": ids(f"{SECURITY}capabilityInvocationMethod"),
    "keyAgreement": ids(f"{SECURITY}keyAgreementMethod"),
}
_MULTIKEY: Final[Context] = {
    "@id": f"{SECURITY}Multikey",
    "@context": {
        "id": "@id",
        "type": "@type",
        "controller": id_(f"{SECURITY}controller"),
        "expires": date_time(f"{SECURITY}expiration"),
        "publicKeyMultibase": {"@id": f"{SECURITY}publicKeyMultibase", "@type": f"{SECURITY}multibase"},
        "revoked": date_time(f"{SECURITY}revoked"),
        "secretKeyMultibase": {"@id": f"{SECURITY}secretKeyMultibase", "@type": f"{SECURITY}multibase"},
    },
}

DATA_INTEGRITY_DOCUMENT: Final[Context] = {
    "@context": {
        "id": "@id",
        "type": "@type",
        "proof": {"@id": f"{SECURITY}proof", "@type": "@id", "@container": "@graph"},
        "DataIntegrityProof": {
            "@id": f"{SECURITY}DataIntegrityProof",
            "@context": {
                "id": "@id",
                "type": "@type",
                "challenge": f"{SECURITY}challenge",
                "created": date_time("http://purl.org/dc/terms/created"),
                "cryptosuite": {"@id": f"{SECURITY}cryptosuite", "@type": f"{SECURITY}cryptosuiteString"},
                "domain": f"{SECURITY}domain",
                "expires": date_time(f"{SECURITY}expiration"),
                "nonce": f"{SECURITY}nonce",
                "previousProof": id_(f"{SECURITY}previousProof"),
                "proofPurpose": {
                    "@id": f"{SECURITY}proofPurpose",
                    "@type": "@vocab",
                    "@context": {"id": "@id", "type": "@type", **_RELATIONSHIPS},
                },
                "proofValue": {"@id": f"{SECURITY}proofValue", "@type": f"{SECURITY}multibase"},
                "verificationMethod": id_(f"{SECURITY}verificationMethod"),
            },
        },
    }
}

MULTIKEY_DOCUMENT: Final[Context] = {"@context": {"id": "@id", "type": "@type", "Multikey": _MULTIKEY}}

CID_DOCUMENT: Final[Context] = {
    "@context": {
        "id": "@id",
        "type": "@type",
        "alsoKnownAs": ids(f"{AS}alsoKnownAs"),
        "controller": id_(f"{SECURITY}controller"),
        "JsonWebKey": {
            "@id": f"{SECURITY}JsonWebKey",
            "@context": {
                "id": "@id",
                "type": "@type",
                "controller": id_(f"{SECURITY}controller"),
                "expires": date_time(f"{SECURITY}expiration"),
                "publicKeyJwk": {"@id": f"{SECURITY}publicKeyJwk", "@type": "@json"},
                "revoked": date_time(f"{SECURITY}revoked"),
                "secretKeyJwk": {"@id": f"{SECURITY}secretKeyJwk", "@type": "@json"},
            },
        },
        "Multikey": _MULTIKEY,
        "service": {
            "@id": "https://www.w3.org/ns/did#service",
            "@type": "@id",
            "@context": {
                "id": "@id",
                "type": "@type",
                "serviceEndpoint": id_("https://www.w3.org/ns/did#serviceEndpoint"),
            },
        },
        "verificationMethod": id_(f"{SECURITY}verificationMethod"),
        **_RELATIONSHIPS,
    }
}
