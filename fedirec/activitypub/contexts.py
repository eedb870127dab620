"""JSON-LD contexts: those we send, and those that stand in for what would otherwise be fetched.

Data only. The terms of data-integrity v2, multikey v1 and controlled identifiers v1 are written down here from their
specifications (https://www.w3.org/TR/vc-data-integrity/, https://www.w3.org/TR/cid-1.0/); ActivityStreams and
security v1 lie in `ld/frozen`. They are written without `@protected`: it would have us refuse documents that define
a term a second time and in the same sense (everybody defines `alsoKnownAs`), and a proof made over JSON needs no such
protection.
"""

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
_AS: Final = "https://www.w3.org/ns/activitystreams#"
_SECURITY: Final = "https://w3id.org/security#"
_DATE_TIME: Final = "http://www.w3.org/2001/XMLSchema#dateTime"


def _id(iri: str) -> Context:
    return {"@id": iri, "@type": "@id"}


def _ids(iri: str) -> Context:
    return {"@id": iri, "@type": "@id", "@container": "@set"}


def _date_time(iri: str) -> Context:
    return {"@id": iri, "@type": _DATE_TIME}


_RELATIONSHIPS: Final[Context] = {
    "assertionMethod": _ids(f"{_SECURITY}assertionMethod"),
    "authentication": _ids(f"{_SECURITY}authenticationMethod"),
    "capabilityDelegation": _ids(f"{_SECURITY}capabilityDelegationMethod"),
    "capabilityInvocation": _ids(f"{_SECURITY}capabilityInvocationMethod"),
    "keyAgreement": _ids(f"{_SECURITY}keyAgreementMethod"),
}
_MULTIKEY: Final[Context] = {
    "@id": f"{_SECURITY}Multikey",
    "@context": {
        "id": "@id",
        "type": "@type",
        "controller": _id(f"{_SECURITY}controller"),
        "expires": _date_time(f"{_SECURITY}expiration"),
        "publicKeyMultibase": {"@id": f"{_SECURITY}publicKeyMultibase", "@type": f"{_SECURITY}multibase"},
        "revoked": _date_time(f"{_SECURITY}revoked"),
        "secretKeyMultibase": {"@id": f"{_SECURITY}secretKeyMultibase", "@type": f"{_SECURITY}multibase"},
    },
}

DATA_INTEGRITY_DOCUMENT: Final[Context] = {
    "@context": {
        "id": "@id",
        "type": "@type",
        "proof": {"@id": f"{_SECURITY}proof", "@type": "@id", "@container": "@graph"},
        "DataIntegrityProof": {
            "@id": f"{_SECURITY}DataIntegrityProof",
            "@context": {
                "id": "@id",
                "type": "@type",
                "challenge": f"{_SECURITY}challenge",
                "created": _date_time("http://purl.org/dc/terms/created"),
                "cryptosuite": {"@id": f"{_SECURITY}cryptosuite", "@type": f"{_SECURITY}cryptosuiteString"},
                "domain": f"{_SECURITY}domain",
                "expires": _date_time(f"{_SECURITY}expiration"),
                "nonce": f"{_SECURITY}nonce",
                "previousProof": _id(f"{_SECURITY}previousProof"),
                "proofPurpose": {
                    "@id": f"{_SECURITY}proofPurpose",
                    "@type": "@vocab",
                    "@context": {"id": "@id", "type": "@type", **_RELATIONSHIPS},
                },
                "proofValue": {"@id": f"{_SECURITY}proofValue", "@type": f"{_SECURITY}multibase"},
                "verificationMethod": _id(f"{_SECURITY}verificationMethod"),
            },
        },
    }
}

MULTIKEY_DOCUMENT: Final[Context] = {"@context": {"id": "@id", "type": "@type", "Multikey": _MULTIKEY}}

CID_DOCUMENT: Final[Context] = {
    "@context": {
        "id": "@id",
        "type": "@type",
        "alsoKnownAs": _ids(f"{_AS}alsoKnownAs"),
        "controller": _id(f"{_SECURITY}controller"),
        "JsonWebKey": {
            "@id": f"{_SECURITY}JsonWebKey",
            "@context": {
                "id": "@id",
                "type": "@type",
                "controller": _id(f"{_SECURITY}controller"),
                "expires": _date_time(f"{_SECURITY}expiration"),
                "publicKeyJwk": {"@id": f"{_SECURITY}publicKeyJwk", "@type": "@json"},
                "revoked": _date_time(f"{_SECURITY}revoked"),
                "secretKeyJwk": {"@id": f"{_SECURITY}secretKeyJwk", "@type": "@json"},
            },
        },
        "Multikey": _MULTIKEY,
        "service": {
            "@id": "https://www.w3.org/ns/did#service",
            "@type": "@id",
            "@context": {
                "id": "@id",
                "type": "@type",
                "serviceEndpoint": _id("https://www.w3.org/ns/did#serviceEndpoint"),
            },
        },
        "verificationMethod": _id(f"{_SECURITY}verificationMethod"),
        **_RELATIONSHIPS,
    }
}

_PREFIXES: Final[Context] = {
    "as": _AS,
    "toot": "http://joinmastodon.org/ns#",
    "ostatus": "http://ostatus.org#",
    "gts": "https://gotosocial.org/ns#",
    "schema": "http://schema.org/",
    "prov": "http://www.w3.org/ns/prov#",
    "vf": "https://w3id.org/valueflows/ont/vf#",
    "om2": "http://www.ontology-of-units-of-measure.org/resource/om-2/",
    "fr": FEDIREC,
}

# What we send. Each is spelled out in full, because a reader of the document sees just this.

_RECORD_TERMS: Final[Context] = {
    "sensitive": "as:sensitive",
    "Hashtag": "as:Hashtag",
    "toot": _PREFIXES["toot"],
    "blurhash": "toot:blurhash",
    "gts": _PREFIXES["gts"],
    "interactionPolicy": _id("gts:interactionPolicy"),
    "canQuote": _id("gts:canQuote"),
    "automaticApproval": _id("gts:automaticApproval"),
    "manualApproval": _id("gts:manualApproval"),
    "quote": _id("https://w3id.org/fep/044f#quote"),
    "quoteAuthorization": _id("https://w3id.org/fep/044f#quoteAuthorization"),
    "schema": _PREFIXES["schema"],
    "license": _id("schema:license"),
    "subtitleLanguage": "schema:subtitleLanguage",
    "identifier": "schema:identifier",
    "fr": FEDIREC,
    "kind": "fr:kind",
    "digestMultibase": f"{_SECURITY}digestMultibase",
    "canRemix": _id("fr:canRemix"),
    "remixAuthorization": _id("fr:remixAuthorization"),
    "challenge": _id("fr:challenge"),
    "isBasedOn": _id("schema:isBasedOn"),
    "prov": _PREFIXES["prov"],
    "wasDerivedFrom": _id("prov:wasDerivedFrom"),
    "contributor": "schema:contributor",
    "Role": "schema:Role",
    "roleName": _id("schema:roleName"),
    "recordDigest": "fr:recordDigest",
    # `source` is the author's own text in ActivityStreams, so it means a source of the work only inside a derivation.
    "derivation": {"@id": "fr:derivation", "@context": {"source": _id("prov:entity")}},
    "relation": "fr:relation",
    "challengeTerms": "fr:challengeTerms",
    "termsVersion": "fr:termsVersion",
    "termsDigest": "fr:termsDigest",
}
_COMMENT_TERMS: Final[Context] = {
    "sensitive": "as:sensitive",
    "fr": FEDIREC,
    "kind": "fr:kind",
    "at": "fr:at",
    "gts": _PREFIXES["gts"],
    "interactionPolicy": _id("gts:interactionPolicy"),
    "canQuote": _id("gts:canQuote"),
    "automaticApproval": _id("gts:automaticApproval"),
    "replyAuthorization": _id("gts:replyAuthorization"),
}
_GROUP_TERMS: Final[Context] = {
    "toot": _PREFIXES["toot"],
    "featured": _id("toot:featured"),
    "discoverable": "toot:discoverable",
    "indexable": "toot:indexable",
    "manuallyApprovesFollowers": "as:manuallyApprovesFollowers",
    "fr": FEDIREC,
    "kind": "fr:kind",
    "submissions": _id("fr:submissions"),
    "submissionPolicy": "fr:submissionPolicy",
    "webfinger": "https://purl.archive.org/socialweb/webfinger#webfinger",
    "schema": _PREFIXES["schema"],
    "license": _id("schema:license"),
    "kindsWanted": "fr:kindsWanted",
    "terms": "fr:terms",
    "termsVersion": "fr:termsVersion",
    "termsDigest": "fr:termsDigest",
    "pays": "fr:pays",
    "minorUnits": "fr:minorUnits",
    "currency": "fr:currency",
    "decidedBy": "fr:decidedBy",
    "prompt": _id("fr:prompt"),
    "state": "fr:state",
    "implements": _ids("https://w3id.org/fep/844e/implements"),
}
_CONSENT_TERMS: Final[Context] = {
    "fr": FEDIREC,
    "gts": _PREFIXES["gts"],
    "kind": "fr:kind",
    "RemixRequest": "fr:RemixRequest",
    "RemixAuthorization": "fr:RemixAuthorization",
    "interactingObject": _id("gts:interactingObject"),
    "interactionTarget": _id("gts:interactionTarget"),
    "interactingDigest": "fr:interactingDigest",
    "targetDigest": "fr:targetDigest",
}
_FAREWELL_TERMS: Final[Context] = {"fr": FEDIREC, "withoutName": "fr:withoutName"}
_REQUEST_TERMS: Final[Context] = {
    "gts": _PREFIXES["gts"],
    "QuoteRequest": "https://w3id.org/fep/044f#QuoteRequest",
    "QuoteAuthorization": "https://w3id.org/fep/044f#QuoteAuthorization",
    "ReplyRequest": "gts:ReplyRequest",
    "ReplyAuthorization": "gts:ReplyAuthorization",
    "LikeRequest": "gts:LikeRequest",
    "LikeAuthorization": "gts:LikeAuthorization",
    "AnnounceRequest": "gts:AnnounceRequest",
    "AnnounceAuthorization": "gts:AnnounceAuthorization",
    "interactingObject": _id("gts:interactingObject"),
    "interactionTarget": _id("gts:interactionTarget"),
    "likeAuthorization": _id("gts:likeAuthorization"),
    "announceAuthorization": _id("gts:announceAuthorization"),
}
_PROPOSAL_TERMS: Final[Context] = {
    "vf": _PREFIXES["vf"],
    "om2": _PREFIXES["om2"],
    "Proposal": "vf:Proposal",
    "Intent": "vf:Intent",
    "purpose": "vf:purpose",
    "publishes": "vf:publishes",
    "reciprocal": "vf:reciprocal",
    "action": "vf:action",
    "unitBased": "vf:unitBased",
    "resourceConformsTo": _id("vf:resourceConformsTo"),
    "resourceQuantity": "vf:resourceQuantity",
    "hasUnit": "om2:hasUnit",
    "hasNumericalValue": "om2:hasNumericalValue",
    "fr": FEDIREC,
    "kind": "fr:kind",
    "agent": _id("fr:agent"),
    "splits": _id("fr:splits"),
    "role": "fr:role",
    "minorUnits": "fr:minorUnits",
    "currency": "fr:currency",
    "about": _id("fr:about"),
    "revision": "fr:revision",
    "partsPerMillion": "fr:partsPerMillion",
}

ACTOR_CONTEXT: Final[list[Any]] = [
    ACTIVITYSTREAMS,
    SECURITY_V1,
    CID_V1,
    {
        "toot": _PREFIXES["toot"],
        "featured": _id("toot:featured"),
        "discoverable": "toot:discoverable",
        "suspended": "toot:suspended",
        "indexable": "toot:indexable",
        "attributionDomains": _id("toot:attributionDomains"),
        "manuallyApprovesFollowers": "as:manuallyApprovesFollowers",
        "movedTo": _id("as:movedTo"),
        "PropertyValue": "http://schema.org#PropertyValue",  # the spelling that Mastodon knows
        "value": "http://schema.org#value",
        "webfinger": "https://purl.archive.org/socialweb/webfinger#webfinger",
        "implements": {"@id": "https://w3id.org/fep/844e/implements", "@type": "@id", "@container": "@set"},
        "fr": FEDIREC,
        "kind": "fr:kind",
    },
]
"""For people and the instance itself."""
CHALLENGE_CONTEXT: Final[list[Any]] = [ACTIVITYSTREAMS, SECURITY_V1, CID_V1, _GROUP_TERMS]
"""For the Group actors of challenges and projects."""
RECORD_CONTEXT: Final[list[Any]] = [ACTIVITYSTREAMS, DATA_INTEGRITY_V2, _RECORD_TERMS]
"""For records, and for the activities that carry one."""
COMMENT_CONTEXT: Final[list[Any]] = [ACTIVITYSTREAMS, DATA_INTEGRITY_V2, _COMMENT_TERMS]
"""For comments on records."""
ACTIVITY_CONTEXT: Final[list[Any]] = RECORD_CONTEXT
"""For Create, Update, Delete, Announce, Add, Follow and everything else around records."""
CONSENT_CONTEXT: Final[list[Any]] = [ACTIVITYSTREAMS, DATA_INTEGRITY_V2, _CONSENT_TERMS]
"""For remix requests, their answers and stamps."""
FAREWELL_CONTEXT: Final[list[Any]] = [ACTIVITYSTREAMS, DATA_INTEGRITY_V2, _FAREWELL_TERMS]
"""For the Delete of somebody who leaves and does not want to be named."""
REQUEST_CONTEXT: Final[list[Any]] = [ACTIVITYSTREAMS, DATA_INTEGRITY_V2, _REQUEST_TERMS]
"""For asking before one quotes, answers, likes or passes on, for the answers, and for stamps of consent."""
PROPOSAL_CONTEXT: Final[list[Any]] = [ACTIVITYSTREAMS, _PROPOSAL_TERMS]
"""For pay proposals."""

# What we read beyond ActivityStreams, security v1 and controlled identifiers, whoever sends it.

EXTENSIONS: Final[Context] = {
    **_PREFIXES,
    **_RECORD_TERMS,
    **_COMMENT_TERMS,
    **_GROUP_TERMS,
    **_CONSENT_TERMS,
    **_FAREWELL_TERMS,
    **_REQUEST_TERMS,
    **_PROPOSAL_TERMS,
    "source": "as:source",
    "language": "schema:inLanguage",
    "movedTo": _id("as:movedTo"),
    "quoteUrl": "as:quoteUrl",
    "quoteUri": "http://fedibird.com/ns#quoteUri",
    "_misskey_quote": "https://misskey-hub.net/ns#_misskey_quote",
    "PropertyValue": "schema:PropertyValue",
    "value": "schema:value",
    "Emoji": "toot:Emoji",
    "focalPoint": {"@id": "toot:focalPoint", "@container": "@list"},
    "featuredTags": _id("toot:featuredTags"),
    "memorial": "toot:memorial",
    "suspended": "toot:suspended",
    "votersCount": "toot:votersCount",
    "attributionDomains": _id("toot:attributionDomains"),
    "conversation": "ostatus:conversation",
    "atomUri": "ostatus:atomUri",
    "canLike": _id("gts:canLike"),
    "canReply": _id("gts:canReply"),
    "canAnnounce": _id("gts:canAnnounce"),
    "always": _id("gts:always"),
    "approvalRequired": _id("gts:approvalRequired"),
    "with_approval": _id("gts:with_approval"),
    "approvedBy": _id("gts:approvedBy"),
    "implements": _ids("https://w3id.org/fep/844e/implements"),
}
"""Stands in for the extension contexts of other software too: we read the terms that we know and pass over the rest."""

STAND_INS: Final = frozenset(
    {
        "https://gotosocial.org/ns",
        "https://join-lemmy.org/context.json",
        "https://joinpeertube.org/ns",
        "https://funkwhale.audio/ns",
        "https://forgefed.org/ns",
        "https://litepub.social/context.jsonld",
        "https://litepub.social/litepub/context.jsonld",
        "https://purl.archive.org/socialweb/webfinger",
        "https://purl.archive.org/socialweb/blocked",
        "https://purl.archive.org/socialweb/pending",
        "https://purl.archive.org/miscellany",
        "https://w3id.org/identity/v1",
    }
)
"""Extension contexts of other software by address; `EXTENSIONS` is read in their place."""
STAND_IN_PATHS: Final = ("/schemas/litepub-0.1.jsonld",)
"""Paths under which every server of a kind (Pleroma, Akkoma) keeps its own copy of one context."""
STAND_IN_PREFIXES: Final = ("https://w3id.org/fep/",)

LISTS: Final = frozenset(
    {
        *("to", "cc", "bto", "bcc", "audience", "tag", "attachment", "items", "orderedItems", "oneOf", "anyOf"),
        *("alsoKnownAs", "assertionMethod", "attributionDomains", "implements", "focalPoint"),
        *("isBasedOn", "wasDerivedFrom", "derivation", "contributor", "remixAuthorization", "kindsWanted", "splits"),
        *("automaticApproval", "manualApproval", "always", "approvalRequired", "with_approval"),
    }
)
"""Terms whose value is a list in every document that `ld.compact` gives, also when it holds one thing or none."""
AUDIENCES: Final = frozenset(
    {
        *("to", "cc", "bto", "bcc", "audience"),
        *("automaticApproval", "manualApproval", "always", "approvalRequired", "with_approval"),
    }
)
"""Terms in which the public may be named."""
