"""What we send: each context is spelled out in full, because a reader of the document sees just this."""

from __future__ import annotations

from typing import Any, Final

from fedirec.activitypub.contexts.spelling import (
    ACTIVITYSTREAMS,
    CID_V1,
    DATA_INTEGRITY_V2,
    FEDIREC,
    PREFIXES,
    SECURITY,
    SECURITY_V1,
    Context,
    id_,
    ids,
)

RECORD_TERMS: Final[Context] = {
    "sensitive": "as:sensitive",
    "Hashtag": "as:Hashtag",
    "toot": PREFIXES["toot"],
    "blurhash": "toot:blurhash",
    "gts": PREFIXES["gts"],
    "interactionPolicy": id_("gts:interactionPolicy"),
    "canQuote": id_("gts:canQuote"),
    "automaticApproval": id_("gts:automaticApproval"),
    "manualApproval": id_("gts:manualApproval"),
    "quote": id_("https://w3id.org/fep/044f#quote"),
    "quoteAuthorization": id_("https://w3id.org/fep/044f#quoteAuthorization"),
    "schema": PREFIXES["schema"],
    "license": id_("schema:license"),
    "subtitleLanguage": "schema:subtitleLanguage",
    "identifier": "schema:identifier",
    "fr": FEDIREC,
    "kind": "fr:kind",
    "digestMultibase": f"{SECURITY}digestMultibase",
    "canRemix": id_("fr:canRemix"),
    "aiPreference": "fr:aiPreference",
    "feedbackWanted": "fr:feedbackWanted",
    "withoutName": "fr:withoutName",
    "withoutNameIn": ids("fr:withoutNameIn"),
    "remixAuthorization": id_("fr:remixAuthorization"),
    "challenge": id_("fr:challenge"),
    "isBasedOn": id_("schema:isBasedOn"),
    "prov": PREFIXES["prov"],
    "wasDerivedFrom": id_("prov:wasDerivedFrom"),
    "contributor": "schema:contributor",
    "Role": "schema:Role",
    "roleName": id_("schema:roleName"),
    "editor": id_("schema:editor"),
    "editStatement": {"@id": "fr:editStatement", "@type": "@json"},
    "recordDigest": "fr:recordDigest",
    # `source` is the author's own text in ActivityStreams, so it means a source of the work only inside a derivation.
    "derivation": {"@id": "fr:derivation", "@context": {"source": id_("prov:entity")}},
    "relation": "fr:relation",
    "thanks": "fr:thanks",
    "sources": id_("fr:sources"),
    "credits": id_("fr:credits"),
    "remixes": id_("fr:remixes"),
    "remixesOf": id_("fr:remixesOf"),
    "challengeTerms": "fr:challengeTerms",
    "termsVersion": "fr:termsVersion",
    "termsDigest": "fr:termsDigest",
    "production": id_("fr:production"),
    "Production": "fr:Production",
}
COMMENT_TERMS: Final[Context] = {
    "sensitive": "as:sensitive",
    "fr": FEDIREC,
    "kind": "fr:kind",
    "at": "fr:at",
    "oa": "http://www.w3.org/ns/oa#",
    "region": id_("oa:hasTarget"),
    "gts": PREFIXES["gts"],
    "interactionPolicy": id_("gts:interactionPolicy"),
    "canQuote": id_("gts:canQuote"),
    "automaticApproval": id_("gts:automaticApproval"),
    "replyAuthorization": id_("gts:replyAuthorization"),
}
NEWS_TERMS: Final[Context] = {
    "sensitive": "as:sensitive",
    "fr": FEDIREC,
    "kind": "fr:kind",
    "news": "fr:news",
    "gts": PREFIXES["gts"],
    "interactionPolicy": id_("gts:interactionPolicy"),
    "canQuote": id_("gts:canQuote"),
    "automaticApproval": id_("gts:automaticApproval"),
}
GROUP_TERMS: Final[Context] = {
    "Hashtag": "as:Hashtag",
    "toot": PREFIXES["toot"],
    "featured": id_("toot:featured"),
    "discoverable": "toot:discoverable",
    "indexable": "toot:indexable",
    "manuallyApprovesFollowers": "as:manuallyApprovesFollowers",
    "fr": FEDIREC,
    "kind": "fr:kind",
    "submissions": id_("fr:submissions"),
    "submissionPolicy": "fr:submissionPolicy",
    "webfinger": "https://purl.archive.org/socialweb/webfinger#webfinger",
    "schema": PREFIXES["schema"],
    "license": id_("schema:license"),
    "isPartOf": id_("schema:isPartOf"),
    "kindsWanted": "fr:kindsWanted",
    "terms": "fr:terms",
    "termsVersion": "fr:termsVersion",
    "termsDigest": "fr:termsDigest",
    "pays": "fr:pays",
    "minorUnits": "fr:minorUnits",
    "currency": "fr:currency",
    "decidedBy": "fr:decidedBy",
    "rule": "fr:rule",
    "method": "fr:method",
    "prompt": id_("fr:prompt"),
    "state": "fr:state",
    "implements": ids("https://w3id.org/fep/844e/implements"),
    "needs": id_("schema:seeks"),
    "roleName": id_("schema:roleName"),
}
PROJECT_TERMS: Final[Context] = {
    **GROUP_TERMS,
    "form": "fr:form",
    "stage": "fr:stage",
    "inLanguage": "schema:inLanguage",
    "steps": id_("fr:steps"),
    "productions": id_("fr:productions"),
    "log": id_("fr:log"),
    "introduction": id_("fr:introduction"),
}
STEP_TERMS: Final[Context] = {
    "schema": PREFIXES["schema"],
    "isPartOf": id_("schema:isPartOf"),
    "position": "schema:position",
    "fr": FEDIREC,
    "kind": "fr:kind",
    "state": "fr:state",
    "challenges": ids("fr:challenges"),
}
NEED_TERMS: Final[Context] = {
    "sensitive": "as:sensitive",
    "schema": PREFIXES["schema"],
    "isPartOf": id_("schema:isPartOf"),
    "roleName": id_("schema:roleName"),
    "fr": FEDIREC,
    "kind": "fr:kind",
    "gts": PREFIXES["gts"],
    "interactionPolicy": id_("gts:interactionPolicy"),
    "canQuote": id_("gts:canQuote"),
    "automaticApproval": id_("gts:automaticApproval"),
}
LOG_TERMS: Final[Context] = {
    "fr": FEDIREC,
    "kind": "fr:kind",
    "happening": "fr:happening",
    "person": id_("fr:person"),
    "record": id_("fr:record"),
}
STANDING_TERMS: Final[Context] = {
    "fr": FEDIREC,
    "kind": "fr:kind",
    "state": "fr:state",
    "outcome": "fr:outcome",
    "thanks": "fr:thanks",
}
CREDIT_TERMS: Final[Context] = {
    "schema": PREFIXES["schema"],
    "isPartOf": id_("schema:isPartOf"),
    "contributor": "schema:contributor",
    "Role": "schema:Role",
    "roleName": id_("schema:roleName"),
    "fr": FEDIREC,
    "kind": "fr:kind",
    "record": id_("fr:record"),
    "roleLabel": "fr:roleLabel",
    "generation": "fr:generation",
    "creditState": "fr:creditState",
    "manifestDigest": "fr:manifestDigest",
    "withoutName": "fr:withoutName",
    "digestMultibase": f"{SECURITY}digestMultibase",
}
GRANT_TERMS: Final[Context] = {
    "schema": PREFIXES["schema"],
    "isPartOf": id_("schema:isPartOf"),
    "vf": PREFIXES["vf"],
    "Agreement": "vf:Agreement",
    "fr": FEDIREC,
    "kind": "fr:kind",
    "record": id_("fr:record"),
    "scope": "fr:scope",
    "scopeUri": id_("fr:scopeUri"),
    "termsVersion": "fr:termsVersion",
    "digestMultibase": f"{SECURITY}digestMultibase",
}
PRODUCTION_TERMS: Final[Context] = {
    "schema": PREFIXES["schema"],
    "isPartOf": id_("schema:isPartOf"),
    "license": id_("schema:license"),
    "inLanguage": "schema:inLanguage",
    "contributor": "schema:contributor",
    "Role": "schema:Role",
    "roleName": id_("schema:roleName"),
    "attributionName": "http://creativecommons.org/ns#attributionName",
    "fr": FEDIREC,
    "kind": "fr:kind",
    "state": "fr:state",
    "production": id_("fr:production"),
    "productions": id_("fr:productions"),
    "record": id_("fr:record"),
    "manifest": "fr:manifest",
    "manifestVersion": "fr:manifestVersion",
    "files": "fr:files",
    "sources": id_("fr:sources"),
    "credits": id_("fr:credits"),
    "recordDigest": "fr:recordDigest",
    "digestMultibase": f"{SECURITY}digestMultibase",
    "challenge": id_("fr:challenge"),
    "challengeTerms": "fr:challengeTerms",
    "termsVersion": "fr:termsVersion",
    "termsDigest": "fr:termsDigest",
    "claimed": "fr:claimed",
    "confirmed": "fr:confirmed",
}
CONSENT_TERMS: Final[Context] = {
    "fr": FEDIREC,
    "gts": PREFIXES["gts"],
    "kind": "fr:kind",
    "RemixRequest": "fr:RemixRequest",
    "RemixAuthorization": "fr:RemixAuthorization",
    "interactingObject": id_("gts:interactingObject"),
    "interactionTarget": id_("gts:interactionTarget"),
    "interactingDigest": "fr:interactingDigest",
    "targetDigest": "fr:targetDigest",
    "schema": PREFIXES["schema"],
    "license": id_("schema:license"),
    "roles": ids("fr:roles"),
    "automatic": "fr:automatic",
}
CLAIM_TERMS: Final[Context] = {
    "fr": FEDIREC,
    "kind": "fr:kind",
    "claim": "fr:claim",
    "about": id_("fr:about"),
    "evidence": id_("fr:evidence"),
    "schema": PREFIXES["schema"],
    "isBasedOn": id_("schema:isBasedOn"),
    "contributor": "schema:contributor",
    "Role": "schema:Role",
    "roleName": id_("schema:roleName"),
    "wantedRole": id_("fr:wantedRole"),
}
FAREWELL_TERMS: Final[Context] = {"fr": FEDIREC, "withoutName": "fr:withoutName"}
REQUEST_TERMS: Final[Context] = {
    "gts": PREFIXES["gts"],
    "QuoteRequest": "https://w3id.org/fep/044f#QuoteRequest",
    "QuoteAuthorization": "https://w3id.org/fep/044f#QuoteAuthorization",
    "ReplyRequest": "gts:ReplyRequest",
    "ReplyAuthorization": "gts:ReplyAuthorization",
    "LikeRequest": "gts:LikeRequest",
    "LikeAuthorization": "gts:LikeAuthorization",
    "AnnounceRequest": "gts:AnnounceRequest",
    "AnnounceAuthorization": "gts:AnnounceAuthorization",
    "interactingObject": id_("gts:interactingObject"),
    "interactionTarget": id_("gts:interactionTarget"),
    "likeAuthorization": id_("gts:likeAuthorization"),
    "announceAuthorization": id_("gts:announceAuthorization"),
}
PROPOSAL_TERMS: Final[Context] = {
    "vf": PREFIXES["vf"],
    "om2": PREFIXES["om2"],
    "Proposal": "vf:Proposal",
    "Intent": "vf:Intent",
    "purpose": "vf:purpose",
    "publishes": "vf:publishes",
    "reciprocal": "vf:reciprocal",
    "action": "vf:action",
    "unitBased": "vf:unitBased",
    "resourceConformsTo": id_("vf:resourceConformsTo"),
    "resourceQuantity": "vf:resourceQuantity",
    "Measure": "om2:Measure",
    "hasUnit": "om2:hasUnit",
    "hasNumericalValue": "om2:hasNumericalValue",
    "fr": FEDIREC,
    "kind": "fr:kind",
    "agent": id_("fr:agent"),
    "splits": id_("fr:splits"),
    "role": "fr:role",
    "minorUnits": "fr:minorUnits",
    "currency": "fr:currency",
    "about": id_("fr:about"),
    "revision": "fr:revision",
    "partsPerMillion": "fr:partsPerMillion",
    "schema": PREFIXES["schema"],
    "version": "schema:version",
    "scope": "fr:scope",
    "previous": "fr:previous",
    "pool": "fr:pool",
    "hostShare": "fr:hostShare",
    "rule": "fr:rule",
    "adjusts": id_("fr:adjusts"),
    "state": "fr:state",
    "key": "fr:key",
    "label": "fr:label",
    "weight": "fr:weight",
    "recused": "fr:recused",
    "incomeKind": "fr:incomeKind",
    "objection": "fr:objection",
    "line": "fr:line",
    "remedy": "fr:remedy",
    "wanted": "fr:wanted",
    "outcome": "fr:outcome",
    "answer": "fr:answer",
    "appeal": "fr:appeal",
    "evidence": id_("fr:evidence"),
    "digestMultibase": f"{SECURITY}digestMultibase",
}
HEAD_TERMS: Final[Context] = {
    "fr": FEDIREC,
    "kind": "fr:kind",
    "about": id_("fr:about"),
    "chainNumber": "fr:chainNumber",
    "chainDigest": "fr:chainDigest",
}

ACTOR_CONTEXT: Final[list[Any]] = [
    ACTIVITYSTREAMS,
    SECURITY_V1,
    CID_V1,
    {
        "toot": PREFIXES["toot"],
        "featured": id_("toot:featured"),
        "discoverable": "toot:discoverable",
        "suspended": "toot:suspended",
        "indexable": "toot:indexable",
        "attributionDomains": id_("toot:attributionDomains"),
        "manuallyApprovesFollowers": "as:manuallyApprovesFollowers",
        "movedTo": id_("as:movedTo"),
        "PropertyValue": "http://schema.org#PropertyValue",  # the spelling that Mastodon knows
        "value": "http://schema.org#value",
        "webfinger": "https://purl.archive.org/socialweb/webfinger#webfinger",
        "implements": {"@id": "https://w3id.org/fep/844e/implements", "@type": "@id", "@container": "@set"},
        "fr": FEDIREC,
        "kind": "fr:kind",
        "withoutName": "fr:withoutName",
        "Hashtag": "as:Hashtag",
        "schema": PREFIXES["schema"],
        "skills": ids("schema:skills"),
        "interest": id_("http://xmlns.com/foaf/0.1/topic_interest"),
        "availableFor": "fr:availableFor",
    },
]
"""For people and the instance itself."""
CHALLENGE_CONTEXT: Final[list[Any]] = [ACTIVITYSTREAMS, SECURITY_V1, CID_V1, GROUP_TERMS]
"""For the Group actors of challenges."""
PROJECT_CONTEXT: Final[list[Any]] = [ACTIVITYSTREAMS, SECURITY_V1, CID_V1, PROJECT_TERMS]
"""For the Group actors of projects."""
STEP_CONTEXT: Final[list[Any]] = [ACTIVITYSTREAMS, DATA_INTEGRITY_V2, STEP_TERMS]
"""For the steps of a project, and lists of them."""
NEED_CONTEXT: Final[list[Any]] = [ACTIVITYSTREAMS, DATA_INTEGRITY_V2, NEED_TERMS]
"""For whom a challenge or a project looks."""
CREDIT_CONTEXT: Final[list[Any]] = [ACTIVITYSTREAMS, DATA_INTEGRITY_V2, CREDIT_TERMS]
"""For a line of a credit list, what its project asks about it, and what the person answers."""
GRANT_CONTEXT: Final[list[Any]] = [ACTIVITYSTREAMS, DATA_INTEGRITY_V2, GRANT_TERMS]
"""For the words with which an author lets money be made with a work."""
PRODUCTION_CONTEXT: Final[list[Any]] = [ACTIVITYSTREAMS, DATA_INTEGRITY_V2, PRODUCTION_TERMS]
"""For what a project has finished, and the lists of its manifest."""
LOG_CONTEXT: Final[list[Any]] = [ACTIVITYSTREAMS, DATA_INTEGRITY_V2, LOG_TERMS]
"""For the public log of a project."""
STANDING_CONTEXT: Final[list[Any]] = [ACTIVITYSTREAMS, DATA_INTEGRITY_V2, STANDING_TERMS]
"""For how a submission stands in a challenge."""
RECORD_CONTEXT: Final[list[Any]] = [ACTIVITYSTREAMS, DATA_INTEGRITY_V2, RECORD_TERMS]
"""For records, and for the activities that carry one."""
COMMENT_CONTEXT: Final[list[Any]] = [ACTIVITYSTREAMS, DATA_INTEGRITY_V2, COMMENT_TERMS]
"""For comments on records."""
NEWS_CONTEXT: Final[list[Any]] = [ACTIVITYSTREAMS, DATA_INTEGRITY_V2, NEWS_TERMS]
"""For the news of challenges and projects."""
ACTIVITY_CONTEXT: Final[list[Any]] = RECORD_CONTEXT
"""For Create, Update, Delete, Announce, Add, Follow and everything else around records."""
CONSENT_CONTEXT: Final[list[Any]] = [ACTIVITYSTREAMS, DATA_INTEGRITY_V2, CONSENT_TERMS]
"""For remix requests, their answers and stamps."""
REVISION_CONTEXT: Final[list[Any]] = [ACTIVITYSTREAMS, DATA_INTEGRITY_V2, {**RECORD_TERMS, **CONSENT_TERMS}]
"""For the Offer that brings a new version of a record to the instance of its author."""
CLAIM_CONTEXT: Final[list[Any]] = [ACTIVITYSTREAMS, DATA_INTEGRITY_V2, CLAIM_TERMS]
"""For the Flag that says what is not right about the trail of a record, and for what came of it."""
FAREWELL_CONTEXT: Final[list[Any]] = [ACTIVITYSTREAMS, DATA_INTEGRITY_V2, FAREWELL_TERMS]
"""For the Delete of somebody who leaves and does not want to be named."""
REQUEST_CONTEXT: Final[list[Any]] = [ACTIVITYSTREAMS, DATA_INTEGRITY_V2, REQUEST_TERMS]
"""For asking before one quotes, answers, likes or passes on, for the answers, and for stamps of consent."""
PROPOSAL_CONTEXT: Final[list[Any]] = [ACTIVITYSTREAMS, DATA_INTEGRITY_V2, PROPOSAL_TERMS]
"""For pay proposals, and for what is said to one exact revision."""
HEAD_CONTEXT: Final[list[Any]] = [ACTIVITYSTREAMS, DATA_INTEGRITY_V2, HEAD_TERMS]
"""For the end of the audit chain of an instance at one time."""
